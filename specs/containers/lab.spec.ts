// Labs as such: side by side with the same addresses, nodes without power, and a deploy that fails half-way.
import test from 'ava';
import {deployLab, LabExistsError} from '#harness/containers/deploy.ts';
import {openSession} from '#harness/containers/session.ts';
import {endpointOf} from '#harness/endpoint-handle.ts';
import {measureGap} from '#harness/gap.ts';
import {nadOf} from '#harness/nad-handle.ts';
import {becomesCompliant} from '#harness/scenarios/becomes-compliant.ts';
import {knockPorts} from '#protocol/nad/knock.ts';
import {runInNamespace} from '#specs/edges/in-namespace.ts';
import {inLab, openSpecLab} from '#specs/flows/in-lab.ts';
import {inSharedLab} from '#specs/flows/in-shared-lab.ts';
import {topology as single} from '#topologies/single-psn.ts';
import {topology as three} from '#topologies/three-psn.ts';

test(
  'two labs with the same addresses do not see each other',
  inLab({topology: single}, async (t, one) => {
    await using other = await openSpecLab(t.title, {topology: single});
    await Promise.all([becomesCompliant(one), becomesCompliant(other)]);
    await endpointOf(other).linkDown();
    await other.until('session-ended');

    t.is((await nadOf(one).view()).sessions.length, 1);
    t.is((await nadOf(other).view()).sessions.length, 0);
  }),
);

test(
  'with three PSNs the agent probes the connected one and two others',
  inLab({topology: three}, async (t, lab) => {
    await becomesCompliant(lab);
    const started = await lab.until('sync-started');

    t.deepEqual(
      started.targets.toSorted(),
      ['psn1', 'psn2', 'psn3'].map(name => `${name}.posturelab.test`),
    );
  }),
);

const inOneLab = inSharedLab({topology: single});

test(
  'the agent log is in the line grammar of the real one',
  inOneLab(async (t, lab) => {
    await becomesCompliant(lab);
    await lab.until('sync-round-finished');
    const lines = (await endpointOf(lab).readLog()).trim().split('\n');

    const grammar =
      /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d \[(Information|Error|Warning)\] aciseagent Function: \S+ Thread Id: 0x[0-9A-F]+ File: \S+ Line: \d+ Level: \w+ :: /;
    t.deepEqual(
      lines.filter(line => !grammar.test(line)),
      [],
    );
    t.true(lines.some(line => line.includes('PeriodicProbe::sessionSyncProbe')));
  }),
);

test(
  'a gap meter that has ended leaves no connection behind for which the kernel would go on knocking',
  inOneLab(async (t, lab) => {
    const gap = await measureGap(lab);
    await lab.until('sync-round-finished', {after: lab.nowMs()});
    await gap.end();
    const {stdout} = await runInNamespace(lab, 'endpoint', [
      'ss',
      '-Htn',
      'state',
      'syn-sent',
      'sport',
      '>=',
      `:${knockPorts.from}`,
    ]);

    t.is(stdout, '');
  }),
);

test(
  'a second lab of the same name is refused, and the first stays',
  inOneLab(async (t, lab) => {
    await using session = await openSession(() => {});
    await t.throwsAsync(deployLab(session, {topology: single, name: lab.name}), {instanceOf: LabExistsError});
    t.is((await endpointOf(lab).view()).status, 'Compliant');
  }),
);

test(
  'a PSN that loses its power comes back with its links, its policy and its live log, and without its sessions',
  inOneLab(async (t, lab) => {
    const {installed} = await becomesCompliant(lab);
    await lab.stopNode('psn1');
    await lab.startNode('psn1');

    const view = (await lab.call('psn1', {name: 'view'})) as {
      sessions: unknown[];
      liveLog: unknown[];
      policy: {dacls: unknown[]};
    };
    t.deepEqual(view.sessions, []);
    t.true(view.liveLog.length > 0);
    t.is(view.policy.dacls.length, 3);
    await endpointOf(lab).linkDown();
    await lab.until('session-ended', {after: installed});
    await endpointOf(lab).linkUp();
    await becomesCompliant(lab, lab.nowMs());
  }),
);

test('a deploy that the engine refuses half-way leaves nothing, also not what was still being made', async t => {
  await using session = await openSession(() => {});
  const name = 'no name for a container';

  await t.throwsAsync(deployLab(session, {topology: single, name}), {message: /container name/});

  t.deepEqual(await session.engine.listContainers({all: true, filters: {label: [`posturelab.lab=${name}`]}}), []);
});
