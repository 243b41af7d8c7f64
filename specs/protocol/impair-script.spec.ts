// What the linker is told, word by word: this machine's kernel may have one way only, and the other must be right as well.
import {execFileSync} from 'node:child_process';
import test from 'ava';
import {impairScript, netemArguments} from '#harness/containers/impair-script.ts';
import {directionsOf, type LinkOrder} from '#harness/link-directions.ts';
import {type Impairment, noImpairment} from '#protocol/link/impairment.ts';
import {topology} from '#topologies/single-psn.ts';

const places = {pids: {endpoint: 11, nad: 12, psn1: 13}, wirePid: 99, timeScale: 10};
const words = (impairment: Partial<Impairment>, timeScale = 10) =>
  netemArguments({...noImpairment, ...impairment}, timeScale).join(' ');

function orders(link: string, impairment: Partial<Impairment> | null): LinkOrder[] {
  const whole = impairment === null ? null : {...noImpairment, ...impairment};
  return directionsOf(topology, link).map(direction => ({direction, impairment: whole}));
}

test('netem gets real time: delays by the time scale shorter, rates by it faster', t => {
  t.is(words({delayMs: 50}), 'limit 10000 delay 5000us');
  t.is(words({delayMs: 50}, 1), 'limit 10000 delay 50000us');
  t.is(words({delayMs: 0.01}), 'limit 10000 delay 1us'); // never shorter than asked for
  t.is(words({rateBitS: 1_000_000}), 'limit 10000 rate 10000000bit');
});

test('netem adds jitter both ways, so its middle is later', t => {
  t.is(words({delayMs: 50, jitterMs: 10}, 1), 'limit 10000 delay 55000us 5000us');
  t.is(words({jitterMs: 10}, 1), 'limit 10000 delay 5000us 5000us');
});

test('netem gets shares in percent, and loses all of what is cut', t => {
  t.is(
    words({delayMs: 10, loss: 0.07, duplication: 0.005, reordering: 1 / 3}),
    'limit 10000 delay 1000us loss 7% duplicate 0.5% reorder 33.333333%',
  );
  t.is(words({cut: true, delayMs: 10}), 'limit 10000 loss 100%');
  t.is(words({}), 'limit 10000');
});

/** Runs the script in a shell in which the tools only tell what they are asked. */
function told(script: string, {hasNetem}: {hasNetem: boolean}): string[] {
  const tools = [
    `tc() { return ${hasNetem ? 0 : 1}; }`,
    // What would be looked for is not there; what would be read is told.
    'nsenter() { case "$*" in *"link show"*) return 1 ;; esac; echo "$*"; case "$*" in *"sh -eu"|*"-f -") cat ;; esac; }',
  ].join('\n');
  return execFileSync('sh', ['-eu', '-s'], {input: `${tools}\n${script}`, encoding: 'utf8'})
    .split('\n')
    .filter(line => line !== '');
}

test('where the kernel has netem, each order is one command to it, and nothing else', t => {
  const changes = {
    orders: [...orders('psn1', {loss: 0.01}), ...orders('endpoint', null)],
    opened: orders('psn1', {loss: 0.01}),
    closed: orders('endpoint', null),
  };
  t.deepEqual(told(impairScript(changes, places), {hasNetem: true}), [
    'netem',
    '--net=/proc/12/ns/net tc qdisc replace dev gi0-1 root netem limit 10000 loss 1%',
    '--net=/proc/13/ns/net tc qdisc replace dev eth0 root netem limit 10000 loss 1%',
    '--net=/proc/11/ns/net tc qdisc del dev eth0 root',
    '--net=/proc/12/ns/net tc qdisc del dev fa0-12 root',
  ]);
});

test('where it has none, a direction is led through a device of its own to the relay, and back', t => {
  const opened = orders('psn1', {loss: 0.01}).slice(0, 1);
  const lines = told(impairScript({orders: opened, opened, closed: []}, places), {hasNetem: false});

  t.is(lines[0], 'relay');
  for (const line of [
    'until ip link add wire_2 mtu 1500 type vxlan id 3 local 127.0.0.1 dstport 4789 nolearning; do',
    'bridge fdb append 00:00:00:00:00:00 dev wire_2 dst 127.255.255.255 port 20002',
    'ip link set wire_2 netns 12',
    '--net=/proc/12/ns/net ip link set wire_2 up',
    '--net=/proc/12/ns/net nft -f -',
  ])
    t.true(lines.includes(line), line);
  t.true(lines.some(line => line.includes('egress device "gi0-1"') && line.includes('fwd to "wire_2"')));
  t.true(lines.some(line => line.includes('ingress device "wire_2"') && line.includes('fwd to "gi0-1"')));
});

test('what is good again takes the straight way, by one command', t => {
  const closed = orders('endpoint', null);
  t.deepEqual(told(impairScript({orders: closed, opened: [], closed}, places), {hasNetem: false}), [
    'relay',
    '--net=/proc/11/ns/net nft flush chain netdev wire_0 out; delete chain netdev wire_0 out',
    '--net=/proc/12/ns/net nft flush chain netdev wire_1 out; delete chain netdev wire_1 out',
  ]);
});
