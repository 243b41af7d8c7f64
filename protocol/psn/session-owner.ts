/**
How a node asks the others whose session a MAC has (domain.md 4.4, where ISE asks its MnT). Path, headers and answer are ours; this
file is the only one that knows them.
*/
import type {HttpRequest, HttpResponse} from '#protocol/http.ts';
import {type PostureStatus, postureStatuses} from '#protocol/posture/status.ts';
import {readMac} from '#protocol/psn/mac-address.ts';
import {readSessionId} from '#protocol/psn/session-id.ts';

export interface OwnedSession {
  sessionId: string;
  /** FQDN. */
  owner: string;
  status: PostureStatus;
}

const path = '/messaging/session-owner';

export function isOwnerQuestion(request: HttpRequest): boolean {
  return request.method === 'GET' && request.path === path;
}

export function encodeOwnerQuestion(macs: readonly string[], host: string): HttpRequest {
  return {method: 'GET', path, headers: {host, 'x-emu-mac-list': macs.join(',')}, body: ''};
}

/** What is no MAC is left out. */
export function decodeOwnerQuestion({headers}: HttpRequest): string[] {
  return (headers['x-emu-mac-list'] ?? '')
    .split(',')
    .map(text => readMac(text.trim()))
    .filter(mac => mac !== undefined);
}

export function encodeOwnerAnswer(session: OwnedSession | undefined): HttpResponse {
  if (session === undefined) return {status: 404, headers: {}, body: ''};
  const {sessionId, owner, status} = session;
  const headers = {'x-emu-session-id': sessionId, 'x-emu-pdp': owner, 'x-emu-posture-status': status};
  return {status: 200, headers, body: ''};
}

/** `undefined`: that node owns none, or its answer is none. */
export function decodeOwnerAnswer({status: httpStatus, headers}: HttpResponse): OwnedSession | undefined {
  const sessionId = readSessionId(headers['x-emu-session-id']);
  const owner = headers['x-emu-pdp'];
  const status = postureStatuses.find(candidate => candidate === headers['x-emu-posture-status']);
  if (httpStatus !== 200 || sessionId === undefined || !owner || status === undefined) return undefined;
  return {sessionId, owner, status};
}
