// Labs as such: side by side with the same addresses, nodes without power, and a deploy that fails half-way.
import test from 'ava';
import {deployLab, LabExistsError} from '#harness/containers/deploy.ts';
import {findEngine} from '#harness/containers/engine.ts';
import {ensureImages} from '#harness/containers/images.ts';
import {endpointOf} from '#harness/endpoint-handle.ts';
import {nadOf} from '#harness/nad-handle.ts';
import {becomesCompliant} from '#harness/scenarios/becomes-compliant.ts';
import {inLab} from '#specs/flows/in-lab.ts';
import {topology as single} from '#topologies/single-psn.ts';
import {topology as three} from '#topologies/three-psn.ts';

test.serial(
  'two labs with the same addresses do not see each other',
  inLab({topology: single}, async (t, one) => {
    await inLab({topology: single}, async (_, other) => {
      await Promise.all([becomesCompliant(one), becomesCompliant(other)]);
      await endpointOf(other).linkDown();
      await other.until('session-ended');

      t.is((await nadOf(one).view()).sessions.length, 1);
      t.is((await nadOf(other).view()).sessions.length, 0);
    })(t);
  }),
);

test.serial(
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

test.serial(
  'a PSN that loses its power comes back with its links, its policy and its live log, and without its sessions',
  inLab({topology: single}, async (t, lab) => {
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

test.serial(
  'a second lab of the same name is refused, and the first stays',
  inLab({topology: single}, async (t, lab) => {
    const {engine} = lab;
    await t.throwsAsync(
      deployLab({
        topology: single,
        name: lab.name,
        engine,
        images: {base: '', endpoint: '', nad: '', psn: '', reaper: '', wire: ''},
        owner: '',
      }),
      {instanceOf: LabExistsError},
    );
    await becomesCompliant(lab);
  }),
);

test.serial(
  'the agent log is in the line grammar of the real one',
  inLab({topology: single}, async (t, lab) => {
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

test.serial('a deploy that the engine refuses half-way leaves nothing, also not what was still being made', async t => {
  const engine = await findEngine();
  const images = await ensureImages(engine, () => {});
  const name = 'no name for a container';

  await t.throwsAsync(deployLab({topology: single, name, engine, images, owner: 'spec'}), {message: /container name/});

  t.deepEqual(await engine.listContainers({all: true, filters: {label: [`posturelab.lab=${name}`]}}), []);
});
