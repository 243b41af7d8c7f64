/** What becomes of sessions when the switch turns to another PSN, and back (domain.md 6.2). */
import {caughtUp} from '#harness/caught-up.ts';
import {endpointOf} from '#harness/endpoint-handle.ts';
import type {Lab} from '#harness/lab.ts';
import type {LabSettings} from '#harness/lab-settings.ts';
import {nadOf} from '#harness/nad-handle.ts';
import {psnOf} from '#harness/psn-handle.ts';
import {replicated} from '#harness/replicated.ts';
import {expect, type Scenario} from '#harness/scenario.ts';
import {becomesCompliant} from '#harness/scenarios/becomes-compliant.ts';
import {accessPorts} from '#harness/topology.ts';
import {topology} from '#topologies/two-psn.ts';

const port = accessPorts(topology, 'nad')[0] ?? '';

export const failover: Scenario[] = [
  {
    name: 'dead-psn',
    claim:
      'until both dead criteria hold, every request begins with the silent PSN; then none does before its dead time is over',
    why: 'domain.md 7.4: what failover costs a re-authentication; criteria as in TAC 225882',
    topology,
    settings: healthy => ({
      ...healthy,
      nad: {...healthy.nad, ...quickFailover, deadCriteriaTimeMs: 5000, deadCriteriaTries: 3},
    }),
    prepare: lab => lab.stopNode('psn1'),
    async play(lab) {
      await becomesCompliant(lab); // three requests with one retransmission each: to authenticate, to start accounting, to authenticate again
      const dead = await lab.until('radius-server-dead');
      const given = lab.timeline.of('radius-server-failed');
      expect(lab, dead.server === 'psn1', 'psn1 is dead');
      expect(
        lab,
        given.length >= 2 && given.every(({next}) => next === 'psn2'),
        'each request was given up at psn1 first',
      );

      const askedBefore = await requestsToPsn1(lab);
      await nadOf(lab).clearSession(port);
      await becomesCompliant(lab, dead);
      const askedAfter = await requestsToPsn1(lab);
      await lab.startNode('psn1');
      const alive = await lab.until('radius-server-alive', {after: dead});
      expect(lab, askedAfter === askedBefore, 'nobody asks a dead server');
      expect(lab, alive.atMs >= dead.atMs + quickFailover.deadTimeMs, 'its dead time is over');
      await betweenPolls(lab);

      await nadOf(lab).clearSession(port);
      const authorized = await lab.until('session-authorized', {after: alive});
      await replicated(lab, authorized.sessionId);
      expect(lab, authorized.server === 'psn1', 'then it is asked first again');
    },
  },
  {
    name: 'accounting-follows',
    claim:
      'accounting goes to the PSN that is alive; where sessions are shared, a Stop ends them everywhere, whoever gets it',
    why: 'domain.md 5.9 and 6.2: without sharing, the same leaves stale sessions (stale-session, phantom-after-failback)',
    topology,
    settings: withQuickDeath,
    async play(lab) {
      const {installed} = await becomesCompliant(lab);
      await lab.until('session-replicated', {where: {status: 'Compliant'}});
      await lab.stopNode('psn1');
      await nadOf(lab).clearSession(port);
      const stop = await lab.until('accounting-received', {where: {status: 'Stop', sessionId: installed.sessionId}});
      await lab.until('session-removed', {where: {sessionId: installed.sessionId, cause: 'accounting-stop'}});
      const again = await becomesCompliant(lab, stop);
      const start = await lab.until('accounting-received', {where: {status: 'Start'}, after: stop});
      expect(lab, stop.node === 'psn2' && start.node === 'psn2', 'Stop and Start go to psn2');
      expect(lab, start.sessionId === again.installed.sessionId, 'of the new session');

      await lab.startNode('psn1');
      await lab.until('radius-server-alive', {after: again.installed});
      await lab.until('session-created', {where: {origin: 'replication', sessionId: start.sessionId}, after: start});
      await betweenPolls(lab);
      const cleared = lab.nowMs();
      await nadOf(lab).clearSession(port);
      await lab.until('session-removed', {where: {sessionId: start.sessionId, cause: 'peer'}, after: start});
      const next = await lab.until('session-created', {where: {origin: 'authentication'}, after: cleared});
      await replicated(lab, next.sessionId);
      const removed = lab.timeline.of('session-removed', {sessionId: start.sessionId});
      await caughtUp(lab);
      expect(
        lab,
        removed
          .map(({node, cause}) => `${node} ${cause}`)
          .sort()
          .join() === 'psn1 accounting-stop,psn2 peer',
        'psn1 gets the Stop, and tells psn2',
      );
    },
  },
  {
    name: 'phantom-after-failback',
    claim:
      'when the first PSN is alive again it gets the Interims of a session that it did not authenticate: a phantom there, and a stale session at the other',
    why: 'domain.md 6.2: both kinds come of one failover, where PSNs share nothing; rows 13 and 14 of section 11',
    topology,
    settings: healthy => {
      const {nad, psn, ...rest} = withQuickDeath(healthy);
      return {
        ...rest,
        nad: {...nad, accountingIntervalMs: 10_000},
        psn: {...psn, replication: false},
        profile: {xml: null, fields: {StateSyncProbeInterval: '0'}}, // whether its link goes while it polls would be chance
      };
    },
    prepare: lab => lab.stopNode('psn1'),
    async play(lab) {
      const {sessionId} = (await becomesCompliant(lab)).installed;
      await lab.startNode('psn1');
      const phantom = await lab.until('session-created', {where: {origin: 'accounting'}});
      const [one, two] = await Promise.all([psnOf(lab, 'psn1').view(), psnOf(lab, 'psn2').view()]);
      expect(lab, phantom.node === 'psn1' && phantom.sessionId === sessionId, 'psn1 has it by accounting alone');
      expect(lab, one.sessions[0]?.postureStatus === 'Unknown', 'and knows nothing of its status');
      expect(lab, two.sessions[0]?.postureStatus === 'Compliant', 'psn2, which authenticated it, does');

      await endpointOf(lab).linkDown();
      await lab.until('session-removed', {where: {cause: 'accounting-stop'}, after: phantom});
      const left = (await psnOf(lab, 'psn2').view()).sessions;
      await caughtUp(lab);
      expect(
        lab,
        left.length === 1 && left[0]?.sessionId === sessionId,
        'its end is told to psn1: at psn2 it stays, stale',
      );
    },
  },
  nodeGroup({isGroup: true}),
  nodeGroup({isGroup: false}),
];

/** A session that is cleared while its agent polls is met by a repeated SYN, or not: by when it was cleared. */
async function betweenPolls(lab: Lab): Promise<void> {
  await lab.until('sync-round-finished', {after: lab.nowMs()});
}

async function requestsToPsn1(lab: Lab): Promise<number> {
  const {servers} = await nadOf(lab).view();
  return servers.find(({name}) => name === 'psn1')?.requests ?? 0;
}

const quickFailover = {radiusTimeoutMs: 2000, radiusAttempts: 2, deadTimeMs: 60_000};

/** psn1 dies while a user is asked to turn the firewall on. */
function nodeGroup({isGroup}: {isGroup: boolean}): Scenario {
  return {
    name: isGroup ? 'node-group' : 'no-node-group',
    claim: isGroup
      ? 'when a PSN dies, another one of its node group terminates the sessions whose posture was pending there; they become Compliant elsewhere'
      : 'without a node group, a session whose posture was pending when its PSN died stays pending: every PSN sends the agent to the dead one',
    why: 'domain.md 6.5 and 6.8 (OAS-Deploy): what a node group is for; heartbeat times and who acts are ours',
    topology,
    settings: healthy => {
      const {nad, psn, endpoint, ...rest} = withQuickDeath(healthy);
      return {
        ...rest,
        nad: {...nad, deadTimeMs: 600_000},
        psn: {...psn, nodeGroup: isGroup},
        endpoint: {...endpoint, facts: {...endpoint.facts, firewall: false}},
        profile: {xml: null, fields: {RemediationTimer: '60'}},
      };
    },
    async play(lab) {
      await lab.until('remediation-started');
      await lab.until('session-replicated', {where: {status: 'Pending'}});
      const [pending] = (await psnOf(lab, 'psn2').view()).sessions;
      expect(lab, pending?.postureStatus === 'Pending', 'psn2 knows of the pending session');
      await lab.stopNode('psn1');
      if (isGroup) {
        const lost = await lab.until('group-member-failed', {where: {member: 'psn1', terminates: 1}});
        const ended = await lab.until('session-ended', {after: lost});
        await lab.until('session-authorized', {where: {server: 'psn2'}, after: ended});
        await endpointOf(lab).changeFacts({firewall: true});
        const {settled} = await becomesCompliant(lab, lost);
        expect(lab, ended.sessionId === pending?.sessionId, 'it is that session which is ended');
        expect(lab, settled.node === 'psn2' && settled.sessionId !== ended.sessionId, 'psn2 settles the new one');
      } else {
        await endpointOf(lab).changeFacts({firewall: true});
        const sent = await lab.until('discovery-answered', {
          where: {found: 'replicated', owner: 'psn1.posturelab.test'},
        });
        await lab.until('server-not-found', {after: sent});
        await lab.elapse(60_000);
        await caughtUp(lab);
        expect(lab, lab.timeline.of('session-ended').length === 0, 'nobody ends the session');
        expect(lab, lab.timeline.of('posture-settled').length === 0, 'nobody settles it');
      }
    },
  };
}

/** The first retransmission that is not answered kills a server, for half a minute. */
function withQuickDeath(healthy: LabSettings): LabSettings {
  const criteria = {deadCriteriaTimeMs: 1000, deadCriteriaTries: 1};
  return {...healthy, nad: {...healthy.nad, ...quickFailover, ...criteria, deadTimeMs: 30_000}};
}
