/** What administrators do to dACLs (domain.md 11), and what comes of it. */
import {caughtUp} from '#harness/caught-up.ts';
import {endpointOf} from '#harness/endpoint-handle.ts';
import type {Lab} from '#harness/lab.ts';
import {compliantDacl, type LabSettings} from '#harness/lab-settings.ts';
import {nadOf} from '#harness/nad-handle.ts';
import {daclNames} from '#harness/policy-plan.ts';
import {adminOf, psnOf} from '#harness/psn-handle.ts';
import {expect, type Scenario} from '#harness/scenario.ts';
import {becomesCompliant, isCompliantAcl, isUnknownAcl} from '#harness/scenarios/becomes-compliant.ts';
import {postureConfigurationDetection} from '#harness/scenarios/missing-deny.ts';
import {topology} from '#topologies/two-psn.ts';

const alarm = {where: {alarm: postureConfigurationDetection}};
const psnAddresses = ['10.10.1.11', '10.10.2.12'];

export const daclMistakes: Scenario[] = [
  alarming({
    name: 'permit-above-deny',
    claim: 'a permit above the denies makes them dead: the alarm comes, and the denies count nothing',
    why: 'row 3 of domain.md 11: the denies must be on top (TAC 222483)',
    compliant: `permit ip any any\n${compliantDacl(psnAddresses)}`,
  }),
  alarming({
    name: 'source-not-any',
    claim: 'an entry with a subnet for its source protects nobody outside it: the alarm comes',
    why: 'row 23 of domain.md 11: the source of a dACL entry is to be any',
    compliant: `${psnAddresses.map(psn => `deny tcp 10.0.0.0 0.255.255.255 host ${psn} eq 8449`).join('\n')}\npermit ip any any`,
  }),
  {
    name: 'probe-port-missing-in-unknown',
    claim:
      'when the pre-posture dACL does not let the probe port through, a lost session is not seen until the network changes',
    why: "row 4 of domain.md 11: Cisco's own API sample omits 8449 (6.4)",
    topology,
    settings: healthy => ({
      ...healthy,
      dacl: {...healthy.dacl, unknown: withoutLines(healthy.dacl.unknown, /eq 8449$/)},
    }),
    async play(lab) {
      const endpoint = endpointOf(lab);
      const {installed} = await becomesCompliant(lab);
      await psnOf(lab).endSession(endpoint.mac);
      const unknown = await lab.until('acl-installed', {where: isUnknownAcl, after: installed});
      const first = await lab.until('sync-round-finished', {after: unknown});
      const second = await lab.until('sync-round-finished', {after: first});
      expect(lab, !first.answered && !second.answered, 'two rounds meet silence');
      expect(lab, lab.timeline.of('discovery-restarted').length === 0, 'the agent notices nothing');

      await endpoint.linkDown();
      await lab.until('session-ended', {after: second});
      await endpoint.linkUp();
      await becomesCompliant(lab, second);
      expect(lab, lab.timeline.of('alarm-raised').length === 0, 'nobody raises an alarm');
    },
  },
  {
    name: 'deny-on-another-port',
    claim: 'with the portal on 8500 and denies for 8449, the alarm comes',
    why: 'row 11 of domain.md 11: a custom portal has its own bidirectional port (TAC 222483)',
    topology,
    settings: healthy => ({
      ...healthy,
      psn: {...healthy.psn, probePort: 8500},
      dacl: {...healthy.dacl, unknown: healthy.dacl.unknown.replaceAll('8449', '8500')},
    }),
    async play(lab) {
      await lab.until('alarm-raised', alarm);
      await caughtUp(lab);

      expect(
        lab,
        lab.timeline.of('probe-sent').every(({port}) => port === 8500),
        'probes go to the portal’s own port',
      );
    },
  },
  {
    name: 'dacl-deleted',
    claim:
      'a dACL that is deleted and still referred to: the re-authentication fails, and the session is not authorized',
    why: 'row 18 of domain.md 11 (message 11023)',
    topology,
    async play(lab) {
      const {installed} = await becomesCompliant(lab);
      await adminOf(lab).deleteDacl(daclNames.compliant);
      await psnOf(lab).reauthenticate(endpointOf(lab).mac);
      const failed = await lab.until('authorization-failed', {after: installed});
      await lab.until('acl-withdrawn', {where: isCompliantAcl, after: failed});
      await lab.until('session-removed', {where: {cause: 'peer'}, after: failed});
      const {sessions} = await nadOf(lab).view();

      expect(
        lab,
        sessions.every(({authorized}) => !authorized),
        'the session is not authorized any more',
      );
      expect(
        lab,
        sessions.every(({acl}) => acl === null),
        'no dACL is in force',
      );
    },
  },
  {
    name: 'dacl-edited-before-download',
    claim:
      'a dACL that is edited between Access-Accept and download cannot be had; the next authentication gets the new version',
    why: 'row 19 of domain.md 11 (message 11026)',
    topology,
    settings: healthy => ({...healthy, profile: {xml: null, fields: {StateSyncProbeInterval: '60'}}}), // no poll is under way when the switch tries again
    prepare: lab => nadOf(lab).hold('acl-download'),
    async play(lab) {
      const step = 'acl-download';
      const first = await lab.until('gate-reached', {where: {step}});
      await nadOf(lab).letOnePass(step);
      await lab.until('gate-reached', {where: {step}, after: first});
      await adminOf(lab).saveDacl(daclNames.compliant, lab.settings.dacl.compliant);
      await nadOf(lab).release(step);
      const refused = await lab.until('acl-refused');
      await lab.until('authorization-failed', {after: refused});
      // The switch tries again after a minute.
      const installed = await lab.until('acl-installed', {where: isCompliantAcl, after: refused, withinMs: 300_000});
      await caughtUp(lab);

      expect(lab, refused.code === 11026, 'the PSN says that this version is not there');
      expect(lab, installed.acl !== refused.acl, 'the version that is installed in the end is another');
    },
  },
  {
    name: 'dacl-corrected-too-late',
    claim: 'a dACL that is corrected without re-authentication protects nobody: the switch keeps the version it has',
    why: 'row 20 of domain.md 11',
    topology,
    settings: withCompliant('permit ip any any'),
    async play(lab) {
      const {installed} = await becomesCompliant(lab);
      await adminOf(lab).saveDacl(daclNames.compliant, compliantDacl(psnAddresses));
      await lab.until('alarm-raised', alarm);
      const {sessions} = await nadOf(lab).view();

      expect(
        lab,
        sessions.every(({acl}) => acl === installed.acl),
        'the old version is still in force',
      );
    },
  },
  {
    name: 'dacl-of-many-entries',
    claim: 'a dACL too long for one packet comes in several rounds, and is enforced to its last entry',
    why: 'row 30 of domain.md 11 (message 11053), and 5.5',
    topology,
    settings: healthy => {
      const many = Array.from({length: 200}, (_, index) => `deny tcp any host 10.77.0.${index + 1} eq 443`);
      return withCompliant([...many, healthy.dacl.compliant].join('\n'))(healthy);
    },
    async play(lab) {
      await becomesCompliant(lab);
      const downloaded = await lab.until('acl-downloaded', {where: isCompliantAcl});
      const round = await lab.until('sync-round-finished');
      await caughtUp(lab);

      expect(lab, downloaded.rounds > 1 && downloaded.entries === 203, 'the download takes several rounds');
      expect(lab, !round.answered, 'the denies at its end block the probe');
    },
  },
];

/** A compliant dACL with which the first probe raises the alarm. */
function alarming({compliant, ...told}: {name: string; claim: string; why: string; compliant: string}): Scenario {
  return {
    ...told,
    topology,
    settings: withCompliant(compliant),
    async play(lab: Lab) {
      await lab.until('alarm-raised', alarm);
      await lab.until('sync-disabled');
      const met = (await nadOf(lab).counters()).filter(
        ({acl, line}) => isCompliantAcl({acl}) && isDeny(compliant, line),
      );
      await caughtUp(lab);

      expect(
        lab,
        met.every(({packets}) => packets === 0),
        'the denies count nothing',
      );
    },
  };
}

function isDeny(text: string, line: number | null): boolean {
  return line !== null && (text.split('\n')[line - 1] ?? '').startsWith('deny');
}

function withCompliant(compliant: string): (healthy: LabSettings) => LabSettings {
  return healthy => ({...healthy, dacl: {...healthy.dacl, compliant}});
}

function withoutLines(text: string, pattern: RegExp): string {
  return text
    .split('\n')
    .filter(line => !pattern.test(line))
    .join('\n');
}
