// CSCwd58316: with a correct dACL a probe that is evaluated between t1 (the PSN calls the endpoint Compliant) and t7 (the dACL is
// in force) alarms all the same. The interleavings of domain.md 7.3, each made with gates, none by luck.
import test from 'ava';
import {caughtUp} from '#harness/caught-up.ts';
import {endpointOf} from '#harness/endpoint-handle.ts';
import type {Lab} from '#harness/lab.ts';
import type {LabSettings} from '#harness/lab-settings.ts';
import {nadOf} from '#harness/nad-handle.ts';
import {psnOf} from '#harness/psn-handle.ts';
import {becomesCompliant, isCompliantAcl, isUnknownAcl} from '#harness/scenarios/becomes-compliant.ts';
import {daclRace} from '#harness/scenarios/dacl-race.ts';
import {postureConfigurationDetection} from '#harness/scenarios/missing-deny.ts';
import {inLab, plays} from '#specs/flows/in-lab.ts';

const alarm = {where: {alarm: postureConfigurationDetection}};
const shortDelay = (healthy: LabSettings): LabSettings => ({
  ...healthy,
  profile: {xml: null, fields: {NetworkTransitionDelay: '2'}},
});

test.serial(daclRace.claim, plays(daclRace));

test.serial(
  'R1: the probe comes before the CoA',
  inLab({settings: shortDelay, prepare: lab => psnOf(lab).hold('coa')}, async (t, lab) => {
    const raised = await lab.until('alarm-raised', alarm);
    await psnOf(lab).release('coa');
    const installed = await lab.until('acl-installed', {where: isCompliantAcl});

    t.true(raised.atMs < installed.atMs);
    t.deepEqual(
      lab.timeline.of('coa-sent', event => event.atMs < raised.atMs),
      [],
    );
  }),
);

test.serial(
  'R2: the probe comes when the dACL is named and not yet downloaded',
  inLab({settings: shortDelay, prepare: holdCompliant('acl-download')}, async (t, lab) => {
    await passUnknown(lab, 'acl-download');
    const raised = await lab.until('alarm-raised', alarm);
    await nadOf(lab).release('acl-download');
    await lab.until('acl-installed', {where: isCompliantAcl});

    t.is(lab.timeline.of('access-accepted', event => isCompliantAcl(event) && event.atMs < raised.atMs).length, 1);
    t.deepEqual(
      lab.timeline.of('acl-downloaded', event => isCompliantAcl(event) && event.atMs < raised.atMs),
      [],
    );
  }),
);

test.serial(
  'R3: the probe comes when the dACL is downloaded and not yet in force',
  inLab({settings: shortDelay, prepare: holdCompliant('acl-install')}, async (t, lab) => {
    await passUnknown(lab, 'acl-install');
    const raised = await lab.until('alarm-raised', alarm);
    await nadOf(lab).release('acl-install');
    const installed = await lab.until('acl-installed', {where: isCompliantAcl});

    t.is(lab.timeline.of('acl-downloaded', event => isCompliantAcl(event) && event.atMs < raised.atMs).length, 1);
    t.true(raised.atMs < installed.atMs);
  }),
);

test.serial(
  'R4: a probe connected while Unknown is answered after t1: alarm, although the dACL is in time for every new packet',
  inLab({}, async (t, lab) => {
    const {endpoint, unknown} = await probeConnectedWhileUnknown(lab);
    await nadOf(lab).hold('acl-install');
    await endpoint.rescan();
    const settled = await lab.until('posture-settled', {where: {status: 'Compliant'}, after: unknown});
    await endpoint.release('probe-http');
    const raised = await lab.until('alarm-raised', {...alarm, after: settled});
    await nadOf(lab).release('acl-install');
    const installed = await lab.until('acl-installed', {where: isCompliantAcl, after: settled});

    t.true(raised.atMs < installed.atMs);
  }),
);

test.serial(
  "R5: the dACL comes into force between a probe's connection and its request: the request is dropped, no alarm",
  inLab({}, async (t, lab) => {
    const {endpoint, unknown} = await probeConnectedWhileUnknown(lab);
    await endpoint.rescan();
    const {installed} = await becomesCompliant(lab, unknown);
    await endpoint.release('probe-http');
    await lab.until('sync-round-finished', {after: installed});
    await caughtUp(lab);

    t.deepEqual(
      lab.timeline.of('probe-received', event => event.atMs > installed.atMs),
      [],
    );
    t.deepEqual(lab.timeline.of('alarm-raised'), []);
  }),
);

test.serial(
  'R6: the dACL is in force before the first probe: the good case',
  inLab({}, async (t, lab) => {
    const {installed} = await becomesCompliant(lab);
    const probe = await lab.until('probe-sent');
    await lab.until('sync-round-finished', {after: probe});
    await caughtUp(lab);

    t.true(installed.atMs < probe.atMs);
    t.deepEqual(lab.timeline.of('alarm-raised'), []);
  }),
);

function holdCompliant(step: 'acl-download' | 'acl-install'): (lab: Lab) => Promise<void> {
  return lab => nadOf(lab).hold(step);
}

/** The Unknown dACL waits at the closed gate; it passes, and the gate is closed for the Compliant one. */
async function passUnknown(lab: Lab, step: 'acl-download' | 'acl-install'): Promise<void> {
  await lab.until('gate-reached', {where: {step}});
  await nadOf(lab).letOnePass(step);
}

/** A Compliant agent whose session was ended, with a probe that has connected and not yet asked. */
async function probeConnectedWhileUnknown(lab: Lab) {
  const endpoint = endpointOf(lab);
  const {installed} = await becomesCompliant(lab);
  await endpoint.hold('probe-http');
  await psnOf(lab).endSession(endpoint.mac);
  const unknown = await lab.until('acl-installed', {where: isUnknownAcl, after: installed});
  await lab.until('gate-reached', {where: {step: 'probe-http'}, after: unknown});
  return {endpoint, unknown};
}
