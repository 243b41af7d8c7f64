/** Several hosts on one access port (domain.md 5.10, 11.34). */
import {caughtUp} from '#harness/caught-up.ts';
import {endpointOf} from '#harness/endpoint-handle.ts';
import type {Lab} from '#harness/lab.ts';
import {nadOf} from '#harness/nad-handle.ts';
import {psnOf} from '#harness/psn-handle.ts';
import {expect, type Scenario} from '#harness/scenario.ts';
import {isCompliantAcl} from '#harness/scenarios/becomes-compliant.ts';
import type {EventOf, LabEvent} from '#protocol/event.ts';
import {topology as desk} from '#topologies/desk.ts';

const port = 'fa0-1';

export const hostModes: Scenario[] = [
  {
    name: 'bounce-multi-auth',
    claim:
      'a port bounced for one host drops its neighbour too; behind an unmanaged switch nobody sees a link go, and each agent learns of it by its poll',
    why: 'row 34 of domain.md 11: both sessions get a Stop, and what rediscovers is state synchronization; that the hosts keep their carrier is ours',
    topology: desk,
    async play(lab) {
      const pcs = ['pc1', 'pc2'];
      await Promise.all(pcs.map(pc => becomesCompliantAt(lab, pc)));
      await caughtUp(lab);
      const before = lab.nowMs();
      await psnOf(lab).endSession(endpointOf(lab, 'pc1').mac, 'bounce');

      const ended = await Promise.all(pcs.map(pc => sessionEnds(lab, pc, before)));
      await Promise.all(
        ended.map(({sessionId}) => lab.until('accounting-received', {where: {sessionId, status: 'Stop'}})),
      );
      const again = await Promise.all(
        pcs.map(async pc => {
          const restarted = await lab.until('discovery-restarted', {where: {node: pc}, after: before});
          return becomesCompliantAt(lab, pc, restarted);
        }),
      );
      await caughtUp(lab);

      expect(
        lab,
        ended.every(({cause}) => cause === 'Port-Reinitialized'),
        'both sessions end with the port',
      );
      expect(lab, noneOf(ended, again), 'both have new sessions');
      expect(lab, lab.timeline.of('network-changed', {change: 'link-down'}).length === 0, 'no host loses its carrier');
      expect(lab, lab.timeline.of('alarm-raised').length === 0, 'there is no alarm');
    },
  },
  {
    name: 'single-host-violation',
    claim:
      'in single-host a second host shuts the port for both; the first agent takes the silence for health until the port is opened again',
    why: 'domain.md 5.10 has the host modes; `authentication violation shutdown` is the default of IOS (recall), and a port without anybody looks to a poll like a deny (3.10)',
    topology: desk,
    settings: healthy => ({...healthy, nad: {...healthy.nad, hostModes: {[port]: 'single-host'}}}),
    prepare: lab => nadOf(lab).setPort(port, false), // until the second host is out of the way
    async play(lab) {
      const [first, second] = [endpointOf(lab, 'pc1'), endpointOf(lab, 'pc2')];
      const nad = nadOf(lab);
      await second.linkDown();
      await nad.setPort(port, true);
      await becomesCompliantAt(lab, 'pc1');

      await second.linkUp();
      const violation = await lab.until('security-violation');
      const ended = await lab.until('session-ended', {where: {port, mac: first.mac}});
      const silent = await lab.until('sync-round-finished', {where: {node: 'pc1'}, after: violation});
      await caughtUp(lab);
      const shut = await nad.view();
      expect(
        lab,
        violation.mac === second.mac && ended.cause === 'Port-Error',
        'the second host ends the first’s session',
      );
      expect(lab, shut.sessions.length === 0, 'nobody has a session');
      expect(lab, shut.ports.find(found => found.port === port)?.errDisabled === true, 'the port is err-disabled');
      expect(lab, !silent.answered && (await first.view()).status === 'Compliant', 'pc1 believes itself Compliant');

      await second.linkDown();
      await nad.setPort(port, false);
      await nad.setPort(port, true);
      const restarted = await lab.until('discovery-restarted', {where: {node: 'pc1'}, after: silent});
      await becomesCompliantAt(lab, 'pc1', restarted);
      await caughtUp(lab);
      expect(lab, lab.timeline.of('security-violation').length === 1, 'there is no other violation');
      expect(lab, lab.timeline.of('alarm-raised').length === 0, 'there is no alarm');
    },
  },
];

/** The session in which this endpoint is Compliant, with its dACL in force for its own address. */
async function becomesCompliantAt(lab: Lab, node: string, after?: LabEvent): Promise<{sessionId: string}> {
  const {address} = endpointOf(lab, node);
  const later = after === undefined ? {} : {after};
  const [shown] = await Promise.all([
    lab.until('status-shown', {where: {node, status: 'Compliant'}, ...later}),
    lab.until('acl-installed', {where: event => isCompliantAcl(event) && event.address === address, ...later}),
  ]);
  return shown;
}

function sessionEnds(lab: Lab, node: string, after: number): Promise<EventOf<'session-ended'>> {
  return lab.until('session-ended', {where: {port, mac: endpointOf(lab, node).mac}, after});
}

function noneOf(former: {sessionId: string}[], present: {sessionId: string}[]): boolean {
  return present.every(({sessionId}) => former.every(old => old.sessionId !== sessionId));
}
