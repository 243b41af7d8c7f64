import {caughtUp} from '#harness/caught-up.ts';
import {endpointOf} from '#harness/endpoint-handle.ts';
import type {Lab} from '#harness/lab.ts';
import {callHomeList} from '#harness/lab-settings.ts';
import {nadOf} from '#harness/nad-handle.ts';
import {profileXml} from '#harness/profile-xml.ts';
import {adminOf, psnOf} from '#harness/psn-handle.ts';
import {expect, type Scenario} from '#harness/scenario.ts';
import {isCompliantAcl} from '#harness/scenarios/becomes-compliant.ts';
import {postureConfigurationDetection} from '#harness/scenarios/missing-deny.ts';
import type {LabEvent} from '#protocol/event.ts';
import {topology} from '#topologies/two-psn.ts';

export const daclRace: Scenario = {
  name: 'dacl-race',
  claim:
    'with a correct dACL the alarm still comes when a probe crosses before the dACL is in force; waiting longer than the switch avoids it',
  why: 'CSCwd58316: the agent is Compliant at t2, the dACL in force at t7, and nothing but the network transition delay keeps the probe back (domain.md 7)',
  topology,
  settings: healthy => ({
    ...healthy,
    profile: {xml: null, fields: {NetworkTransitionDelay: '3'}},
    endpoint: {...healthy.endpoint, connectTimeoutMs: 1000},
  }),

  prepare: lab => nadOf(lab).hold('acl-install'),

  async play(lab) {
    const first = await race(lab, {
      from: await lab.until('gate-reached', {where: {step: 'acl-install'}}),
      heldS: 'until the alarm',
    });
    expect(lab, first === 1, 'the default delay of 3 s loses against a switch that is slower');

    const second = await race(lab, {from: await startOver(lab, {transitionDelayS: 10}), heldS: 4});
    expect(lab, second === 0, 'the delay of 10 s waits the switch out');

    const third = await race(lab, {from: await startOver(lab, {transitionDelayS: 2}), heldS: 'until the alarm'});
    expect(lab, third === 1, 'a delay shorter than the gap alarms again');
  },
};

/**
One race, from a moment at which the Unknown dACL waits at the gate: lets that one pass and keeps the Compliant one back, for a
span of lab time after t1 or until the alarm. Returns how many alarms came.
*/
async function race(lab: Lab, {from, heldS}: {from: LabEvent; heldS: number | 'until the alarm'}): Promise<number> {
  const nad = nadOf(lab);
  await nad.letOnePass('acl-install');
  const settled = await lab.until('posture-settled', {where: {status: 'Compliant'}, after: from});
  await lab.until('gate-reached', {where: {step: 'acl-install'}, after: settled});
  if (heldS === 'until the alarm') await lab.until('alarm-raised', {where: isOurAlarm, after: settled});
  else await lab.elapse(heldS * 1000);

  await nad.release('acl-install');
  const installed = await lab.until('acl-installed', {where: isCompliantAcl, after: settled});
  if (heldS !== 'until the alarm') await lab.until('sync-round-finished', {after: installed});
  await caughtUp(lab);
  return lab.timeline.of('alarm-raised', event => isOurAlarm(event) && event.atMs > settled.atMs).length;
}

/** A restarted agent with another transition delay, in a session whose Unknown dACL waits at the gate. */
async function startOver(lab: Lab, {transitionDelayS}: {transitionDelayS: number}): Promise<LabEvent> {
  const endpoint = endpointOf(lab);
  const fromMs = lab.nowMs();
  await nadOf(lab).hold('acl-install');
  await psnOf(lab).endSession(endpoint.mac);
  const waiting = await lab.until('gate-reached', {where: {step: 'acl-install'}, after: fromMs});
  await lab.until('acl-withdrawn', {where: isCompliantAcl, after: fromMs}); // it would let the agent report before the Unknown dACL is there
  const profile = profileXml(
    {xml: null, fields: {NetworkTransitionDelay: String(transitionDelayS)}},
    callHomeList(lab.topology),
  );
  await adminOf(lab).saveAgentProfile(profile);
  await endpoint.replaceProfile(profile);
  await endpoint.restartService();
  return waiting;
}

const isOurAlarm = ({alarm}: {alarm: string}): boolean => alarm === postureConfigurationDetection;
