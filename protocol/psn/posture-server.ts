/** What agents ask over HTTPS: requirements, report and probe (domain.md 3.4, 3.5); discovery has a file of its own. */
import type {HttpRequest, HttpResponse} from '#protocol/http.ts';
import {
  decodeIdentity,
  decodeReport,
  encodeRequirementsAnswer,
  encodeStatusAnswer,
  MalformedBodyError,
  questionOf,
} from '#protocol/posture/exchange.ts';
import {isCompliant, type PostureReport, type Requirement} from '#protocol/posture/requirement.ts';
import {raiseAlarm} from '#protocol/psn/alarms.ts';
import {sessionOf} from '#protocol/psn/asking-session.ts';
import type {DiscoveryServer} from '#protocol/psn/discovery-server.ts';
import type {NodeState} from '#protocol/psn/node-state.ts';
import {portalAnswer} from '#protocol/psn/portal.ts';
import {portalsOf} from '#protocol/psn/portals.ts';
import type {PostureSettlement} from '#protocol/psn/posture-settlement.ts';
import {refusal} from '#protocol/psn/refusal.ts';
import type {PsnSession} from '#protocol/psn/session-cache.ts';
import type {SessionDirectory} from '#protocol/psn/session-directory.ts';
import type {Endpoint} from '#protocol/role.ts';

interface Asked {
  localPort: number;
  from: Endpoint;
  request: HttpRequest;
  respond: (response: HttpResponse) => void;
}

type Question = NonNullable<ReturnType<typeof questionOf>>;

export class PostureServer {
  readonly #state: NodeState;
  readonly #directory: SessionDirectory;
  readonly #settlement: PostureSettlement;
  readonly #discovery: DiscoveryServer;
  readonly #mismatches = new Set<string>();

  constructor(
    state: NodeState,
    parts: {directory: SessionDirectory; settlement: PostureSettlement; discovery: DiscoveryServer},
  ) {
    this.#state = state;
    this.#directory = parts.directory;
    this.#settlement = parts.settlement;
    this.#discovery = parts.discovery;
  }

  /** `respond` is called once, for discovery perhaps only when the other nodes have been asked. */
  answer({localPort, from, request, respond}: Asked, nowMs: number): void {
    const question = questionOf(request);
    const isDiscovery = question === 'discovery' || question === 'status';
    const isRight = isDiscovery && this.#portsOf(question).includes(localPort) && request.method === methods[question];
    const fromPortal = this.#isPortal(localPort) ? portalAnswer(request, this.#state) : undefined;
    if (fromPortal !== undefined) respond(fromPortal);
    else if (isRight) this.#discovery.answer(request, localPort, respond);
    else respond(this.#answer({localPort, from, request}, nowMs));
  }

  #answer({localPort, from, request}: Omit<Asked, 'respond'>, nowMs: number): HttpResponse {
    const question = questionOf(request);
    if (question === undefined || !this.#portsOf(question).includes(localPort)) return refusal(404, 'nothing is here');
    if (request.method !== methods[question]) return refusal(405, `ask with ${methods[question]}`);
    const session = sessionOf(request, this.#state.sessions);
    switch (question) {
      case 'requirements':
        return this.#requirements(session, nowMs);
      case 'report':
        return this.#report(session, request, nowMs);
      case 'probe':
        return this.#probe(session, from, nowMs);
      default:
        return refusal(404, 'nothing is here');
    }
  }

  #isPortal(port: number): boolean {
    return portalsOf(this.#state.settings).some(({httpsPort}) => httpsPort === port);
  }

  #portsOf(question: Question): (number | null)[] {
    const {posture} = this.#state.settings.ports;
    const portals = portalsOf(this.#state.settings);
    if (question === 'probe') return portals.map(({bidirectionalPort}) => bidirectionalPort);
    const isDiscovery = question === 'discovery' || question === 'status';
    return isDiscovery ? [...portals.map(({httpsPort}) => httpsPort), posture] : [posture];
  }

  /** From now on a report is due: what was Unknown is Pending (domain.md 2.1). */
  #requirements(session: PsnSession | undefined, nowMs: number): HttpResponse {
    if (session === undefined || !this.#directory.isOwn(session)) return this.#elsewhere(session);
    if (session.postureStatus === 'Unknown') {
      session.postureStatus = 'Pending';
      this.#directory.changed(session, nowMs);
    }
    return encodeRequirementsAnswer(this.#state.records.policy.requirements);
  }

  #report(session: PsnSession | undefined, request: HttpRequest, nowMs: number): HttpResponse {
    if (session === undefined || !this.#directory.isOwn(session)) return this.#elsewhere(session);
    let report: PostureReport;
    try {
      report = decodeReport(request);
    } catch (error) {
      if (error instanceof MalformedBodyError) return refusal(400, error.message);
      throw error;
    }
    const {sessionId, mac} = session;
    this.#compareProfile(session, request);
    const passed = passes(report, this.#state.records.policy.requirements);
    const status = passed ? 'Compliant' : 'NonCompliant';
    this.#state.outbox.record({kind: 'posture-reported', sessionId, mac, passed});
    this.#state.records.log(87000, attributesOf(session, report), nowMs);
    this.#settlement.settle(session, status, nowMs);
    return encodeStatusAnswer(status, sessionId, this.#state.settings.fqdn);
  }

  mismatches(): string[] {
    return [...this.#mismatches];
  }

  #compareProfile({sessionId, mac}: PsnSession, request: HttpRequest): void {
    const {agentProfile} = this.#state;
    const {profile} = decodeIdentity(request);
    if (agentProfile === null || profile === undefined) return;
    this.#mismatches.delete(mac);
    if (profile === agentProfile.digest) return;
    this.#mismatches.add(mac);
    this.#state.outbox.record({kind: 'provisioning-mismatch', sessionId, mac});
  }

  /** An answered probe of a Compliant session is the wrong configuration that the alarm is for (domain.md 3.8). */
  #probe(session: PsnSession | undefined, from: Endpoint, nowMs: number): HttpResponse {
    const status = session?.postureStatus ?? 'Unknown';
    const sessionId = session?.sessionId ?? null;
    this.#state.counters.probes += 1;
    this.#state.outbox.record({kind: 'probe-received', from: from.address, sessionId, status});
    if (session !== undefined && status === 'Compliant') {
      const address = session.addresses[0] ?? from.address;
      const details = {'Calling Station Id': session.mac, 'Endpoint IP': address, 'Session ID': session.sessionId};
      raiseAlarm(this.#state, 'Posture Configuration Detection', details, nowMs);
    }
    return encodeStatusAnswer(status, session?.sessionId, this.#state.settings.fqdn);
  }

  #elsewhere(session: PsnSession | undefined): HttpResponse {
    if (session === undefined) return refusal(404, 'no session of this endpoint is known here');
    return refusal(421, `the session belongs to ${session.owner}`);
  }
}

const methods: Record<Question, HttpRequest['method']> = {
  discovery: 'GET',
  status: 'GET',
  requirements: 'GET',
  report: 'POST',
  probe: 'GET',
};

/** The node's own requirements count: what the agent left out, or calls optional, is mandatory if the policy says so. */
function passes(report: PostureReport, requirements: readonly Requirement[]): boolean {
  const passed = new Set(report.results.filter(result => result.passed).map(result => result.name));
  const failed = new Set(report.results.filter(result => !result.passed).map(result => result.name));
  return (
    isCompliant(report.results) &&
    requirements
      .filter(requirement => requirement.enforcement === 'mandatory')
      .every(({name}) => passed.has(name) && !failed.has(name))
  );
}

function attributesOf(session: PsnSession, report: PostureReport): Record<string, string> {
  return {
    CPMSessionID: session.sessionId,
    'Calling-Station-ID': session.mac,
    ipAddress: session.addresses[0] ?? '',
    OperatingSystem: report.operatingSystem,
    PostureAgentVersion: report.agentVersion,
    PostureReport: report.results.map(({name, passed}) => `${name};${passed ? 'Passed' : 'Failed'}`).join(','),
  };
}
