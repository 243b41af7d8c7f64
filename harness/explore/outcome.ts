/** Whether PSN, switch and agent agree when everything has been mended and has had time (domain.md 3.10). */
import type {Violation} from '#harness/explore/violation.ts';
import {fqdn} from '#harness/lab-settings.ts';
import {daclNames} from '#harness/role-plan.ts';
import type {SimulatedLab} from '#harness/simulator/simulated-lab.ts';
import type {AgentView} from '#protocol/agent/contract.ts';
import type {NadSessionView, NadView} from '#protocol/nad/contract.ts';
import type {PsnSessionView, PsnView} from '#protocol/psn/contract.ts';

/** Why actors may differ for good; each has its place in domain.md. */
export type BlindSpot =
  /** 3.10: the deny is in force, and the PSN has lost or changed the session: the agent cannot see it. */
  | 'closed port'
  /** 11.12b: the PSN has no session, the switch was not told, and nobody will ask before the next authentication. */
  | 'session lost at the PSN'
  /** 3.9: state synchronization is latched off. */
  | 'latched'
  /** 3.1: the profile has no interval. */
  | 'sync off'
  /** 3.6: only Compliant agents probe. */
  | 'not Compliant'
  /** 6.2, 11.13, 11.14: two PSNs have authenticated the session or counted it; a report may go to either, and so may the switch. */
  | 'two PSNs'
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
  if (isShared(lab, session.sessionId)) {
    outcome.blindSpots.push('two PSNs');
  } else {
    const own = psns
      .flatMap(psn => psn.sessions.filter(({owner}) => owner === psn.fqdn))
      .find(({sessionId}) => sessionId === session.sessionId);
    judgeSwitch(lab, session, own, outcome, violate);
    judgeAgent(lab, agent, {session, own}, outcome, violate);
  }
  judgeTimers(lab, agent, outcome, violate);
  return outcome;
}

type Violate = (rule: Violation['rule'], message: string) => void;

function judgeSwitch(
  lab: SimulatedLab,
  session: NadSessionView,
  own: PsnSessionView | undefined,
  outcome: Outcome,
  violate: Violate,
): void {
  if (own === undefined) {
    if (isLossExplained(lab, session)) outcome.blindSpots.push('session lost at the PSN');
    else violate('agreement', `no PSN owns session ${session.sessionId} of the switch, and nothing took it away`);
    return;
  }
  const due = daclFor(own.postureStatus);
  if (session.acl?.includes(`-${due}-`)) return;
  if (wasCoaMissed(lab, session.sessionId)) outcome.blindSpots.push('CoA failed');
  else if (isPhantom(lab, session)) outcome.blindSpots.push('session lost at the PSN');
  else violate('agreement', `${own.owner} says ${own.postureStatus}, and the switch enforces ${session.acl}`);
}

function judgeAgent(
  lab: SimulatedLab,
  agent: AgentView,
  {session, own}: {session: NadSessionView; own: PsnSessionView | undefined},
  outcome: Outcome,
  violate: Violate,
): void {
  const isSettled = agent.state === 'COMPLIANT' || agent.state === 'NONCOMPLIANT';
  if (!isSettled) {
    if (outcome.blindSpots.includes('session lost at the PSN')) return;
    violate('agreement', `the agent is still in ${agent.state}`);
    return;
  }
  if (own?.postureStatus === agent.status) return;
  if (agent.status !== 'Compliant') outcome.blindSpots.push('not Compliant');
  else if (!session.acl?.includes(`-${daclNames.unknown}-`)) outcome.blindSpots.push('closed port');
  else if (agent.sync.latched) outcome.blindSpots.push('latched');
  else if (agent.sync.intervalS === 0) outcome.blindSpots.push('sync off');
  else
    violate(
      'agreement',
      `the agent believes ${agent.status}, the PSN ${own?.postureStatus ?? 'nothing'}, and probes get through at ${lab.nowMs()} ms`,
    );
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

/** An administrator deleted it, its PSN forgot it with its power, or Accounting-Stop ended it while the switch went on. */
function isLossExplained(lab: SimulatedLab, {sessionId, server}: NadSessionView): boolean {
  const removed = lab.timeline.of('session-removed', event => event.sessionId === sessionId);
  const ended = lab.timeline.of('session-terminated', event => event.sessionId === sessionId);
  const begun = lab.timeline.of('session-created', event => event.sessionId === sessionId)[0]?.atMs ?? 0;
  const powerCuts = lab.timeline.of('node-stopped', event => fqdn(event.node) === fqdn(server) && event.atMs >= begun);
  return removed.length + ended.length + powerCuts.length > 0;
}

/** The PSN lost the session, and accounting made it anew, without its status (6.2, 11.14). */
function isPhantom(lab: SimulatedLab, session: NadSessionView): boolean {
  const counted = lab.timeline.of('session-created', {sessionId: session.sessionId, origin: 'accounting'});
  return counted.length > 0 && isLossExplained(lab, session);
}

/** More than one PSN took the session for its own at some time: after a failover, or by accounting that went elsewhere. */
function isShared(lab: SimulatedLab, sessionId: string): boolean {
  const accepted = lab.timeline.of('access-accepted', event => event.sessionId === sessionId);
  const counted = lab.timeline.of('session-created', {sessionId, origin: 'accounting'});
  return new Set([...accepted, ...counted].map(({node}) => node)).size > 1;
}

/** The CoA was refused or not answered, or its PSN lost its power before it could be sent. */
function wasCoaMissed(lab: SimulatedLab, sessionId: string): boolean {
  const failed = [
    ...lab.timeline.of('coa-unanswered', event => event.sessionId === sessionId),
    ...lab.timeline.of('coa-refused', event => event.sessionId === sessionId),
  ];
  const settledAtMs = lab.timeline.of('posture-settled', event => event.sessionId === sessionId).at(-1)?.atMs ?? 0;
  const powerCuts = lab.timeline.of('node-stopped', event => event.node !== 'endpoint' && event.atMs >= settledAtMs);
  return failed.length + powerCuts.length > 0;
}

function daclFor(status: PsnSessionView['postureStatus']): string {
  if (status === 'Compliant') return daclNames.compliant;
  return status === 'NonCompliant' ? daclNames.nonCompliant : daclNames.unknown;
}
