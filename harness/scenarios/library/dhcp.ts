/** Endpoints that have their addresses by DHCP, through a port that is closed until RADIUS has spoken. */
import {caughtUp} from '#harness/caught-up.ts';
import {endpointOf} from '#harness/endpoint-handle.ts';
import type {Lab} from '#harness/lab.ts';
import {unknownDacl} from '#harness/lab-settings.ts';
import {nadOf} from '#harness/nad-handle.ts';
import {daclNames} from '#harness/policy-plan.ts';
import {adminOf, psnOf} from '#harness/psn-handle.ts';
import {expect, type Scenario} from '#harness/scenario.ts';
import {becomesCompliant} from '#harness/scenarios/becomes-compliant.ts';
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
];

/** The endpoint gets its lease while the switch has not asked RADIUS yet; then it asks. */
async function beforeAuthorization(lab: Lab, after: LabEvent | number) {
  const lease = await lab.until('lease-obtained', {after});
  // The switch hears the address before the endpoint has told that it has it, or after.
  const learnt = await lab.until('address-learnt', {after});
  await lab.until('gate-reached', {where: {step: 'reauth'}, after});
  await nadOf(lab).release('reauth');
  return {lease, learnt};
}
