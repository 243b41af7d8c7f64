import {endpointOf} from '#harness/endpoint-handle.ts';
import type {Lab} from '#harness/lab.ts';
import {compliantDacl} from '#harness/lab-settings.ts';
import {daclNames} from '#harness/policy-plan.ts';
import {adminOf, psnOf} from '#harness/psn-handle.ts';
import {expect, type Scenario} from '#harness/scenario.ts';
import {becomesCompliant, isCompliantAcl} from '#harness/scenarios/becomes-compliant.ts';
import {nodesOf} from '#harness/topology.ts';
import {topology} from '#topologies/two-psn.ts';

export const postureConfigurationDetection = 'Posture Configuration Detection';

export const missingDeny: Scenario = {
  name: 'missing-deny',
  claim:
    'without the deny the first probe raises the alarm, once, and the agent stops asking until its service restarts',
  why: 'the mistake that TAC 222483 warns of; rescan, link flap and even a corrected dACL do not revive an agent (domain.md 3.9, 11.10)',
  topology,
  settings: healthy => ({
    ...healthy,
    dacl: {...healthy.dacl, compliant: 'permit ip any any'},
    // No race here, so nothing is gained by waiting: the dACL does not matter first, and is in force long before later.
    profile: {xml: null, fields: {StateSyncProbeInterval: '3', NetworkTransitionDelay: '3'}},
    endpoint: {...healthy.endpoint, connectTimeoutMs: 1000},
  }),

  async play(lab) {
    const endpoint = endpointOf(lab);
    const first = await becomesCompliant(lab);
    const alarm = await lab.until('alarm-raised', {where: {alarm: postureConfigurationDetection}});
    const disabled = await lab.until('sync-disabled', {after: first.shown});
    expect(lab, alarm.details['Calling Station Id'] === endpoint.mac, `the alarm names ${endpoint.mac}`);

    await endpoint.rescan();
    const rescanned = await lab.until('status-shown', {where: {status: 'Compliant'}, after: disabled});
    await endpoint.linkDown();
    await lab.until('session-ended', {after: rescanned});
    await endpoint.linkUp();
    const flapped = await becomesCompliant(
      lab,
      await lab.until('network-changed', {where: {change: 'link-up'}, after: rescanned}),
    );
    const corrected = await correctTheDacl(lab);
    const {intervalS} = (await endpoint.view()).sync;
    await lab.elapse(2 * intervalS * 1000);
    expect(
      lab,
      lab.timeline.of('probe-sent').every(probe => probe.atMs <= disabled.atMs),
      'a latched agent never probes again',
    );
    expect(
      lab,
      lab.timeline.of('alarm-raised', {alarm: postureConfigurationDetection}).length === 1,
      'the alarm is raised exactly once',
    );
    expect(lab, flapped.shown.atMs > rescanned.atMs, 'posture itself goes on working');

    await endpoint.restartService();
    const started = await lab.until('sync-started', {after: corrected});
    const round = await lab.until('sync-round-finished', {after: started});
    expect(lab, !round.answered, 'after a service restart the agent probes again, and the corrected dACL blocks it');
  },
};

async function correctTheDacl(lab: Lab): Promise<number> {
  const psns = nodesOf(lab.topology, 'psn').map(([, psn]) => psn.address.split('/')[0] ?? '');
  const beforeMs = lab.nowMs();
  await adminOf(lab).saveDacl(daclNames.compliant, compliantDacl(psns));
  await psnOf(lab).reauthenticate(endpointOf(lab).mac);
  const installed = await lab.until('acl-installed', {where: isCompliantAcl, after: beforeMs});
  return installed.atMs;
}
