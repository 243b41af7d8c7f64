/** From a found PSN to its verdict: requirements, checks, remediation, report (domain.md 2.2, 4.5). */
import {mainThread} from '#protocol/agent/agent-log.ts';
import type {ExchangeEnd} from '#protocol/agent/exchanges.ts';
import {type ConnectedPsn, identityOf, type RunContext, serverAt} from '#protocol/agent/run-context.ts';
import {
  decodeRequirementsAnswer,
  decodeStatusAnswer,
  encodeReportRequest,
  encodeRequirementsRequest,
  MalformedBodyError,
} from '#protocol/posture/exchange.ts';
import {isCompliant, meets, type Requirement, type RequirementResult} from '#protocol/posture/requirement.ts';
import {isKnown, type PostureStatus} from '#protocol/posture/status.ts';

/** Where posture is assessed (domain.md 1.2). */
const posturePort = 8905;

export interface AssessmentListener {
  /** t2 of domain.md 7.2: the verdict may be shown. */
  settled(status: PostureStatus, psn: ConnectedPsn, nowMs: number): void;
  /** No verdict came of it. */
  failed(nowMs: number): void;
}

/**
One assessment at a time.

A mandatory requirement that fails starts the remediation timer; what the user does in that time is told by `factsChanged`.
When everything passes the report is sent at once; when the time is up, as things are. A profile always has such a time:
`RemediationTimer` is 1 to 300 minutes, 4 where the file says nothing.
*/
export class Assessment {
  readonly #context: RunContext;
  readonly #listener: AssessmentListener;
  #connectionId: string | undefined;
  #remediation: {psn: ConnectedPsn; requirements: Requirement[]; untilMs: number} | undefined;

  constructor(context: RunContext, listener: AssessmentListener) {
    this.#context = context;
    this.#listener = listener;
  }

  start(psn: ConnectedPsn, nowMs: number): void {
    this.#context.state = 'ASSESS';
    const request = encodeRequirementsRequest(identityOf(this.#context), describeServer(psn));
    const server = serverAt(this.#context, psn.fqdn, posturePort);
    this.#connectionId = this.#context.exchanges.ask(server, request, (end, endedAtMs) => {
      this.#connectionId = undefined;
      const requirements = readRequirements(end);
      if (Array.isArray(requirements)) this.#check(psn, requirements, endedAtMs);
      else this.#fail(psn, requirements, endedAtMs);
    });
    const message = `Asking ${describeServer(psn)} for requirements`;
    this.#context.log.write({thread: mainThread, from: 'Authenticator::checkRequirements', message}, nowMs);
  }

  /** Takes notice only while remediation runs. */
  factsChanged(nowMs: number): void {
    if (this.#remediation === undefined) return;
    const {psn, requirements} = this.#remediation;
    const results = this.#evaluate(requirements, nowMs);
    if (isCompliant(results)) this.#report(psn, results);
  }

  cancel(): void {
    if (this.#connectionId !== undefined) this.#context.exchanges.abandon(this.#connectionId);
    this.#connectionId = undefined;
    this.#remediation = undefined;
    this.#context.steps.drop(({subject}) => subject === this);
  }

  wake(nowMs: number): void {
    if (this.#remediation === undefined || nowMs < this.#remediation.untilMs) return;
    const {psn, requirements} = this.#remediation;
    this.#report(psn, this.#evaluate(requirements, nowMs));
  }

  wakeAtMs(): number | undefined {
    return this.#remediation?.untilMs;
  }

  #check(psn: ConnectedPsn, requirements: Requirement[], nowMs: number): void {
    const results = this.#evaluate(requirements, nowMs);
    if (isCompliant(results)) this.#report(psn, results);
    else this.#remediate(psn, requirements, results, nowMs);
  }

  #remediate(psn: ConnectedPsn, requirements: Requirement[], results: RequirementResult[], nowMs: number): void {
    const timeoutMs = this.#context.profile.remediationTimerMin * 60_000;
    const failed = results.filter(({passed, enforcement}) => !passed && enforcement === 'mandatory');
    this.#remediation = {psn, requirements, untilMs: nowMs + timeoutMs};
    this.#context.state = 'REMEDIATE';
    this.#context.outbox.record({kind: 'remediation-started', requirements: failed.map(({name}) => name), timeoutMs});
    const message = `Remediation required: ${failed.map(({name}) => name).join(', ')}; time left ${timeoutMs / 1000} s`;
    this.#context.log.write(
      {thread: mainThread, from: 'Authenticator::checkRequirements', message, severity: 'Warning'},
      nowMs,
    );
  }

  #evaluate(requirements: Requirement[], nowMs: number): RequirementResult[] {
    const {outbox, log, host} = this.#context;
    return requirements.map(requirement => {
      const {name, enforcement} = requirement;
      const passed = meets(requirement, host.facts);
      outbox.record({kind: 'requirement-checked', requirement: name, passed, mandatory: enforcement === 'mandatory'});
      const message = `Requirement ${name} (${enforcement}): ${passed ? 'passed' : 'failed'}`;
      log.write({thread: mainThread, from: 'Authenticator::checkRequirements', message}, nowMs);
      return {name, passed, enforcement};
    });
  }

  #report(psn: ConnectedPsn, results: RequirementResult[]): void {
    const {exchanges, outbox, log} = this.#context;
    this.#remediation = undefined;
    const request = encodeReportRequest(identityOf(this.#context), describeServer(psn), {
      sessionId: psn.sessionId,
      agentVersion: '5.0.00556',
      operatingSystem: 'Windows 10 Enterprise',
      results,
    });
    this.#connectionId = exchanges.open(serverAt(this.#context, psn.fqdn, posturePort), {
      opened: (connectionId, openedAtMs) => {
        exchanges.send(connectionId, request);
        this.#context.state = 'WAIT_RESULT';
        outbox.record({kind: 'report-sent', psn: psn.fqdn});
        const message = `Posture report sent to ${describeServer(psn)}`;
        log.write({thread: mainThread, from: 'Authenticator::sendReport', message}, openedAtMs);
      },
      ended: (end, endedAtMs) => {
        this.#connectionId = undefined;
        const verdict = readVerdict(end);
        if (typeof verdict === 'string') this.#take(psn, verdict, endedAtMs);
        else this.#fail(psn, verdict, endedAtMs);
      },
    });
  }

  #take(psn: ConnectedPsn, verdict: PostureStatus, nowMs: number): void {
    const go = (shownAtMs: number) => this.#listener.settled(verdict, psn, shownAtMs);
    this.#context.steps.enter('report-to-ui', {subject: this, go}, nowMs);
  }

  #fail(psn: ConnectedPsn, {reason, detail}: Failure, nowMs: number): void {
    const target = describeServer(psn);
    this.#context.outbox.record({kind: 'discovery-target-failed', target, reason, detail});
    const message = `Assessment at ${target} failed: ${reason}, ${detail}`;
    this.#context.log.write(
      {thread: mainThread, from: 'Authenticator::sendReport', message, severity: 'Warning'},
      nowMs,
    );
    this.#listener.failed(nowMs);
  }
}

interface Failure {
  reason: string;
  detail: string;
}

function readRequirements(end: ExchangeEnd): Requirement[] | Failure {
  if (end.kind === 'failed') return end.failure;
  const {status} = end.response;
  if (status !== 200) return {reason: 'no-requirements', detail: `HTTP ${status}`};
  try {
    return decodeRequirementsAnswer(end.response);
  } catch (error) {
    if (error instanceof MalformedBodyError) return {reason: 'no-requirements', detail: error.message};
    throw error;
  }
}

/** A status that is not known is no verdict: the session was lost while the agent was checking. */
function readVerdict(end: ExchangeEnd): PostureStatus | Failure {
  if (end.kind === 'failed') return end.failure;
  const answer = decodeStatusAnswer(end.response);
  if (answer === undefined)
    return {reason: 'no-verdict', detail: `HTTP ${end.response.status} without a posture status`};
  if (isKnown(answer.status)) return answer.status;
  return {reason: 'no-verdict', detail: `the session is ${answer.status}`};
}

const describeServer = ({fqdn}: ConnectedPsn): string => `${fqdn}:${posturePort}`;
