/** IPv6 beside IPv4: the poll goes by IPv6, so it is the IPv6 dACL that has to block it (domain.md 5.3, 6.8, 8.4). */
import {caughtUp} from '#harness/caught-up.ts';
import {endpointOf} from '#harness/endpoint-handle.ts';
import type {Lab} from '#harness/lab.ts';
import type {LabSettings} from '#harness/lab-settings.ts';
import {methodOf, nadOf} from '#harness/nad-handle.ts';
import {daclNames} from '#harness/policy-plan.ts';
import {psnOf} from '#harness/psn-handle.ts';
import {expect, type Scenario} from '#harness/scenario.ts';
import {becomesCompliant} from '#harness/scenarios/becomes-compliant.ts';
import {postureConfigurationDetection} from '#harness/scenarios/missing-deny.ts';
import {slaacAddresses} from '#harness/slaac.ts';
import {readDaclVersionName} from '#protocol/dacl/name.ts';
import type {LabEvent} from '#protocol/event.ts';
import {topology} from '#topologies/dual-stack.ts';
import {topology as withDhcp} from '#topologies/dual-stack-dhcp.ts';

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
  withLease('mab'),
  withLease('dot1x'),
  {
    name: 'discovery-silent',
    claim:
      'a host that is silent for neighbour discovery loses its IPv6 dACL and keeps the IPv4 one: the next poll, over IPv6, alarms; with its next question it is in force again',
    why: 'row 22 of domain.md 11 in IPv6, and 5.6: three questions, 30 s apart; with ipUnknownPolicy notEnforced',
    topology,
    settings: healthy => ({
      ...polling(healthy),
      profile: {xml: null, fields: {StateSyncProbeInterval: '180', NetworkTransitionDelay: '10'}}, // it is forgotten between two polls
    }),
    async play(lab) {
      const endpoint = endpointOf(lab);
      const {installed} = await becomesCompliant(lab);
      await lab.until('sync-round-finished', {after: installed});
      await endpoint.answerDiscovery(false);
      const raised = await lab.until('alarm-raised', {
        where: {alarm: postureConfigurationDetection},
        after: installed,
        withinMs: 300_000,
      });
      const withdrawn = lab.timeline.of('acl-withdrawn', isCompliantIpv6).at(-1);
      await lab.until('sync-disabled', {after: raised});
      const {tracking, sessions} = await nadOf(lab).view();
      await endpoint.answerDiscovery(true);
      await endpoint.rescan(); // it asks for its router, and so is learnt
      await lab.until('acl-installed', {where: isCompliantIpv6, after: raised});
      await lab.until('status-shown', {where: {status: 'Compliant'}, after: raised});
      await caughtUp(lab);

      expect(lab, withdrawn !== undefined && withdrawn.atMs < raised.atMs, 'the alarm comes after the list is gone');
      expect(lab, tracking.map(({address}) => address).join() === endpoint.address, 'device tracking knows IPv4 alone');
      expect(lab, sessions[0]?.acl?.includes(daclNames.compliant) === true, 'the IPv4 dACL is in force all the while');
      const received = lab.timeline.of('probe-received');
      expect(lab, received.length > 0 && received.every(({from}) => from.includes(':')), 'the poll came by IPv6');
      expect(lab, lab.timeline.of('session-ended').length === 0, 'the session goes on');
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
const {global} = slaacAddresses('00:50:56:A8:BE:02', '2001:db8:255::1');

const isCompliantIpv6 = ({acl}: {acl: string}) => readDaclVersionName(acl)?.name === daclNames.compliantIpv6;

/** What the denies of the compliant IPv6 dACL have met since it came into force. */
async function packetsAtDenies(lab: Lab): Promise<number> {
  const lines = (lab.settings.dacl.compliantIpv6 ?? '').split('\n');
  return (await nadOf(lab).counters())
    .filter(({acl}) => readDaclVersionName(acl)?.name === daclNames.compliantIpv6)
    .filter(({line}) => line !== null && lines[line - 1]?.startsWith('deny tcp'))
    .reduce((sum, {packets}) => sum + packets, 0);
}

/** IPv4 by DHCP and IPv6 by SLAAC, behind a port that MAB opens, or 802.1X. */
function withLease(auth: 'mab' | 'dot1x'): Scenario {
  return {
    name: auth === 'mab' ? 'dual-stack-dhcp' : 'dual-stack-dot1x',
    claim: `an endpoint with DHCP and SLAAC at once, ${auth === 'mab' ? 'by MAB' : 'with 802.1X before'}, has both addresses known and both dACLs in force, also after its port was bounced`,
    why: 'domain.md 5.6 and 7.3 R8: after a bounce addresses are asked for anew, of each family in its own way',
    topology: withDhcp,
    settings: healthy => ({...polling(healthy), auth}),
    async play(lab) {
      const {mac, address} = endpointOf(lab);
      const {last} = await hasBoth(lab, -1);
      await psnOf(lab).endSession(mac, 'bounce');
      const ended = await lab.until('session-ended', {after: last});
      const {leased} = await hasBoth(lab, ended);
      const {sessions} = await nadOf(lab).view();
      await caughtUp(lab);

      expect(lab, leased.address === address, 'it has the address that is reserved for it');
      expect(lab, sessions[0]?.address === address, 'the switch knows it');
      // Not the link-local one: a kernel whose carrier was gone need not tell of it again (seen in containers).
      expect(lab, sessions[0]?.ipv6Addresses.includes(global) === true, 'and the one that it has made itself');
      expect(lab, methodOf(sessions[0]) === auth, 'by the method that it was to be');
      expect(lab, lab.timeline.of('alarm-raised').length === 0, 'nobody raises an alarm');
    },
  };
}

async function hasBoth(lab: Lab, after: LabEvent | number) {
  const leased = await lab.until('lease-obtained', {after});
  const {installed} = await becomesCompliant(lab, after);
  const ofIpv6 = await lab.until('acl-installed', {where: isCompliantIpv6, after});
  return {leased, last: installed.atMs > ofIpv6.atMs ? installed : ofIpv6};
}
