/** R1 to R10 of domain.md 7.3: every order in which a probe and the dACL can cross. Gates make each of them happen. */
import {caughtUp} from '#harness/caught-up.ts';
import {endpointOf} from '#harness/endpoint-handle.ts';
import type {Lab} from '#harness/lab.ts';
import type {LabSettings} from '#harness/lab-settings.ts';
import {nadOf} from '#harness/nad-handle.ts';
import {daclNames} from '#harness/policy-plan.ts';
import {adminOf, psnOf} from '#harness/psn-handle.ts';
import {expect, type Scenario} from '#harness/scenario.ts';
import {becomesCompliant, isCompliantAcl, isUnknownAcl} from '#harness/scenarios/becomes-compliant.ts';
import {postureConfigurationDetection} from '#harness/scenarios/missing-deny.ts';
import type {LabEvent} from '#protocol/event.ts';
import {topology} from '#topologies/two-psn.ts';

const alarm = {where: {alarm: postureConfigurationDetection}};

const shortDelay = (healthy: LabSettings): LabSettings => ({
  ...healthy,
  profile: {xml: null, fields: {NetworkTransitionDelay: '2'}},
});

export const interleavings: Scenario[] = [
  {
    name: 'probe-before-coa',
    claim: 'a probe that comes before the CoA alarms, although the dACL is correct',
    why: 'R1 of domain.md 7.3, row 7 of 11: t1, t2, the probe, and only then t3 (CSCwd58316)',
    topology,
    settings: shortDelay,
    prepare: lab => psnOf(lab).hold('coa'),
    async play(lab) {
      const raised = await lab.until('alarm-raised', alarm);
      await psnOf(lab).release('coa');
      const installed = await lab.until('acl-installed', {where: isCompliantAcl});
      await caughtUp(lab);

      expect(lab, raised.atMs < installed.atMs, 'the alarm comes before the dACL');
      const sent = lab.timeline.of('coa-sent', event => event.atMs < raised.atMs);
      expect(lab, sent.length === 0, 'no CoA has been sent by then');
    },
  },
  gated('acl-download', {
    name: 'probe-before-download',
    claim: 'a probe that comes when the dACL is named and not yet downloaded alarms',
    why: 'R2 of domain.md 7.3, row 7 of 11: t5, the probe, and only then t6',
  }),
  gated('acl-install', {
    name: 'probe-before-install',
    claim: 'a probe that comes when the dACL is downloaded and not yet in force alarms',
    why: 'R3 of domain.md 7.3, row 7 of 11: t6, the probe, and only then t7',
  }),
  {
    name: 'probe-in-progress',
    claim: 'a probe that connected while the session was Unknown is answered Compliant: no transition delay helps',
    why: 'R4 of domain.md 7.3, row 8 of 11: the connection is older than t1 (TAC 222483: probe already in progress)',
    topology,
    async play(lab) {
      const {endpoint, unknown} = await probeConnectedWhileUnknown(lab);
      await nadOf(lab).hold('acl-install');
      await endpoint.rescan();
      const settled = await lab.until('posture-settled', {where: {status: 'Compliant'}, after: unknown});
      await endpoint.release('probe-http');
      const raised = await lab.until('alarm-raised', {...alarm, after: settled});
      await lab.until('gate-reached', {where: {step: 'acl-install'}, after: settled});
      await nadOf(lab).release('acl-install');
      const installed = await lab.until('acl-installed', {where: isCompliantAcl, after: settled});
      await caughtUp(lab);

      expect(lab, raised.atMs < installed.atMs, 'the alarm comes before the dACL');
    },
  },
  {
    name: 'request-dropped',
    claim:
      "when the dACL comes between a probe's connection and its request, the request is dropped and nothing is raised",
    why: 'R5 of domain.md 7.3: the list keeps no state, so an established connection dies with it (5.6)',
    topology,
    async play(lab) {
      const {endpoint, unknown} = await probeConnectedWhileUnknown(lab);
      await endpoint.rescan();
      const {installed} = await becomesCompliant(lab, unknown);
      await endpoint.release('probe-http');
      await lab.until('sync-round-finished', {after: installed});

      const received = lab.timeline.of('probe-received', event => event.atMs > installed.atMs);
      expect(lab, received.length === 0, 'no probe reaches a PSN');
      expectNoAlarm(lab);
    },
  },
  {
    name: 'dacl-first',
    claim: 'when the dACL is in force before the first probe, the probe meets silence',
    why: 'R6 of domain.md 7.3: the good case',
    topology,
    async play(lab) {
      const {installed} = await becomesCompliant(lab);
      const probe = await lab.until('probe-sent');
      const round = await lab.until('sync-round-finished', {after: probe});
      await caughtUp(lab);

      expect(lab, installed.atMs < probe.atMs, 'the dACL is first');
      expect(lab, !round.answered, 'the round is silent');
      expectNoAlarm(lab);
    },
  },
  {
    name: 'reauthentication-window',
    claim: 'while a new version of the dACL waits to be installed, the old one still blocks the probe',
    why: 'R7 of domain.md 7.3: a switch that took the old list away first would alarm; this one swaps them in one transaction',
    topology,
    play: async lab => replacedUnderWay(lab, await becomesCompliant(lab).then(({installed}) => installed)),
  },
  {
    name: 'address-unknown',
    claim: 'a session whose address the switch has not learnt is not protected by its dACL: the probe alarms',
    why: 'R8 of domain.md 7.3, row 21 of 11: with ipUnknownPolicy notEnforced everything passes until IP device tracking knows the host',
    topology,
    settings: shortDelay,
    prepare: lab => nadOf(lab).hold('ipdt'),
    async play(lab) {
      const raised = await lab.until('alarm-raised', alarm);
      await nadOf(lab).release('ipdt');
      const installed = await lab.until('acl-installed', {where: isCompliantAcl});

      const accepted = lab.timeline.of('acl-downloaded', event => isCompliantAcl(event) && event.atMs < raised.atMs);
      expect(lab, accepted.length === 1, 'the switch had the dACL when the alarm came');
      expect(lab, raised.atMs < installed.atMs, 'it is in force only when the address is learnt');
    },
  },
  {
    name: 'later-probe-meets-reauthentication',
    claim: 'a second or later probe that meets a re-authentication is blocked as well',
    why: 'R9 of domain.md 7.3: the tick of the interval coincides with the CoA; as R7',
    topology,
    play: async lab => replacedUnderWay(lab, await lab.until('sync-round-finished', {where: {round: 2}})),
  },
  {
    name: 'deny-one-psn',
    claim: 'with a deny for psn1 only, the backup probe to psn2 alarms, and the alarm names psn2',
    why: 'R10 of domain.md 7.3, row 2 of 11: no race, but looks like one (TAC 222483: one entry for each PSN)',
    topology,
    settings: healthy => ({
      ...healthy,
      dacl: {...healthy.dacl, compliant: 'deny tcp any host 10.10.1.11 eq 8449\npermit ip any any'},
    }),
    async play(lab) {
      const raised = await lab.until('alarm-raised', alarm);
      await caughtUp(lab);

      expect(lab, raised.node === 'psn2' && raised.details['Server'] === 'psn2', 'psn2 raises the alarm');
      expect(lab, lab.timeline.of('probe-blocked').length === 1, 'psn1 is blocked');
    },
  },
  {
    name: 'dacl-late',
    claim: 'the alarm comes if and only if the first probe is earlier than the dACL, however long either takes',
    why: 'the formula of domain.md 7.4, for latencies of your own: --set nad.aclInstallDelay=… --set profile.NetworkTransitionDelay=…',
    topology,
    settings: healthy => ({...healthy, nad: {...healthy.nad, aclInstallDelayMs: 14_000}}),
    async play(lab) {
      const settled = await lab.until('posture-settled', {where: {status: 'Compliant'}});
      const sent = await lab.until('probe-sent', {after: settled});
      await lab.until('sync-round-finished', {after: sent});
      const installed = await lab.until('acl-installed', {where: isCompliantAcl, after: settled});
      const received = lab.timeline.of('probe-received', event => event.atMs < installed.atMs).length;
      const alarms = lab.timeline.of('alarm-raised', alarm.where).length;
      await caughtUp(lab);

      expect(lab, alarms === received, 'a probe that arrives before the dACL alarms, and no other');
      expect(lab, alarms === 0 || sent.atMs < installed.atMs, 'no probe alarms that was sent after the dACL');
    },
  },
];

/** A gate of the switch at which the Compliant dACL waits until the alarm has come. */
function gated(step: 'acl-download' | 'acl-install', told: {name: string; claim: string; why: string}): Scenario {
  return {
    ...told,
    topology,
    settings: shortDelay,
    prepare: lab => nadOf(lab).hold(step),
    async play(lab) {
      await lab.until('gate-reached', {where: {step}});
      await nadOf(lab).letOnePass(step);
      const raised = await lab.until('alarm-raised', alarm);
      await nadOf(lab).release(step);
      const installed = await lab.until('acl-installed', {where: isCompliantAcl});

      const downloaded = lab.timeline.of('acl-downloaded', event => isCompliantAcl(event) && event.atMs < raised.atMs);
      expect(lab, downloaded.length === (step === 'acl-install' ? 1 : 0), 'the dACL has got as far as the gate');
      expect(lab, raised.atMs < installed.atMs, 'the alarm comes before the dACL');
    },
  };
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

/** A new version of the dACL is kept at the gate for a whole round of probes. */
async function replacedUnderWay(lab: Lab, after: LabEvent): Promise<void> {
  await nadOf(lab).hold('acl-install');
  await adminOf(lab).saveDacl(daclNames.compliant, lab.settings.dacl.compliant);
  await psnOf(lab).reauthenticate(endpointOf(lab).mac);
  const waiting = await lab.until('gate-reached', {where: {step: 'acl-install'}, after});
  const sent = await lab.until('probe-sent', {after: waiting});
  const round = await lab.until('sync-round-finished', {after: sent});
  await nadOf(lab).release('acl-install');
  await lab.until('acl-installed', {where: isCompliantAcl, after: round});
  await caughtUp(lab);

  expect(lab, !round.answered, 'the old dACL blocks the round');
  expectNoAlarm(lab);
}

function expectNoAlarm(lab: Lab): void {
  expect(lab, lab.timeline.of('alarm-raised').length === 0, 'nobody raises an alarm');
}
