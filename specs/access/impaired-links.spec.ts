// Links that misbehave in containers, measured with packets that are counted. Delays are claimed from below only: that nothing comes
// early is a fact, how late a busy machine lets it come is not. Shares are six deviations wide: chance is beyond them once in 500 million.
import test, {type ExecutionContext} from 'ava';
import type {ContainerLab} from '#harness/containers/container-lab.ts';
import {execIn} from '#harness/containers/exec.ts';
import {becomesCompliant} from '#harness/scenarios/becomes-compliant.ts';
import type {WireDirection} from '#images/wire/contract.ts';
import type {Impairment} from '#protocol/link/impairment.ts';
import {eapolDelaysMs, makeEapolSource, sendEapol} from '#specs/access/eapol.ts';
import {ping} from '#specs/access/ping.ts';
import {inLab} from '#specs/flows/in-lab.ts';
import {topology} from '#topologies/single-psn.ts';

const psn = '10.10.1.11';
/** The lab's time scale: 10 ms of lab time are 1 ms on a clock. */
const timeScale = 10;

/** A lab at rest: nothing but what a spec sends is on the link between switch and PSN. */
const inQuietLab = (body: (t: ExecutionContext, lab: ContainerLab) => Promise<void>) =>
  inLab({topology, settings: healthy => ({...healthy, timeScale})}, async (t, lab) => {
    await becomesCompliant(lab);
    await body(t, lab);
  });

function isNear(found: number, count: number, share: number): boolean {
  return Math.abs(found - count * share) <= 6 * Math.sqrt(count * share * (1 - share));
}

async function output(lab: ContainerLab, node: string, ...command: string[]): Promise<string> {
  const {exitCode, stdout, stderr} = await execIn(lab.containerOf(node), command, {user: 'root'});
  if (exitCode !== 0) throw new Error(`${command.join(' ')}: ${stderr}`);
  return stdout;
}

test(
  'of 2,000 packets a link loses the share that it should, in the direction that it should',
  inQuietLab(async (t, lab) => {
    await lab.impair('psn1', {loss: 0.1}, {from: 'nad'});
    const before = await echoes(lab, 'psn1');
    const answers = await ping(lab, 'nad', psn, {count: 2000, everyMs: 2});
    const after = await echoes(lab, 'psn1');

    t.true(isNear(answers.length, 2000, 0.9), `${answers.length} of 2000`);
    t.is(after.InEchos - before.InEchos, answers.length, 'what reaches the PSN comes back');
    const [direction] = (await lab.wire())?.directions ?? [];
    t.is(direction?.overrun, 0);
    t.log(`${2000 - answers.length} of 2000 lost, method ${direction?.method}`);
  }),
);

test(
  'nothing arrives before its delay, in lab time; jitter adds to it and keeps the order',
  inQuietLab(async (t, lab) => {
    await lab.impair('psn1', {delayMs: 200}, {from: 'nad'});
    const late = await ping(lab, 'nad', psn, {count: 100});
    t.is(late.length, 100);
    t.true(Math.min(...late.map(({tookMs}) => tookMs)) >= 200 / timeScale);

    await lab.impair('psn1', {delayMs: 100, jitterMs: 300}, {from: 'psn1'});
    const both = await ping(lab, 'nad', psn, {count: 300});
    t.deepEqual(
      both.map(({sequence}) => sequence),
      Array.from({length: 300}, (_, index) => index + 1),
    );
    t.true(Math.min(...both.map(({tookMs}) => tookMs)) >= 300 / timeScale);
    t.true(both.filter(({tookMs}) => tookMs >= 450 / timeScale).length > 100, 'half of the jitter is above its middle');
    const took = late.map(({tookMs}) => tookMs).sort((a, b) => a - b);
    t.log(`20 ms asked for: median ${took[50]} ms, worst ${took.at(-1)} ms`);
  }),
);

test(
  'duplicates come twice, and what is reordered overtakes',
  inQuietLab(async (t, lab) => {
    await lab.impair('psn1', {duplication: 0.1}, {from: 'nad'});
    const doubled = await ping(lab, 'nad', psn, {count: 1000});
    t.is(new Set(doubled.map(({sequence}) => sequence)).size, 1000);
    t.true(isNear(doubled.filter(({isDuplicate}) => isDuplicate).length, 1000, 0.1));

    await lab.impair('psn1', {delayMs: 1000, reordering: 0.1}, {from: 'nad'});
    const mixed = await ping(lab, 'nad', psn, {count: 1000});
    const overtaking = mixed.filter(({sequence}, place) =>
      mixed.slice(0, place).every(other => other.sequence < sequence),
    );
    const overtaken = mixed.length - overtaking.length;
    t.is(mixed.length, 1000);
    t.true(overtaken > 0, 'how many are under way to be overtaken depends on how fast ping gets to send');
    t.true(isNear(mixed.filter(({tookMs}) => tookMs < 1000 / timeScale).length, 1000, 0.1));
  }),
);

test(
  'at a rate, a train of packets takes as long as its bits do',
  inQuietLab(async (t, lab) => {
    await lab.impair('psn1', {rateBitS: 100_000}, {from: 'nad'}); // of lab time: 1 Mbit/s on the clock
    const train = await ping(lab, 'nad', psn, {count: 50, bytes: 1000});
    const [first, last] = [train[0], train.at(-1)];
    const bits = 50 * (1000 + 42) * 8;

    t.is(train.length, 50);
    const spanMs = (last?.atMs ?? 0) - (first?.atMs ?? 0) + (first?.tookMs ?? 0);
    t.true(spanMs >= 0.95 * (bits / 1000), `${spanMs} ms for ${bits} bits`); // 0.95: the clock of -D is not the one of the round trip
  }),
);

test(
  'cut in one direction: the PSN hears and answers, the switch hears nothing, and both carriers stay',
  inQuietLab(async (t, lab) => {
    await lab.impair('psn1', {cut: true}, {from: 'psn1'});
    const before = {nad: await echoes(lab, 'nad'), psn1: await echoes(lab, 'psn1')};
    const answers = await ping(lab, 'nad', psn, {count: 200, everyMs: 2});
    const after = {nad: await echoes(lab, 'nad'), psn1: await echoes(lab, 'psn1')};

    t.deepEqual(answers, []);
    t.is(after.nad.OutEchos - before.nad.OutEchos, 200);
    t.is(after.psn1.InEchos - before.psn1.InEchos, 200);
    t.is(after.psn1.OutEchoReps - before.psn1.OutEchoReps, 200);
    t.is(after.nad.InEchoReps - before.nad.InEchoReps, 0);
    for (const [node, port] of [
      ['nad', 'gi0-1'],
      ['psn1', 'eth0'],
    ] as const)
      t.is((await output(lab, node, 'cat', `/sys/class/net/${port}/carrier`)).trim(), '1');
  }),
);

test(
  'changed while packets are under way, a link keeps their order and loses none; mended, it is as it was',
  inQuietLab(async (t, lab) => {
    await lab.impair('psn1', {delayMs: 600}, {from: 'nad'});
    const pinging = ping(lab, 'nad', psn, {count: 600});
    const changes: Partial<Impairment>[] = [{delayMs: 100}, {}, {delayMs: 300, jitterMs: 100}, {delayMs: 10}];
    for (const change of changes) {
      await lab.elapse(3000);
      await lab.impair('psn1', change, {from: 'nad'});
    }
    t.deepEqual(
      (await pinging).map(({sequence}) => sequence),
      Array.from({length: 600}, (_, index) => index + 1),
    );

    await lab.impair('psn1', null);
    t.deepEqual((await lab.wire())?.directions, []);
    t.notRegex(await output(lab, 'nad', 'nft', 'list', 'ruleset'), /egress/);
    t.is((await ping(lab, 'nad', psn, {count: 50})).length, 50);
  }),
);

test(
  'ARP, IPv6 and EAPOL are held up and cut like everything else',
  inQuietLab(async (t, lab) => {
    await lab.impair('endpoint', {delayMs: 200}, {from: 'endpoint'});
    const tookMs: number[] = [];
    for (const _ of [1, 2, 3]) tookMs.push(await afterArpMs(lab, '192.168.255.12'));
    t.true(Math.max(...tookMs) >= 400 / timeScale, `ARP and then the packet: ${tookMs.join(', ')} ms`);

    const v6 = /inet6 (fe80::\S+)\//.exec(await output(lab, 'psn1', 'ip', '-6', 'addr', 'show', 'dev', 'eth0'))?.[1];
    await lab.impair('psn1', {delayMs: 200}, {from: 'nad'});
    const [sixth] = await ping(lab, 'nad', `${v6}%gi0-1`, {count: 1});
    t.true((sixth?.tookMs ?? 0) >= 400 / timeScale, 'neighbour discovery and then the packet');

    await makeEapolSource(lab);
    const delaysMs = await eapolDelaysMs(lab, 50);
    t.true(Math.min(...delaysMs) >= 0.99 * (200 / timeScale), `${Math.min(...delaysMs)} ms`); // 0.99: two clocks

    await lab.impair('endpoint', {cut: true}, {from: 'endpoint'});
    const before = await fromEndpoint(lab);
    await sendEapol(lab, 50);
    const after = await fromEndpoint(lab);
    t.true((after?.received ?? 0) >= (before?.received ?? 0) + 50);
    t.true((after?.delivered ?? Number.NaN) <= (before?.received ?? Number.NaN), 'at most what was under way before');
  }),
);

/** How long a packet takes that needs ARP before; not always: the switch may ask for the endpoint, which then knows it again. */
async function afterArpMs(lab: ContainerLab, address: string): Promise<number> {
  await output(lab, 'endpoint', 'ip', 'neigh', 'flush', 'dev', 'eth0');
  return (await ping(lab, 'endpoint', address, {count: 1}))[0]?.tookMs ?? 0;
}

async function fromEndpoint(lab: ContainerLab): Promise<WireDirection | undefined> {
  return (await lab.wire())?.directions.find(({from}) => from === 'endpoint');
}

/** What the kernel of a node has counted of ICMP (/proc/net/snmp). */
async function echoes(
  lab: ContainerLab,
  node: string,
): Promise<Record<'InEchos' | 'OutEchos' | 'InEchoReps' | 'OutEchoReps', number>> {
  const lines = (await output(lab, node, 'cat', '/proc/net/snmp'))
    .split('\n')
    .filter(line => line.startsWith('Icmp: '));
  const [names = [], values = []] = lines.map(line => line.split(' '));
  const of = (name: string) => Number(values[names.indexOf(name)]);
  return {
    InEchos: of('InEchos'),
    OutEchos: of('OutEchos'),
    InEchoReps: of('InEchoReps'),
    OutEchoReps: of('OutEchoReps'),
  };
}
