/**
What policy nodes tell each other about sessions (domain.md 4.4: RADIUS Session Directory). Path and body are ours; this file is
the only one that knows them.
*/
import type {HttpRequest} from '#protocol/http.ts';
import {MalformedBodyError} from '#protocol/posture/report.ts';
import {type PostureStatus, postureStatuses} from '#protocol/posture/status.ts';
import {readMac} from '#protocol/psn/mac-address.ts';
import type {PsnSession} from '#protocol/psn/session-cache.ts';
import {readSessionId} from '#protocol/psn/session-id.ts';

/**
`session`: made or changed, told by its owner. `removed`: told by whoever learnt of its end. `wanted`: tell me all that you own.
`changedAtMs`: lab time.
*/
export type Announcement =
  | {kind: 'session'; session: PsnSession}
  | {kind: 'removed'; sessionId: string; changedAtMs: number}
  | {kind: 'wanted'};

/** Whose news it is; empty if no single session's. */
export function announcedId(announcement: Announcement): string {
  switch (announcement.kind) {
    case 'session':
      return announcement.session.sessionId;
    case 'removed':
      return announcement.sessionId;
    case 'wanted':
      return '';
  }
}

const path = '/messaging/sessions';

export function isAnnouncement(request: HttpRequest): boolean {
  return request.method === 'POST' && request.path === path;
}

export function encodeAnnouncement(announcement: Announcement, host: string): HttpRequest {
  return {
    method: 'POST',
    path,
    headers: {host, 'content-type': 'application/json'},
    body: JSON.stringify(announcement),
  };
}

/** Throws `MalformedBodyError` that names the field. */
export function decodeAnnouncement(request: HttpRequest): Announcement {
  const document = asRecord(parse(request.body), 'body');
  switch (document['kind']) {
    case 'session':
      return {kind: 'session', session: readSession(asRecord(document['session'], 'session'))};
    case 'removed':
      return {kind: 'removed', sessionId: sessionId(document), changedAtMs: instant(document, 'changedAtMs')};
    case 'wanted':
      return {kind: 'wanted'};
    default:
      throw new MalformedBodyError('kind must be session, removed or wanted');
  }
}

function readSession(fields: Fields): PsnSession {
  const acl = fields['acl'];
  return {
    sessionId: sessionId(fields),
    mac: mac(fields),
    addresses: addresses(fields),
    nasAddress: text(fields, 'nasAddress'),
    nasPortId: text(fields, 'nasPortId'),
    userName: text(fields, 'userName'),
    postureStatus: oneOf(fields, 'postureStatus', postureStatuses),
    postureAssessmentStatus: oneOf(fields, 'postureAssessmentStatus', assessmentStatuses),
    rule: text(fields, 'rule'),
    profile: text(fields, 'profile'),
    acl: acl === null ? null : text(fields, 'acl'),
    owner: text(fields, 'owner'),
    accounting: oneOf(fields, 'accounting', ['none', 'started', 'stopped']),
    acctSessionId: text(fields, 'acctSessionId'),
    ending: false,
    createdAtMs: instant(fields, 'createdAtMs'),
    changedAtMs: instant(fields, 'changedAtMs'),
  };
}

type Fields = Record<string, unknown>;

const assessmentStatuses: readonly ('NotApplicable' | PostureStatus)[] = ['NotApplicable', ...postureStatuses];
const addressLimit = 64;

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new MalformedBodyError('the body is not JSON');
  }
}

function asRecord(value: unknown, at: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw new MalformedBodyError(`${at} must be an object`);
}

function text(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value === 'string' && value.length <= 255) return value;
  throw new MalformedBodyError(`${name} must be text of at most 255 characters`);
}

function instant(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new MalformedBodyError(`${name} must be a number`);
}

function sessionId(fields: Fields): string {
  const id = readSessionId(text(fields, 'sessionId'));
  if (id !== undefined) return id;
  throw new MalformedBodyError('sessionId must be 1 to 64 printable characters');
}

function mac(fields: Fields): string {
  const address = readMac(text(fields, 'mac'));
  if (address !== undefined) return address;
  throw new MalformedBodyError('mac must be a MAC address');
}

function addresses(fields: Fields): string[] {
  const list = fields['addresses'];
  if (Array.isArray(list) && list.length <= addressLimit && list.every(item => typeof item === 'string')) return list;
  throw new MalformedBodyError(`addresses must be a list of at most ${addressLimit} texts`);
}

function oneOf<Choice extends string>(fields: Fields, name: string, choices: readonly Choice[]): Choice {
  const choice = choices.find(candidate => candidate === fields[name]);
  if (choice !== undefined) return choice;
  throw new MalformedBodyError(`${name} must be one of ${choices.join(', ')}`);
}
