/** What switches, PSNs and agents do to each other when something between them is wrong (domain.md 11). */
import {caughtUp} from '#harness/caught-up.ts';
import {endpointOf} from '#harness/endpoint-handle.ts';
import type {Lab} from '#harness/lab.ts';
import {nadOf} from '#harness/nad-handle.ts';
import {psnOf} from '#harness/psn-handle.ts';
import {expect, type Scenario} from '#harness/scenario.ts';
import {becomesCompliant, isCompliantAcl, isUnknownAcl} from '#harness/scenarios/becomes-compliant.ts';
import {postureConfigurationDetection} from '#harness/scenarios/missing-deny.ts';
import {accessPorts} from '#harness/topology.ts';
import type {EventOf} from '#protocol/event.ts';
import {topology} from '#topologies/two-psn.ts';

const alarm = {where: {alarm: postureConfigurationDetection}};
const port = accessPorts(topology, 'nad')[0] ?? '';

export const networkTroubles: Scenario[] = [
  {
    name: 'delay-shorter-than-reauthentication',
    claim:
      'a transition delay of 10 s does not help where re-authentication takes 15 s: the alarm comes 10 s after Compliant',
    why: 'row 9 of domain.md 11, and 7.4',
    topology,
    settings: healthy => ({...healthy, nad: {...healthy.nad, reauthDelayMs: 15_000}}),
    async play(lab) {
      const shown = await lab.until('status-shown', {where: {status: 'Compliant'}});
      const raised = await lab.until('alarm-raised', alarm);
      const installed = await lab.until('acl-installed', {where: isCompliantAcl});
      await caughtUp(lab);

      expect(lab, raised.atMs >= shown.atMs + 10_000, 'the agent has waited for its delay');
      expect(lab, raised.atMs < installed.atMs, 'the dACL comes later still');
    },
  },
  {
    name: 'record-deleted',
    claim: 'a session that is deleted in the records of the PSN alone is not seen: the switch still blocks the probe',
    why: 'row 12b of domain.md 11: the blind spot of 3.10',
    topology,
    async play(lab) {
      const endpoint = endpointOf(lab);
      const {installed} = await becomesCompliant(lab);
      await psnOf(lab).endSession(endpoint.mac, 'delete');
      const first = await lab.until('sync-round-finished', {after: installed});
      const second = await lab.until('sync-round-finished', {after: first});
      const [agent, psn] = await Promise.all([endpoint.view(), psnOf(lab).view()]);

      expect(lab, !first.answered && !second.answered, 'two rounds meet silence');
      expect(lab, psn.sessions.length === 0, 'the PSN has no session');
      expect(lab, agent.status === 'Compliant', 'the agent believes Compliant');
      expect(lab, lab.timeline.of('alarm-raised').length === 0, 'nobody raises an alarm');
    },
  },
  {
    name: 'new-session-id',
    claim: 'a switch that makes a new session of the same host loses its status; the probe finds out',
    why: 'row 15 of domain.md 11: the status belongs to the session id',
    topology,
    async play(lab) {
      const {installed} = await becomesCompliant(lab);
      await nadOf(lab).clearSession(port);
      const unknown = await lab.until('acl-installed', {where: isUnknownAcl, after: installed});
      const restarted = await lab.until('discovery-restarted', {after: unknown});
      const again = await becomesCompliant(lab, restarted);
      await caughtUp(lab);

      expect(lab, unknown.sessionId !== installed.sessionId, 'the session has a new id');
      expect(lab, again.installed.sessionId === unknown.sessionId, 'the new session becomes Compliant');
    },
  },
  {
    name: 'coa-blocked',
    claim:
      'where the switch does not know the PSN as a CoA client, both alarms come: CoA failed, and Compliant with an open port',
    why: 'row 16 of domain.md 11 (message 11213)',
    topology,
    settings: healthy => ({
      ...healthy,
      nad: {...healthy.nad, coaClients: []},
      psn: {...healthy.psn, coaTimeoutMs: 2000, coaAttempts: 2},
    }),
    async play(lab) {
      await lab.until('coa-unanswered');
      await lab.until('alarm-raised', {where: {alarm: 'Dynamic Authorization Failed for Device'}});
      await lab.until('alarm-raised', alarm);
      await caughtUp(lab);

      expect(lab, lab.timeline.of('acl-installed', isCompliantAcl).length === 0, 'the Compliant dACL never comes');
    },
  },
  {
    name: 'untrusted-psn',
    claim:
      'where nobody trusts the certificates of the PSNs, discovery finds no server and synchronization is never armed',
    why: 'row 26 of domain.md 11',
    topology,
    settings: healthy => ({...healthy, psn: {...healthy.psn, untrusted: ['psn1', 'psn2']}}),
    async play(lab) {
      await findsNobodyToTrust(lab);
    },
  },
  {
    name: 'certificate-of-another-name',
    claim:
      'where the certificates of the PSNs name somebody else, the agent trusts none of them: no server, and synchronization is never armed',
    why: 'row 26 of domain.md 11: every call home entry must be in the certificate of the portal (4.5)',
    topology,
    settings: healthy => ({...healthy, psn: {...healthy.psn, certificateNames: ['ise.example.com', '10.10.9.9']}}),
    async play(lab) {
      const failed = await findsNobodyToTrust(lab);
      expect(lab, failed.detail.includes('ise.example.com'), 'the reason names whom the certificate is for');
    },
  },
  failover({replication: true}),
  failover({replication: false}),
  {
    name: 'phantom-session',
    claim:
      'accounting that goes to the backup PSN makes a session there that nobody authenticated; its probe is answered Unknown',
    why: 'row 14 of domain.md 11, and 6.2: a phantom, on a PSN that shares nothing with the owner',
    topology,
    settings: healthy => ({
      ...healthy,
      nad: {...healthy.nad, radiusTimeoutMs: 1000, radiusAttempts: 2},
      psn: {...healthy.psn, replication: false},
      profile: {xml: null, fields: {NetworkTransitionDelay: '30'}},
      dacl: {...healthy.dacl, compliant: 'deny tcp any host 10.10.1.11 eq 8449\npermit ip any any'},
    }),
    prepare: lab => nadOf(lab).hold('ipdt'),
    async play(lab) {
      const shown = await lab.until('status-shown', {where: {status: 'Compliant'}});
      await lab.until('session-authorized', {where: isCompliantAcl, after: shown.atMs - 1000});
      await lab.stopNode('psn1');
      await nadOf(lab).release('ipdt'); // a new address is news for accounting
      const phantom = await lab.until('session-created', {where: {origin: 'accounting'}});
      const answered = await lab.until('probe-answered', {after: shown});
      const restarted = await lab.until('discovery-restarted', {after: answered});
      await becomesCompliant(lab, restarted); // now by psn2
      await lab.until('session-authorized', {where: isCompliantAcl, after: restarted});
      await caughtUp(lab);

      expect(
        lab,
        phantom.node === 'psn2' && phantom.sessionId === shown.sessionId,
        'psn2 has the session by accounting alone',
      );
      expect(lab, answered.status === 'Unknown', 'it knows nothing of its status');
      expect(lab, lab.timeline.of('alarm-raised').length === 0, 'nobody raises an alarm');
    },
  },
  {
    name: 'wrong-secret',
    claim: 'a wrong shared secret is silence on both sides: no session is authorized',
    why: 'row 31 of domain.md 11 (message 11036)',
    topology,
    settings: healthy => ({
      ...healthy,
      nad: {...healthy.nad, secret: 'another secret', radiusTimeoutMs: 1000, radiusAttempts: 2},
    }),
    async play(lab) {
      await lab.until('authorization-failed');
      await lab.until('server-not-found');
      await caughtUp(lab);

      expect(lab, lab.timeline.of('session-authorized').length === 0, 'no session is authorized');
      expect(lab, lab.timeline.of('radius-request-dropped').length > 0, 'the PSNs drop what they cannot verify');
    },
  },
  {
    name: 'noncompliant-does-not-probe',
    claim: 'a NonCompliant agent does not probe, so a missing deny for NonCompliant is not noticed',
    why: 'row 32 of domain.md 11, and 3.6 (not documented; ours)',
    topology,
    settings: healthy => ({
      ...healthy,
      endpoint: {...healthy.endpoint, facts: {...healthy.endpoint.facts, firewall: false}},
      dacl: {...healthy.dacl, nonCompliant: 'permit ip any any'},
      profile: {xml: null, fields: {RemediationTimer: '1'}},
    }),
    async play(lab) {
      await lab.until('status-shown', {where: {status: 'NonCompliant'}});
      await lab.elapse(25_000); // delay and interval are 10 s
      await caughtUp(lab);

      expect(lab, lab.timeline.of('probe-sent').length === 0, 'nothing is probed');
      expect(lab, lab.timeline.of('alarm-raised').length === 0, 'nobody raises an alarm');
    },
  },
  {
    name: 'port-bounce',
    claim: 'a port bounce ends the session and takes the link down; the agent discovers again and becomes Compliant',
    why: 'row 34 of domain.md 11, and 5.8',
    topology,
    async play(lab) {
      const {installed} = await becomesCompliant(lab);
      await psnOf(lab).endSession(endpointOf(lab).mac, 'bounce');
      const down = await lab.until('network-changed', {where: {change: 'link-down'}, after: installed});
      const up = await lab.until('network-changed', {where: {change: 'link-up'}, after: down});
      const again = await becomesCompliant(lab, up);
      await caughtUp(lab);

      expect(lab, again.installed.sessionId !== installed.sessionId, 'it is a new session');
      expect(lab, lab.timeline.of('alarm-raised').length === 0, 'nobody raises an alarm');
    },
  },
  {
    name: 'port-disabled',
    claim: 'a port that CoA has shut stays down until the administrator opens it',
    why: 'row 35 of domain.md 11, and 5.8',
    topology,
    async play(lab) {
      const {installed} = await becomesCompliant(lab);
      await psnOf(lab).endSession(endpointOf(lab).mac, 'disable');
      const down = await lab.until('network-changed', {where: {change: 'link-down'}, after: installed});
      await lab.elapse(15_000); // a bounce would be over
      expect(lab, lab.timeline.of('network-changed', {change: 'link-up'}).length === 0, 'the link stays down');

      await nadOf(lab).setPort(port, true);
      await becomesCompliant(lab, down);
    },
  },
  {
    name: 'closed-port',
    claim: 'before the dACL is there, the closed port lets nothing to the PSNs: discovery fails and is tried again',
    why: 'row 38 of domain.md 11: Auth-Default-ACL has no PSN in it',
    topology,
    prepare: lab => nadOf(lab).hold('acl-install'),
    async play(lab) {
      await lab.until('server-not-found');
      await nadOf(lab).release('acl-install');
      await becomesCompliant(lab);
      await caughtUp(lab);

      expect(lab, lab.timeline.of('alarm-raised').length === 0, 'nobody raises an alarm');
    },
  },
  probeless('0', 'interval-zero'),
  probeless(null, 'interval-absent'),
];

/** psn1 dies while Compliant, and only its own deny is in the dACL. */
/** Discovery, by an agent that trusts no PSN's certificate; gives what it has against the first. */
async function findsNobodyToTrust(lab: Lab): Promise<EventOf<'discovery-target-failed'>> {
  const authorized = await lab.until('session-authorized');
  const failed = await lab.until('discovery-target-failed', {where: {reason: 'untrusted'}, after: authorized});
  await lab.until('server-not-found', {after: failed});
  await caughtUp(lab);
  expect(lab, lab.timeline.of('sync-started').length === 0, 'synchronization is not armed');
  return failed;
}

function failover({replication}: {replication: boolean}): Scenario {
  const claim = replication
    ? 'psn1 dies; psn2 knows the status by replication, answers Compliant and raises the alarm'
    : 'psn1 dies; psn2 knows nothing, answers Unknown, and discovery is restarted for nothing';
  return {
    name: replication ? 'failover-with-replication' : 'failover-without-replication',
    claim,
    why: 'row 28 of domain.md 11: what the backup PSN knows decides',
    topology,
    settings: healthy => ({
      ...healthy,
      psn: {...healthy.psn, replication},
      dacl: {...healthy.dacl, compliant: 'deny tcp any host 10.10.1.11 eq 8449\npermit ip any any'},
    }),
    async play(lab: Lab) {
      await becomesCompliant(lab);
      if (replication) await lab.until('session-replicated', {where: {status: 'Compliant'}});
      await lab.stopNode('psn1');
      const answered = await lab.until('probe-answered');
      await lab.until(replication ? 'sync-disabled' : 'discovery-restarted', {after: answered});
      await caughtUp(lab);

      expect(lab, answered.status === (replication ? 'Compliant' : 'Unknown'), 'psn2 says what it knows');
      const raised = lab.timeline.of('alarm-raised', {alarm: postureConfigurationDetection}).length;
      expect(lab, raised === (replication ? 1 : 0), 'the alarm comes with replication only');
    },
  };
}

function probeless(interval: string | null, reason: 'interval-zero' | 'interval-absent'): Scenario {
  return {
    name: reason,
    claim: `with the probe interval ${interval ?? 'absent'} nothing is probed, so nothing is found either`,
    why: 'rows 5 and 6 of domain.md 11: what the client has counts, not what the GUI says (TAC 222483)',
    topology,
    settings: healthy => ({
      ...healthy,
      dacl: {...healthy.dacl, compliant: 'permit ip any any'},
      profile: {xml: null, fields: {StateSyncProbeInterval: interval}},
    }),
    async play(lab) {
      await becomesCompliant(lab);
      const off = await lab.until('sync-off');
      await lab.elapse(25_000); // delay and interval are 10 s elsewhere
      await caughtUp(lab);

      expect(lab, off.reason === reason, `the reason is ${reason}`);
      expect(lab, lab.timeline.of('probe-sent').length === 0, 'nothing is probed');
      expect(lab, lab.timeline.of('alarm-raised').length === 0, 'nobody raises an alarm');
    },
  };
}
