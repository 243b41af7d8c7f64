/** IPv6 beside IPv4: the poll goes by IPv6, so it is the IPv6 dACL that has to block it (domain.md 5.3, 6.8, 8.4). */
import {caughtUp} from '#harness/caught-up.ts';
import {endpointOf} from '#harness/endpoint-handle.ts';
import type {Lab} from '#harness/lab.ts';
import type {LabSettings} from '#harness/lab-settings.ts';
import {nadOf} from '#harness/nad-handle.ts';
import {daclNames} from '#harness/policy-plan.ts';
import {expect, type Scenario} from '#harness/scenario.ts';
import {becomesCompliant} from '#harness/scenarios/becomes-compliant.ts';
import {postureConfigurationDetection} from '#harness/scenarios/missing-deny.ts';
import {readDaclVersionName} from '#protocol/dacl/name.ts';
import {topology} from '#topologies/dual-stack.ts';

/** The second list is in force a moment after the first, which a busy machine makes longer: hence the slower clock and the long delay. */
const polling = (healthy: LabSettings): LabSettings => ({
  ...healthy,
  profile: {xml: null, fields: {StateSyncProbeInterval: '3', NetworkTransitionDelay: '10'}},
  timeScale: 5,
});

export const dualStack: Scenario[] = [
  {
    name: 'dual-stack',
    claim: 'with a deny for each PSN in both dACLs, a poll over IPv6 meets silence',
    why: 'every PSN’s address needs its own deny (domain.md 3.3, 8.4), and a PSN with IPv6 has two; the IPv6 dACL is one of its own (6.8)',
    topology,
    settings: polling,
    async play(lab) {
      const {shown} = await becomesCompliant(lab);
      const {targets} = await lab.until('sync-started', {after: shown});
      await lab.until('sync-round-finished', {where: {round: 2}, after: shown});
      await caughtUp(lab);
      const {sessions} = await nadOf(lab).view();

      expect(lab, sessions[0]?.ipv6Acl?.includes(daclNames.compliantIpv6) === true, 'the IPv6 dACL is in force');
      expect(lab, sessions[0]?.acl?.includes(daclNames.compliant) === true, 'the IPv4 dACL is in force beside it');
      expect(lab, (await packetsAtDenies(lab)) >= targets.length, 'the IPv6 denies met every poll');
      expect(lab, lab.timeline.of('probe-received').length === 0, 'no poll reaches a PSN');
      expect(lab, lab.timeline.of('alarm-raised').length === 0, 'nobody raises an alarm');
    },
  },
  {
    name: 'missing-ipv6-deny',
    claim: 'an IPv6 dACL without the deny lets the poll through beside a correct IPv4 dACL: the alarm, and the latch',
    why: 'row 1 of domain.md 11 in the family that is forgotten: TAC 222483 shows the deny for IPv4 only',
    topology,
    settings: healthy => polling({...healthy, dacl: {...healthy.dacl, compliantIpv6: 'permit ipv6 any any'}}),
    async play(lab) {
      const {shown} = await becomesCompliant(lab);
      const alarm = await lab.until('alarm-raised', {where: {alarm: postureConfigurationDetection}});
      const disabled = await lab.until('sync-disabled', {after: shown});
      const received = await lab.until('probe-received');
      await lab.elapse(6000);
      await caughtUp(lab);

      expect(lab, alarm.details['Calling Station Id'] === endpointOf(lab).mac, 'the alarm names the endpoint');
      expect(lab, received.from.includes(':'), 'the poll came by IPv6');
      expect(lab, lab.timeline.of('alarm-raised').length === 1, 'the alarm is raised once');
      expect(
        lab,
        lab.timeline.of('probe-sent').every(probe => probe.atMs <= disabled.atMs),
        'a latched agent never polls again',
      );
    },
  },
  {
    name: 'psn-by-ipv6-address',
    claim:
      'a PSN that the agent knows by its IPv6 address is found there, trusted by it, and polled there beside its name',
    why: 'domain.md 4.3 and 4.5: call home entries may be addresses, if the certificate has them; 3.3: known PSNs are polled',
    topology,
    settings: healthy => {
      const {profile, ...rest} = polling(healthy);
      return {...rest, profile: {...profile, fields: {...profile.fields, CallHomeList: `[${psn1}]:8443`}}};
    },
    async play(lab) {
      const {shown} = await becomesCompliant(lab);
      const found = await lab.until('discovery-started');
      const {targets} = await lab.until('sync-started', {after: shown});
      await lab.until('sync-round-finished', {after: shown});
      await caughtUp(lab);

      expect(lab, found.targets.join(' ') === `[${psn1}]:8443`, 'discovery asks that address alone');
      expect(lab, targets.join(' ') === `psn1.posturelab.test ${psn1}`, 'name and address are polled');
      const blocked = lab.timeline.of('probe-blocked', {target: psn1, reason: 'timeout'});
      expect(lab, blocked.length > 0, 'the poll of the address meets silence');
    },
  },
];

const psn1 = '2001:db8:1::11';

/** What the denies of the compliant IPv6 dACL have met since it came into force. */
async function packetsAtDenies(lab: Lab): Promise<number> {
  const lines = (lab.settings.dacl.compliantIpv6 ?? '').split('\n');
  return (await nadOf(lab).counters())
    .filter(({acl}) => readDaclVersionName(acl)?.name === daclNames.compliantIpv6)
    .filter(({line}) => line !== null && lines[line - 1]?.startsWith('deny tcp'))
    .reduce((sum, {packets}) => sum + packets, 0);
}
