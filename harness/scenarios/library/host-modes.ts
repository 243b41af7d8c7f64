/** Several hosts on one access port (domain.md 5.10, 11.34). */
import {caughtUp} from '#harness/caught-up.ts';
import {endpointOf} from '#harness/endpoint-handle.ts';
import type {Lab} from '#harness/lab.ts';
import {nadOf} from '#harness/nad-handle.ts';
import {adminOf, psnOf} from '#harness/psn-handle.ts';
import {replicated} from '#harness/replicated.ts';
import {expect, type Scenario} from '#harness/scenario.ts';
import {isCompliantAcl} from '#harness/scenarios/becomes-compliant.ts';
import type {EventOf, LabEvent} from '#protocol/event.ts';
import {topology as desk} from '#topologies/desk.ts';
import {topology as phoneDesk} from '#topologies/phone-desk.ts';

const port = 'fa0-1';

export const hostModes: Scenario[] = [
  {
    name: 'bounce-multi-auth',
    claim:
      'a port bounced for one host drops its neighbour too; behind an unmanaged switch nobody sees a link go, and each agent learns of it by its poll',
    why: 'row 34 of domain.md 11: both sessions get a Stop, and what rediscovers is state synchronization; that the hosts keep their carrier is ours',
    topology: desk,
    settings: healthy => ({...healthy, profile: {xml: null, fields: {NetworkTransitionDelay: '30'}}}), // both are in again before a poll
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
      await reopenPort(lab);
      const restarted = await lab.until('discovery-restarted', {where: {node: 'pc1'}, after: silent});
      await becomesCompliantAt(lab, 'pc1', restarted);
      await caughtUp(lab);
      expect(lab, lab.timeline.of('security-violation').length === 1, 'there is no other violation');
      expect(lab, lab.timeline.of('alarm-raised').length === 0, 'there is no alarm');
    },
  },
  {
    name: 'phone-and-pc',
    claim:
      'behind a phone only the PC is postured: its missing deny raises the alarm and latches its agent, and the phone goes on',
    why: 'row 1 of domain.md 11 on a multi-domain port: one session of DATA and one of VOICE (5.3, 5.10), each with a dACL of its own',
    topology: phoneDesk,
    settings: healthy => ({
      ...healthy,
      dacl: {...healthy.dacl, compliant: 'permit ip any any'},
      profile: {xml: null, fields: {StateSyncProbeInterval: '3', NetworkTransitionDelay: '3'}},
    }),
    async play(lab) {
      const [pc, phone] = [endpointOf(lab, 'pc'), endpointOf(lab, 'phone')];
      await Promise.all([becomesCompliantAt(lab, 'pc'), phoneIsIn(lab)]);
      const alarm = await lab.until('alarm-raised');
      await lab.until('sync-disabled', {where: {node: 'pc'}});
      const before = await keepalivesOf(lab);
      await lab.elapse(keepaliveMs);
      await caughtUp(lab);
      const {sessions} = await nadOf(lab).view();
      const domains = Object.fromEntries(sessions.map(({mac, domain, authorized}) => [mac, authorized && domain]));

      expect(lab, alarm.details['Calling Station Id'] === pc.mac, 'the alarm names the PC');
      expect(lab, lab.timeline.of('alarm-raised').length === 1, 'there is one alarm');
      expect(lab, lab.timeline.of('posture-reported', {mac: phone.mac}).length === 0, 'nobody assesses the phone');
      expect(lab, domains[pc.mac] === 'DATA' && domains[phone.mac] === 'VOICE', 'there is a session of each domain');
      expect(lab, lab.timeline.of('session-ended').length === 0, 'no session ends');
      expect(lab, (await keepalivesOf(lab)) > before, 'what the phone sends still meets its own dACL');
    },
  },
  {
    name: 'bounce-phone-port',
    claim:
      'a bounce takes the power of the phone on the port, and with it the link of the PC behind it: the agent discovers at once',
    why: 'row 34 of domain.md 11, where the neighbour is a phone; that its switch is dark while the port is down is ours',
    topology: phoneDesk,
    async play(lab) {
      const nodes = ['pc', 'phone'];
      await Promise.all([becomesCompliantAt(lab, 'pc'), phoneIsIn(lab)]);
      await caughtUp(lab);
      const before = lab.nowMs();
      await psnOf(lab).endSession(endpointOf(lab, 'pc').mac, 'bounce');

      const ended = await Promise.all(nodes.map(node => sessionEnds(lab, node, before)));
      await lab.until('power-lost', {after: before});
      const back = await lab.until('network-changed', {where: {node: 'pc', change: 'link-up'}, after: before});
      const again = await Promise.all([becomesCompliantAt(lab, 'pc', back), phoneIsIn(lab, before)]);
      await caughtUp(lab);

      expect(
        lab,
        ended.every(({cause}) => cause === 'Port-Reinitialized'),
        'both sessions end with the port',
      );
      expect(lab, noneOf(ended, again), 'both have new sessions');
      expect(lab, lab.timeline.of('discovery-restarted').length === 0, 'no poll has to tell the agent');
      expect(lab, lab.timeline.of('alarm-raised').length === 0, 'there is no alarm');
    },
  },
  {
    name: 'phone-unknown',
    claim:
      'a phone that the policy nodes do not know for one any more is a second data host: authenticated anew, it shuts a multi-domain port for itself and for the PC',
    why: 'domain.md 5.3: without device-traffic-class=voice there is no voice domain; what a second host of a domain does is the violation of IOS (recall)',
    topology: phoneDesk,
    async play(lab) {
      const phone = endpointOf(lab, 'phone');
      const [, {sessionId}] = await Promise.all([becomesCompliantAt(lab, 'pc'), phoneIsIn(lab)]);
      await replicated(lab, sessionId);
      await caughtUp(lab);
      await adminOf(lab).savePhones([]);
      await psnOf(lab).reauthenticate(phone.mac);
      const violation = await lab.until('security-violation');
      await lab.until('power-lost', {after: violation});
      await caughtUp(lab);
      const {sessions, ports} = await nadOf(lab).view();
      expect(lab, violation.mac === phone.mac, 'the phone is one host too many');
      expect(lab, sessions.length === 0, 'nobody has a session');
      expect(lab, ports.find(found => found.port === port)?.errDisabled === true, 'the port is err-disabled');

      await adminOf(lab).savePhones([phone.mac]);
      await reopenPort(lab);
      await Promise.all([becomesCompliantAt(lab, 'pc', violation), phoneIsIn(lab, violation)]);
      await caughtUp(lab);
      expect(lab, lab.timeline.of('security-violation').length === 1, 'known for a phone it is no violation');
    },
  },
];

const voiceAcl = 'PERMIT_ALL_IPV4_TRAFFIC';
const keepaliveMs = 30_000;

/** The phone's session, with its dACL in force for its address. */
async function phoneIsIn(lab: Lab, after?: LabEvent | number): Promise<{sessionId: string}> {
  const {address} = endpointOf(lab, 'phone');
  const isItsAcl = (event: {acl: string; address: string}) => event.acl.includes(voiceAcl) && event.address === address;
  return lab.until('acl-installed', {where: isItsAcl, ...(after === undefined ? {} : {after})});
}

/** How many packets its dACL has permitted. */
async function keepalivesOf(lab: Lab): Promise<number> {
  const counts = (await nadOf(lab).counters()).filter(({acl, line}) => acl.includes(voiceAcl) && line !== null);
  return counts.reduce((sum, {packets}) => sum + packets, 0);
}

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

/** `shutdown` and `no shutdown`, which a port that is err-disabled needs. */
async function reopenPort(lab: Lab): Promise<void> {
  await nadOf(lab).setPort(port, false);
  await nadOf(lab).setPort(port, true);
}

function noneOf(former: {sessionId: string}[], present: {sessionId: string}[]): boolean {
  return present.every(({sessionId}) => former.every(old => old.sessionId !== sessionId));
}
