/**
What agent and PSN say to each other over HTTPS. Paths, headers and bodies are ours: the real ones were not found
(domain.md 3.4, 3.5, 4.4 and 12). Every place that knows them is this file.
*/
import type {HttpRequest, HttpResponse} from '#protocol/http.ts';
import {MalformedBodyError, readReport, readRequirements} from '#protocol/posture/report.ts';
import type {PostureReport, Requirement} from '#protocol/posture/requirement.ts';
import {type PostureStatus, postureStatuses} from '#protocol/posture/status.ts';

export {MalformedBodyError};

/** Who asks: every address of the endpoint, because the PSN finds the session by them (domain.md 4.4). */
export interface AgentIdentity {
  macs: string[];
  addresses: string[];
  /** `audit-session-id` as far as the agent knows it, or empty. */
  sessionId: string;
  /** Digest of the agent's ISEPostureCFG.xml; empty: it has none, or cannot use it. */
  profile?: string;
}

/** The PSN's answer to discovery: whose session it is, and where the agent goes on. */
export interface DiscoveryAnswer {
  sessionId: string;
  /** FQDN of the PSN that owns the session. */
  owner: string;
  status: PostureStatus;
  /** The portal's *Bidirectional port*: where state synchronization probes go. */
  probePort: number;
  /** Digest of the profile that client provisioning has for agents, if it has one. */
  profile?: string;
}

const paths = {
  discovery: '/auth/ng-discovery',
  status: '/auth/status',
  requirements: '/auth/posture/requirements',
  report: '/auth/posture/report',
  probe: '/auth/status/session',
} as const;

/** Of stage 1: for a switch to redirect, not for a PSN to answer (domain.md 4.2). */
const redirectProbePath = '/auth/discovery';

/** On the portal: ISEPostureCFG.xml. */
export const profilePath = '/auth/provisioning/ISEPostureCFG.xml';

/** Which of the questions a request asks, or `undefined` if none. */
export function questionOf(request: HttpRequest): keyof typeof paths | undefined {
  const path = request.path.split('?')[0];
  return (Object.keys(paths) as (keyof typeof paths)[]).find(name => paths[name] === path);
}

export const encodeDiscoveryRequest = (identity: AgentIdentity, host: string): HttpRequest =>
  ask('GET', paths.discovery, identity, host);

/** Of stage 1, to the PSN met last; answered as discovery is (domain.md 4.2). */
export const encodeStatusRequest = (identity: AgentIdentity, host: string): HttpRequest =>
  ask('GET', paths.status, identity, host);

/** Goes unencrypted to whoever answers, so it says nothing of the host. */
export const encodeRedirectProbe = (host: string): HttpRequest =>
  ask('GET', redirectProbePath, {macs: [], addresses: [], sessionId: ''}, host);

export const encodeProfileRequest = (identity: AgentIdentity, host: string): HttpRequest =>
  ask('GET', profilePath, identity, host);

export const encodeRequirementsRequest = (identity: AgentIdentity, host: string): HttpRequest =>
  ask('GET', paths.requirements, identity, host);

export const encodeProbeRequest = (identity: AgentIdentity, host: string): HttpRequest =>
  ask('GET', paths.probe, identity, host);

export function encodeReportRequest(identity: AgentIdentity, host: string, report: PostureReport): HttpRequest {
  const request = ask('POST', paths.report, identity, host);
  return {...request, headers: {...request.headers, 'content-type': 'application/json'}, body: JSON.stringify(report)};
}

/** Reads who asks from any of the requests; lists that are missing are empty. */
export function decodeIdentity(request: HttpRequest): AgentIdentity {
  const profile = request.headers['x-emu-profile'];
  return {
    ...(profile === undefined ? {} : {profile}),
    macs: list(request.headers['x-emu-mac-list']).map(mac => mac.toUpperCase()),
    addresses: list(request.headers['x-emu-ip-list']),
    sessionId: request.headers['x-emu-session-id'] ?? '',
  };
}

export function encodeDiscoveryAnswer(answer: DiscoveryAnswer): HttpResponse {
  return {
    status: 200,
    headers: {
      'x-emu-session-id': answer.sessionId,
      'x-emu-pdp': answer.owner,
      'x-emu-posture-status': answer.status,
      'x-emu-probe-port': String(answer.probePort),
      ...(answer.profile === undefined ? {} : {'x-emu-profile': answer.profile}),
    },
    body: '',
  };
}

/** `undefined` if the response is no answer to discovery (no session, or not one of our PSNs). */
export function decodeDiscoveryAnswer(response: HttpResponse): DiscoveryAnswer | undefined {
  const status = readStatus(response.headers['x-emu-posture-status']);
  const sessionId = response.headers['x-emu-session-id'];
  const owner = response.headers['x-emu-pdp'];
  const probePort = Number(response.headers['x-emu-probe-port']);
  if (response.status !== 200 || !status || !sessionId || !owner || !isPort(probePort)) return undefined;
  const profile = response.headers['x-emu-profile'];
  return {sessionId, owner, status, probePort, ...(profile ? {profile} : {})};
}

export function encodeRequirementsAnswer(requirements: Requirement[]): HttpResponse {
  return json(200, {requirements});
}

/** Throws `MalformedBodyError` if the body is not a list of requirements. */
export function decodeRequirementsAnswer(response: HttpResponse): Requirement[] {
  return readRequirements(response.body);
}

/** Throws `MalformedBodyError` if the body is not a posture report. */
export function decodeReport(request: HttpRequest): PostureReport {
  return readReport(request.body);
}

/** The verdict on a report, and the answer to a probe: the status travels in a header (domain.md 3.5). */
export function encodeStatusAnswer(status: PostureStatus, sessionId: string | undefined, psn: string): HttpResponse {
  return {
    status: 200,
    headers: {'x-emu-posture-status': status, 'x-emu-session-id': sessionId ?? '', 'x-emu-pdp': psn},
    body: '',
  };
}

/** `undefined` for anything that carries no status: an HTTP error, a captive portal, garbage. */
export function decodeStatusAnswer(response: HttpResponse): {status: PostureStatus; sessionId: string} | undefined {
  const status = readStatus(response.headers['x-emu-posture-status']);
  if (response.status !== 200 || !status) return undefined;
  return {status, sessionId: response.headers['x-emu-session-id'] ?? ''};
}

function ask(method: 'GET' | 'POST', path: string, identity: AgentIdentity, host: string): HttpRequest {
  return {
    method,
    path,
    headers: {
      host,
      'user-agent': 'SecureClient-ISEPosture/5.0.00556',
      'x-emu-session-id': identity.sessionId,
      'x-emu-mac-list': identity.macs.join(','),
      'x-emu-ip-list': identity.addresses.join(','),
      ...(identity.profile === undefined ? {} : {'x-emu-profile': identity.profile}),
    },
    body: '',
  };
}

const json = (status: number, body: unknown): HttpResponse => ({
  status,
  headers: {'content-type': 'application/json'},
  body: JSON.stringify(body),
});

const list = (text: string | undefined): string[] =>
  (text ?? '')
    .split(',')
    .map(item => item.trim())
    .filter(item => item !== '');

const readStatus = (text: string | undefined): PostureStatus | undefined =>
  postureStatuses.find(status => status === text);

const isPort = (port: number): boolean => Number.isInteger(port) && port > 0 && port < 65_536;
