/** Endpoints that have their addresses by DHCP, through a port that is closed until RADIUS has spoken. */
import {caughtUp} from '#harness/caught-up.ts';
import {endpointOf} from '#harness/endpoint-handle.ts';
import type {Lab} from '#harness/lab.ts';
import {unknownDacl} from '#harness/lab-settings.ts';
import {nadOf} from '#harness/nad-handle.ts';
import {daclNames} from '#harness/policy-plan.ts';
import {adminOf, psnOf} from '#harness/psn-handle.ts';
import {expect, type Scenario} from '#harness/scenario.ts';
import {becomesCompliant, isCompliantAcl} from '#harness/scenarios/becomes-compliant.ts';
import type {LabEvent} from '#protocol/event.ts';
import {topology} from '#topologies/dhcp.ts';

const psnAddresses = ['10.10.1.11', '10.10.2.12'];
const withoutDhcp = unknownDacl(psnAddresses)
  .split('\n')
  .filter(line => !line.includes('bootps'))
  .join('\n');

export const dhcp: Scenario[] = [
  {
    name: 'dhcp-after-bounce',
    claim:
      'a closed port lets DHCP through: the endpoint has its address before RADIUS has spoken, and again after a bounce',
    why: 'R8 of domain.md 7.3: after a bounce comes DHCP; 5.6: what Auth-Default-ACL permits passes before authorization',
    topology,
    prepare: lab => nadOf(lab).hold('reauth'),
    async play(lab) {
      const {mac, address} = endpointOf(lab);
      const first = await beforeAuthorization(lab, -1);
      const {installed} = await becomesCompliant(lab);
      await nadOf(lab).hold('reauth');
      await psnOf(lab).endSession(mac, 'bounce');
      const ended = await lab.until('session-ended', {after: installed});
      const again = await beforeAuthorization(lab, ended);
      await becomesCompliant(lab, again.lease);

      for (const {lease, learnt} of [first, again]) {
        expect(lab, lease.address === address, 'it gets the address that is reserved for it');
        expect(lab, learnt.address === address, 'the switch learns that address');
      }
      expect(lab, lab.timeline.of('lease-unanswered').length === 0, 'no question stays unanswered');
      expect(lab, lab.timeline.of('alarm-raised').length === 0, 'no alarm');
    },
  },
  {
    name: 'dhcp-blocked',
    claim: 'a pre-posture dACL without DHCP that meets every address of the port leaves the endpoint without one',
    why: 'domain.md 6: the dACL for Unknown permits DHCP; 5.6: with ipUnknownPolicy anySource it meets the host before its address is known',
    topology,
    settings: healthy => ({
      ...healthy,
      dacl: {...healthy.dacl, unknown: withoutDhcp},
      nad: {...healthy.nad, ipUnknownPolicy: 'anySource', preAuthAcl: 'deny ip any any'},
    }),
    async play(lab) {
      const {mac} = endpointOf(lab);
      await lab.until('session-authorized');
      await lab.until('lease-unanswered');
      await caughtUp(lab);

      expect(lab, lab.timeline.of('lease-obtained').length === 0, 'there is no lease');
      expect(lab, lab.timeline.of('address-learnt').length === 0, 'the switch learns no address');
      expect(lab, lab.timeline.of('discovery-started').length === 0, 'the agent has no network to look for a PSN in');

      await adminOf(lab).saveDacl(daclNames.unknown, unknownDacl(psnAddresses));
      await psnOf(lab).reauthenticate(mac);
      await lab.until('lease-obtained');
      await becomesCompliant(lab);
    },
  },
  {
    name: 'lease-not-renewed',
    claim:
      'a Compliant dACL that keeps DHCP out costs the host its lease: state synchronization stops, and begins again when the closed port’s list has let it ask anew; the session goes on',
    why: 'domain.md 2.2 and 3.7 (a network change restarts discovery), 5.6: a renewal comes from the host’s own address and meets its dACL, a new question comes from none',
    topology,
    settings: healthy => ({
      ...healthy,
      dacl: {...healthy.dacl, compliant: withoutRenewal(healthy.dacl.compliant)},
      profile: {xml: null, fields: {StateSyncProbeInterval: '60'}}, // no poll is under way when the lease is lost
    }),
    prepare: lab => nadOf(lab).hold('reauth'),
    async play(lab) {
      await beforeAuthorization(lab, -1);
      const {installed} = await becomesCompliant(lab);
      const first = await lab.until('sync-round-finished', {after: installed});
      await endpointOf(lab).renewLease();
      const lost = await lab.until('lease-lost', {after: first});
      const again = await lab.until('lease-obtained', {after: lost});
      await lab.until('status-shown', {where: {status: 'Compliant'}, after: again});
      const round = await lab.until('sync-round-finished', {after: again});
      const {sessions} = await nadOf(lab).view();
      await caughtUp(lab);

      expect(lab, lab.timeline.of('lease-renewed').length === 0, 'the server has heard nothing');
      expect(lab, lost.address === again.address, 'it has the same address as before');
      const stopped = lab.timeline.of('sync-stopped', {reason: 'network-change'});
      expect(lab, stopped.length === 1, 'the agent takes it for another network');
      expect(lab, sessions[0]?.sessionId === installed.sessionId, 'it is the same session');
      expect(lab, isCompliantAcl(sessions[0] ?? {acl: null}), 'with the Compliant dACL in force');
      expect(lab, !round.answered && lab.timeline.of('alarm-raised').length === 0, 'its polls meet silence again');
    },
  },
  {
    name: 'lease-released',
    claim:
      'a renewed lease changes nothing; one that is given back is forgotten by device tracking, and its dACL with it, until the host has it again',
    why: 'domain.md 5.6: entries age when ARP is not answered, and the dACL follows the address; as at the end of a lease',
    topology,
    prepare: lab => nadOf(lab).hold('reauth'),
    async play(lab) {
      const endpoint = endpointOf(lab);
      await beforeAuthorization(lab, -1);
      const {installed} = await becomesCompliant(lab);
      await endpoint.renewLease();
      const renewed = await lab.until('lease-renewed', {after: installed});
      const round = await lab.until('sync-round-finished', {after: renewed});
      const undisturbed = lab.timeline.of('network-changed', ({atMs}) => atMs > installed.atMs).length === 0;
      await endpoint.releaseLease();
      const lost = await lab.until('lease-lost', {after: round});
      const withdrawn = await lab.until('acl-withdrawn', {where: isCompliantAcl, after: lost, withinMs: 300_000});
      const {tracking} = await nadOf(lab).view();
      await endpoint.renewLease();
      const again = await lab.until('lease-obtained', {after: withdrawn});
      await lab.until('address-learnt', {where: {address: endpoint.address}, after: withdrawn});
      const inForce = await lab.until('acl-installed', {where: isCompliantAcl, after: withdrawn});
      await lab.until('status-shown', {where: {status: 'Compliant'}, after: again});
      await caughtUp(lab);

      expect(lab, undisturbed && !round.answered, 'with a renewed lease the polls go on, and meet silence');
      expect(lab, tracking.length === 0, 'then device tracking knows nobody');
      expect(lab, again.address === endpoint.address, 'the address comes back');
      expect(lab, inForce.sessionId === installed.sessionId, 'and the dACL with it, in the same session');
      expect(lab, lab.timeline.of('session-ended').length === 0, 'which has never ended');
    },
  },
];

/** DHCP to no server, before everything else that is permitted. */
function withoutRenewal(dacl: string): string {
  return dacl.replace(/^permit ip any any$/m, 'deny udp any any eq bootps\n$&');
}

/** The endpoint gets its lease while the switch has not asked RADIUS yet; then it asks. */
async function beforeAuthorization(lab: Lab, after: LabEvent | number) {
  const lease = await lab.until('lease-obtained', {after});
  // The switch hears the address before the endpoint has told that it has it, or after.
  const learnt = await lab.until('address-learnt', {after});
  await lab.until('gate-reached', {where: {step: 'reauth'}, after});
  await nadOf(lab).release('reauth');
  return {lease, learnt};
}
