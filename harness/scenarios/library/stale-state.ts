/** What PSNs, switch and host still believe when it is true no more (domain.md 11). */
import {caughtUp} from '#harness/caught-up.ts';
import {endpointOf} from '#harness/endpoint-handle.ts';
import {fqdn} from '#harness/lab-settings.ts';
import {nadOf} from '#harness/nad-handle.ts';
import {psnOf} from '#harness/psn-handle.ts';
import {expect, type Scenario} from '#harness/scenario.ts';
import {becomesCompliant, isCompliantAcl, isUnknownAcl} from '#harness/scenarios/becomes-compliant.ts';
import {postureConfigurationDetection} from '#harness/scenarios/missing-deny.ts';
import {accessPorts} from '#harness/topology.ts';
import {topology} from '#topologies/two-psn.ts';

const alarm = {where: {alarm: postureConfigurationDetection}};
const port = accessPorts(topology, 'nad')[0] ?? '';
const sessionContextNotFound = 503;

export const staleState: Scenario[] = [
  {
    name: 'stale-session',
    claim:
      'a session whose end was told to the other PSN stays behind: its probe alarms, a report is bound to it, and the CoA for it is refused with 503',
    why: 'row 13 of domain.md 11, and 6.2: the switch has turned from psn2 back to psn1, and psn2 never gets the Accounting-Stop',
    topology,
    settings: healthy => ({
      ...healthy,
      nad: {...healthy.nad, radiusTimeoutMs: 1000, radiusAttempts: 2, deadTimeMs: 20_000},
      psn: {...healthy.psn, replication: false},
      profile: {
        xml: null,
        fields: {CallHomeList: `${fqdn('psn2')}:8443,${fqdn('psn1')}:8443`, RemediationTimer: '1'},
      },
    }),
    prepare: lab => lab.stopNode('psn1'),
    async play(lab) {
      const endpoint = endpointOf(lab);
      const {installed} = await becomesCompliant(lab);
      await lab.startNode('psn1');
      await lab.elapse(25_000); // the switch takes psn1 for dead no more
      await nadOf(lab).clearSession(port);
      const unknown = await lab.until('acl-installed', {where: isUnknownAcl, after: installed});
      const raised = await lab.until('alarm-raised', {...alarm, after: unknown});
      expect(
        lab,
        raised.node === 'psn2' && raised.details['Session ID'] === installed.sessionId,
        'psn2 still knows the old session, and takes it for Compliant',
      );

      await lab.until('sync-disabled', {after: raised});
      await endpoint.changeFacts({firewall: false});
      await endpoint.rescan();
      const reported = await lab.until('posture-reported', {after: raised});
      const refused = await lab.until('coa-refused', {after: reported});
      const {sessions} = await nadOf(lab).view();
      await caughtUp(lab);

      expect(lab, reported.node === 'psn2' && reported.sessionId === installed.sessionId, 'the report is bound to it');
      expect(lab, refused.errorCause === sessionContextNotFound, 'the switch does not know the session');
      expect(lab, sessions[0]?.sessionId === unknown.sessionId, 'the session that is there is another');
      expect(lab, sessions.every(isUnknownAcl), 'it still has the Unknown dACL');
    },
  },
  {
    name: 'coa-from-another-psn',
    claim: 'where the CoA comes from a PSN that the switch does not list, both alarms come',
    why: 'row 17 of domain.md 11: the switch lists the address that it asks, and behind a load balancer another PSN orders the change; then as row 16',
    topology,
    settings: healthy => ({
      ...healthy,
      nad: {...healthy.nad, coaClients: ['psn1'], radiusTimeoutMs: 1000, radiusAttempts: 2},
      psn: {...healthy.psn, coaTimeoutMs: 2000, coaAttempts: 2},
    }),
    prepare: lab => lab.stopNode('psn1'),
    async play(lab) {
      const unanswered = await lab.until('coa-unanswered');
      const failed = await lab.until('alarm-raised', {where: {alarm: 'Dynamic Authorization Failed for Device'}});
      const raised = await lab.until('alarm-raised', alarm);
      await caughtUp(lab);

      expect(
        lab,
        [unanswered, failed, raised].every(({node}) => node === 'psn2'),
        'all of it is at psn2',
      );
      expect(lab, lab.timeline.of('acl-installed', isCompliantAcl).length === 0, 'the Compliant dACL never comes');
    },
  },
  {
    name: 'address-aged-out',
    claim:
      'a host that answers no ARP is forgotten by device tracking: its dACL is in force no more, and the next probe alarms; with its next ARP it is in force again',
    why: 'row 22 of domain.md 11, and 5.6: three questions, 30 s apart; with ipUnknownPolicy notEnforced',
    topology,
    settings: healthy => ({...healthy, profile: {xml: null, fields: {StateSyncProbeInterval: '180'}}}), // it is forgotten between two polls
    async play(lab) {
      const endpoint = endpointOf(lab);
      const {installed} = await becomesCompliant(lab);
      await endpoint.answerArp(false);
      const withdrawn = await lab.until('acl-withdrawn', {where: isCompliantAcl, after: installed, withinMs: 300_000});
      const raised = await lab.until('alarm-raised', {...alarm, after: withdrawn});
      await lab.until('sync-disabled', {after: raised});
      const {tracking} = await nadOf(lab).view();
      await endpoint.answerArp(true);
      await endpoint.rescan(); // it asks for its gateway, and so is learnt
      await lab.until('acl-installed', {where: isCompliantAcl, after: raised});
      await lab.until('status-shown', {where: {status: 'Compliant'}, after: raised});
      await caughtUp(lab);

      expect(lab, tracking.length === 0, 'meanwhile device tracking knows nobody');
      const silent = lab.timeline.of('sync-round-finished', event => event.atMs < withdrawn.atMs);
      expect(lab, silent.length > 0 && silent.every(({answered}) => !answered), 'until then every round is silent');
      expect(lab, lab.timeline.of('session-ended').length === 0, 'the session goes on');
    },
  },
  {
    name: 'lease-over',
    claim: 'a posture lease that runs out changes nothing; the next authentication is Unknown, and the probe finds out',
    why: 'row 29 of domain.md 11, and 2.5',
    topology,
    settings: healthy => ({...healthy, psn: {...healthy.psn, postureLeaseMs: 30_000}}),
    async play(lab) {
      const {settled, installed} = await becomesCompliant(lab);
      await lab.elapse(45_000);
      const [session] = (await psnOf(lab).view()).sessions;
      await lab.until('sync-round-finished', {after: lab.nowMs()}); // no poll is under way when the dACL changes
      await caughtUp(lab);
      const since = lab.timeline.of('authentication-started', ({atMs}) => atMs > installed.atMs);
      expect(lab, lab.nowMs() > settled.atMs + 30_000 && since.length === 0, 'nobody is asked to authenticate');
      expect(lab, session?.postureStatus === 'Compliant', 'the PSN still takes the session for Compliant');

      await psnOf(lab).reauthenticate(endpointOf(lab).mac);
      const unknown = await lab.until('acl-installed', {where: isUnknownAcl, after: installed});
      const restarted = await lab.until('discovery-restarted', {after: unknown});
      await becomesCompliant(lab, restarted);
      expect(lab, lab.timeline.of('alarm-raised').length === 0, 'nobody raises an alarm');
    },
  },
  {
    name: 'lease-holds',
    claim: 'while a posture lease holds, a new session is Compliant without an assessment',
    why: 'domain.md 2.5: ISE does not contact the endpoint before the lease is over',
    topology,
    settings: healthy => ({...healthy, psn: {...healthy.psn, postureLeaseMs: 600_000}}),
    async play(lab) {
      const {installed} = await becomesCompliant(lab);
      await nadOf(lab).clearSession(port);
      const again = await lab.until('acl-installed', {where: isCompliantAcl, after: installed});
      const round = await lab.until('sync-round-finished', {after: again});
      await caughtUp(lab);

      expect(lab, again.sessionId !== installed.sessionId, 'it is a new session');
      expect(lab, lab.timeline.of('posture-reported').length === 1, 'nobody has reported for it');
      expect(lab, !round.answered && lab.timeline.of('alarm-raised').length === 0, 'its dACL blocks the probe');
    },
  },
];
