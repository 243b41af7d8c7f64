// The lab in virtual time keeps the promises of harness/lab.ts, and what can befall its nodes and cables.
import {globSync, readFileSync} from 'node:fs';
import test from 'ava';
import fc from 'fast-check';
import {endpointOf} from '#harness/endpoint-handle.ts';
import {WaitError} from '#harness/lab.ts';
import {defaultSettings} from '#harness/lab-settings.ts';
import {nadOf} from '#harness/nad-handle.ts';
import {psnOf} from '#harness/psn-handle.ts';
import {becomesCompliant, isUnknownAcl} from '#harness/scenarios/becomes-compliant.ts';
import {plainCopy} from '#harness/simulator/plain-copy.ts';
import {simulate} from '#harness/simulator/simulated-lab.ts';
import type {PsnView} from '#protocol/psn/contract.ts';
import {topology as single} from '#topologies/single-psn.ts';
import {topology as three} from '#topologies/three-psn.ts';
import {topology} from '#topologies/two-psn.ts';

const seed = 8259;

test('time stands still while nobody waits, and elapses to the millisecond', async t => {
  await using lab = await simulate({topology, seed: 1});
  const fromMs = lab.nowMs();
  await new Promise(resolve => setImmediate(resolve));
  t.is(lab.nowMs(), fromMs);
  await lab.elapse(1234);
  t.is(lab.nowMs(), fromMs + 1234);
});

test('a wait in vain ends with the story, after its deadline or the shortest one that containers have', async t => {
  await using lab = await simulate({topology: single, seed: 1});
  const fromMs = lab.nowMs();
  const error = await t.throwsAsync(lab.until('alarm-raised', {withinMs: 1000}), {instanceOf: WaitError});

  t.regex(error?.message ?? '', /waited 100000 ms of lab time for alarm-raised.*\n[\s\S]*acl-installed/);
  t.is(lab.nowMs(), fromMs + 100_000);
});

test('a fault of a role ends every wait, with its words', async t => {
  await using lab = await simulate({
    topology: single,
    seed: 1,
    sabotage: {
      nad: role => ({
        handle(input, nowMs) {
          if (input.kind === 'frame') throw new TypeError('no such thing');
          return role.handle(input, nowMs);
        },
        wakeAtMs: () => role.wakeAtMs(),
      }),
    },
  });
  const waits = [lab.until('status-shown'), lab.until('alarm-raised')];

  for (const wait of waits) await t.throwsAsync(wait, {message: /nad is at fault: TypeError: no such thing/});
});

test('a role that wants to be woken for ever is a fault, and does not stop time', async t => {
  await using lab = await simulate({
    topology: single,
    seed: 1,
    sabotage: {agent: role => ({handle: (input, nowMs) => role.handle(input, nowMs), wakeAtMs: () => 0})},
  });
  await lab.elapse(10);

  t.regex(lab.timeline.of('fault')[0]?.message ?? '', /asked to be woken 1000 times/);
});

test('a command is refused in the words of the node, and a node that is not there is named', async t => {
  await using lab = await simulate({topology: single, seed: 1});

  await t.throwsAsync(psnOf(lab).endSession('00:00:5E:00:53:01'), {message: /psn1 has no session of/});
  await t.throwsAsync(lab.call('psn7', {name: 'view'}), {message: /no node psn7; its nodes are endpoint, nad, psn1/});
});

test('what is answered is a copy: changing it changes nothing', async t => {
  await using lab = await simulate({topology: single, seed: 1});
  const view = await endpointOf(lab).view();
  view.facts['firewall'] = false;

  t.is((await endpointOf(lab).view()).facts['firewall'], true);
});

test(`a copy is what JSON would have brought, whatever the data, seed ${seed}`, t => {
  fc.assert(
    fc.property(fc.jsonValue(), value => {
      t.deepEqual(plainCopy(value), JSON.parse(JSON.stringify(value)));
    }),
    {seed, examples: [[JSON.parse('{"__proto__": {"a": 1}}')], [[-0]]]},
  );
  t.deepEqual(plainCopy({a: undefined, b: [undefined, {c: undefined}]}), {b: [null, {}]});
});

test('a PSN without power forgets its sessions and keeps its policy and live log', async t => {
  await using lab = await simulate({topology: single, seed: 1});
  const {installed} = await becomesCompliant(lab);
  await lab.stopNode('psn1');
  await t.throwsAsync(psnOf(lab).view(), {message: /node psn1 has no power/});
  await lab.startNode('psn1');
  const view = (await lab.call('psn1', {name: 'view'})) as PsnView;

  t.deepEqual(view.sessions, []);
  t.true(view.liveLog.length > 0);
  t.is(view.policy.dacls.length, 3);
  await endpointOf(lab).linkDown();
  await lab.until('session-ended', {after: installed});
  await endpointOf(lab).linkUp();
  await becomesCompliant(lab, lab.nowMs());
});

test('a switch without power enforces nothing, takes the links with it, and starts from nothing', async t => {
  await using lab = await simulate({topology: single, seed: 1});
  const {installed} = await becomesCompliant(lab);
  await lab.stopNode('nad');
  await lab.until('network-changed', {where: {change: 'link-down'}, after: installed});
  await lab.startNode('nad');
  const unknown = await lab.until('acl-installed', {where: isUnknownAcl, after: installed});
  await becomesCompliant(lab, unknown);

  t.is((await nadOf(lab).view()).sessions.length, 1);
});

test('an endpoint without power keeps its files', async t => {
  await using lab = await simulate({topology: single, seed: 1});
  const {installed} = await becomesCompliant(lab);
  const log = await endpointOf(lab).readLog();
  await lab.stopNode('endpoint');
  await lab.until('session-ended', {after: installed});
  await lab.startNode('endpoint');
  await becomesCompliant(lab, installed);

  t.true((await endpointOf(lab).readLog()).startsWith(log));
});

test('a process that stands still is asked again and again, and answers when it goes on', async t => {
  await using lab = await simulate({topology: single, seed: 1});
  await lab.until('acl-installed', {where: isUnknownAcl});
  lab.pauseNode('psn1');
  await lab.until('server-not-found');
  t.is(lab.timeline.of('discovery-target-failed').at(-1)?.reason, 'timeout');
  lab.resumeNode('psn1');
  await becomesCompliant(lab);
});

test('a cable that is cut drops what it carries, and posture comes back when it is mended', async t => {
  await using lab = await simulate({topology, seed: 1});
  lab.setCable('psn1:eth0', false);
  const failed = await lab.until('radius-server-failed');
  t.is(failed.next, 'psn2');
  const {settled} = await becomesCompliant(lab);
  t.is(settled.node, 'psn2');
  lab.setCable('psn1:eth0', true);
  t.throws(() => lab.setCable('psn9:eth0', false), {message: /no link at psn9:eth0/});
});

test('a kernel repeats a lost SYN after a second of real time, whatever the lab time scale', async t => {
  const connectedAfterMs = async (timeScale: number) => {
    const settings = {...defaultSettings(single), timeScale};
    settings.endpoint = {...settings.endpoint, connectTimeoutMs: 60_000};
    settings.profile = {xml: null, fields: {CallHomeList: '10.10.1.11:8443'}}; // nothing to ask DNS for
    await using lab = await simulate({topology: single, settings, seed: 1});
    lab.network.link('psn1:eth0').cable = {delayMs: 1, jitterMs: 0}; // the first SYN meets the closed port
    const started = await lab.until('discovery-started');
    const found = await lab.until('psn-found');
    return found.atMs - started.atMs;
  };

  t.true(Math.abs((await connectedAfterMs(1)) - 1000) < 50);
  t.true(Math.abs((await connectedAfterMs(10)) - 10_000) < 50);
});

test('a clock that drifts keeps its own hours and never jumps', async t => {
  const probedAfterMs = async (partsPerMillion: number) => {
    await using lab = await simulate({topology: single, seed: 1});
    const {shown} = await becomesCompliant(lab);
    lab.driftClock('endpoint', partsPerMillion);
    return (await lab.until('probe-sent')).atMs - shown.atMs;
  };

  const [true_, fast] = [await probedAfterMs(0), await probedAfterMs(100_000)];
  t.true(Math.abs(true_ - 10_000) < 1);
  t.true(Math.abs(fast - 10_000 / 1.1) < 2);
});

test('with three PSNs the agent probes the connected one and two others', async t => {
  await using lab = await simulate({topology: three, seed: 1});
  const started = await lab.until('sync-started');

  t.deepEqual(
    started.targets.toSorted(),
    ['psn1', 'psn2', 'psn3'].map(name => `${name}.posturelab.test`),
  );
});

test('the switch’s command line works in virtual time', async t => {
  await using lab = await simulate({topology, seed: 1});
  await becomesCompliant(lab);

  t.regex(await nadOf(lab).cli('show access-lists'), /xACSACLx-IP-Posture_Compliant-636b75ac \(per-user\)/);
});

for (const path of globSync('harness/{simulator,explore,race,field-log}/*.ts')) {
  test(`${path} asks no clock and no dice`, t => {
    const code = readFileSync(path, 'utf8').replaceAll(/\/\*[\s\S]*?\*\//g, '');

    t.notRegex(code, /Date\.now|Math\.random|performance|hrtime|setTimeout|setInterval|randomBytes\(\d|randomUUID/);
  });
}
