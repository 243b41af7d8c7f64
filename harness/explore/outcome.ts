/** Whether PSN, switch and agent agree when everything has been mended and has had time (domain.md 3.10). */

import {openPorts} from '#harness/explore/open-ports.ts';
import type {Violation} from '#harness/explore/violation.ts';
import {fqdn} from '#harness/lab-settings.ts';
import {daclNames} from '#harness/policy-plan.ts';
import {addressOf} from '#harness/role-plan.ts';
import type {SimulatedLab} from '#harness/simulator/simulated-lab.ts';
import {nodesOf} from '#harness/topology.ts';
import type {AgentView} from '#protocol/agent/contract.ts';
import type {NadSessionView, NadView} from '#protocol/nad/contract.ts';
import type {PsnSessionView, PsnView} from '#protocol/psn/contract.ts';

/** Why actors may differ for good; each has its place in domain.md. */
export type BlindSpot =
  /** 3.10: no probe gets through, and the PSN has lost or changed the session: the agent cannot see it. */
  | 'closed port'
  /** 11.12b: the PSN has no session, the switch was not told, and nobody will ask before the next authentication. */
  | 'session lost at the PSN'
  /** 3.9: state synchronization is latched off. */
  | 'latched'
  /** 3.1: the profile has no interval. */
  | 'sync off'
  /** 3.6: a NonCompliant agent does not probe. */
  | 'not Compliant'
  /** 6.2, 11.13, 11.14: two PSNs have authenticated the session or counted it; a report may go to either, and the switch has asked either. */
  | 'two PSNs'
  /** 11.28: sessions are not shared, and a PSN that has none answers Unknown, each time anew. */
  | 'restart loop'
  /** 11.16: the switch was to be told and was not reached. */
  | 'CoA failed';

export interface Outcome {
  violations: Violation[];
  blindSpots: BlindSpot[];
}

export async function lookAtOutcome(
  lab: SimulatedLab,
  {endpoint, mac}: {endpoint: string; mac: string},
): Promise<Outcome> {
  const agent = (await lab.call(endpoint, {name: 'view'})) as AgentView;
  const nad = (await lab.call('nad', {name: 'view'})) as NadView;
  const psns = await Promise.all(['psn1', 'psn2'].map(async psn => (await lab.call(psn, {name: 'view'})) as PsnView));
  const outcome: Outcome = {violations: [], blindSpots: []};
  const violate = (rule: Violation['rule'], message: string) =>
    outcome.violations.push({rule, atMs: lab.nowMs(), message});

  const session = nad.sessions.find(candidate => candidate.mac === mac);
  if (session === undefined || !session.authorized) {
    violate('agreement', `the switch has ${session ? 'not authorized the session' : 'no session'} of ${mac}`);
    return outcome;
  }
  const known = psns.flatMap(psn => psn.sessions.filter(({owner}) => owner === psn.fqdn));
  const owned = known.filter(({sessionId}) => sessionId === session.sessionId);
  if (isShared(lab, session.sessionId)) outcome.blindSpots.push('two PSNs');
  judgeSwitch(lab, session, owned, outcome, violate);
  const open = openPorts(nad, session, psnAddresses(lab), lab.settings.psn.probePort);
  judgeAgent(agent, {owned, isOpen: open.length > 0, isInLoop: isInLoop(lab, owned)}, outcome, violate);
  judgeTimers(lab, agent, outcome, violate);
  return outcome;
}

type Violate = (rule: Violation['rule'], message: string) => void;

/** `owned`: the session at each PSN that takes it for its own. Where there are two, the switch obeys the one that it asked last. */
function judgeSwitch(
  lab: SimulatedLab,
  session: NadSessionView,
  owned: PsnSessionView[],
  outcome: Outcome,
  violate: Violate,
): void {
  if (owned.length === 0) {
    if (isLossExplained(lab, session)) outcome.blindSpots.push('session lost at the PSN');
    else violate('agreement', `no PSN owns session ${session.sessionId} of the switch, and nothing took it away`);
    return;
  }
  if (owned.some(({postureStatus}) => session.acl?.includes(`-${daclFor(postureStatus)}-`))) return;
  if (outcome.blindSpots.includes('two PSNs') && session.acl === lastGranted(lab, session)) return;
  if (wasCoaMissed(lab, session.sessionId)) outcome.blindSpots.push('CoA failed');
  else if (isPhantom(lab, session)) outcome.blindSpots.push('session lost at the PSN');
  else {
    const said = owned.map(({owner, postureStatus}) => `${owner} says ${postureStatus}`).join(', ');
    violate('agreement', `${said}, and the switch enforces ${session.acl}`);
  }
}

/** `isOpen`: a probe gets to a PSN now. `isInLoop`: it was sent back to discovery a moment ago, by a PSN that has no say. */
function judgeAgent(
  agent: AgentView,
  {owned, isOpen, isInLoop}: {owned: PsnSessionView[]; isOpen: boolean; isInLoop: boolean},
  outcome: Outcome,
  violate: Violate,
): void {
  const isSettled = agent.state === 'COMPLIANT' || agent.state === 'NONCOMPLIANT';
  if (!isSettled) {
    const isLooking = agent.state === 'DISCOVERY' || agent.state === 'IDLE_NO_SERVER';
    if (isLooking && outcome.blindSpots.includes('session lost at the PSN')) return; // nobody can be found
    if (isInLoop) outcome.blindSpots.push('restart loop');
    else violate('agreement', `the agent is still in ${agent.state}`);
    return;
  }
  if (owned.some(({postureStatus}) => postureStatus === agent.status)) return;
  if (agent.status === 'NonCompliant') outcome.blindSpots.push('not Compliant');
  else if (!isOpen) outcome.blindSpots.push('closed port');
  else if (agent.sync.latched) outcome.blindSpots.push('latched');
  else if (agent.sync.intervalS === 0) outcome.blindSpots.push('sync off');
  else {
    const said = owned.map(({postureStatus}) => postureStatus).join(', ') || 'nothing';
    violate('agreement', `the agent believes ${agent.status}, the PSN ${said}, and probes get through`);
  }
}

function psnAddresses({topology}: SimulatedLab): string[] {
  return nodesOf(topology, 'psn').map(([, psn]) => addressOf(psn));
}

function judgeTimers(lab: SimulatedLab, agent: AgentView, outcome: Outcome, violate: Violate): void {
  const {connectTimeoutMs, responseTimeoutMs, retryMs} = lab.settings.endpoint;
  const sinceMs = (kind: 'probe-sent' | 'discovery-started') => lab.nowMs() - (lab.timeline.of(kind).at(-1)?.atMs ?? 0);
  const {sync, state, profile} = agent;
  if (state === 'COMPLIANT' && !sync.latched && sync.intervalS > 0) {
    const longestMs =
      Math.max(sync.intervalS, profile.networkTransitionDelayS) * 1000 + 3 * (connectTimeoutMs + responseTimeoutMs);
    if (sinceMs('probe-sent') > longestMs + 5000)
      violate('no-timer-lost', `sync is ${sync.state}, and the last probe left ${sinceMs('probe-sent')} ms ago`);
  }
  if (state === 'IDLE_NO_SERVER' && sinceMs('discovery-started') > 8 * retryMs + 20_000)
    violate(
      'no-timer-lost',
      `no server was looked for in ${sinceMs('discovery-started')} ms (${outcome.blindSpots.join(', ')})`,
    );
}

/**
An administrator deleted the record, the PSN forgot it with its power, or an Accounting-Stop ended it that the switch has sent and
that came late. A session whose end the switch acknowledged must be gone there, so that explains nothing.
*/
function isLossExplained(lab: SimulatedLab, {sessionId, server}: NadSessionView): boolean {
  const deleted = lab.timeline.of('session-terminated', {sessionId, by: 'delete'});
  const stopped = lab.timeline.of('accounting-sent', {sessionId, status: 'Stop'});
  const begun = lab.timeline.of('session-created', {sessionId})[0]?.atMs ?? 0;
  const powerCuts = lab.timeline.of('node-stopped', event => fqdn(event.node) === fqdn(server) && event.atMs >= begun);
  return deleted.length + stopped.length + powerCuts.length > 0;
}

/** The PSN lost the session, and accounting made it anew, without its status (6.2, 11.14). */
function isPhantom(lab: SimulatedLab, session: NadSessionView): boolean {
  const counted = lab.timeline.of('session-created', {sessionId: session.sessionId, origin: 'accounting'});
  return counted.length > 0 && isLossExplained(lab, session);
}

/** A PSN that does not own the session has just sent the agent back to discovery, which is about to end. */
function isInLoop(lab: SimulatedLab, owned: PsnSessionView[]): boolean {
  const restarted = lab.timeline.of('discovery-restarted').at(-1);
  if (restarted === undefined || lab.settings.psn.replication) return false;
  const isRecent = lab.nowMs() - restarted.atMs < discoveryMs;
  return isRecent && owned.length > 0 && owned.every(({owner}) => owner !== restarted.target);
}

/** From a restart of discovery to Compliant: some 15 ms where nothing is broken; ours. */
const discoveryMs = 1000;

/** More than one PSN took the session for its own at some time: after a failover, or by accounting that went elsewhere. */
function isShared(lab: SimulatedLab, sessionId: string): boolean {
  const accepted = lab.timeline.of('access-accepted', event => event.sessionId === sessionId);
  const counted = lab.timeline.of('session-created', {sessionId, origin: 'accounting'});
  return new Set([...accepted, ...counted].map(({node}) => node)).size > 1;
}

/** What the PSN that the switch asked last gave it; the other one may have told it otherwise since, by replication. */
function lastGranted(lab: SimulatedLab, {sessionId, server}: NadSessionView): string | null | undefined {
  return lab.timeline.of('access-accepted', event => event.sessionId === sessionId && event.node === server).at(-1)
    ?.acl;
}

/** The last CoA for it was refused or not answered. */
function wasCoaMissed(lab: SimulatedLab, sessionId: string): boolean {
  const ends = [
    ...lab.timeline.of('coa-acknowledged', {sessionId, packet: 'CoA-Request'}),
    ...lab.timeline.of('coa-unanswered', {sessionId, packet: 'CoA-Request'}),
    ...lab.timeline.of('coa-refused', {sessionId, packet: 'CoA-Request'}),
  ].sort((one, other) => one.atMs - other.atMs);
  const last = ends.at(-1);
  return last !== undefined && last.kind !== 'coa-acknowledged';
}

function daclFor(status: PsnSessionView['postureStatus']): string {
  if (status === 'Compliant') return daclNames.compliant;
  return status === 'NonCompliant' ? daclNames.nonCompliant : daclNames.unknown;
}
