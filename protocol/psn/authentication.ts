import {type Authorization, authorize} from '#protocol/psn/authorization.ts';
import type {AuthorizationProfile, NetworkDevice} from '#protocol/psn/contract.ts';
import {type Identity, identify} from '#protocol/psn/identity.ts';
import {failureReason, type MessageCode} from '#protocol/psn/message-codes.ts';
import type {NodeState} from '#protocol/psn/node-state.ts';
import type {RadiusReply} from '#protocol/psn/radius-reply.ts';
import {redirectPairs} from '#protocol/psn/redirect-pairs.ts';
import {newSession, type PsnSession} from '#protocol/psn/session-cache.ts';
import type {SessionDirectory} from '#protocol/psn/session-directory.ts';
import {encodeClass, generateSessionId, isGenerated, readSessionId} from '#protocol/psn/session-id.ts';
import {avPair, avPairValue, number, readAddresses, readText, text} from '#protocol/radius/attributes.ts';
import type {RadiusAttribute, RadiusPacket} from '#protocol/radius/packet.ts';

export type Known = Identity & {kind: 'known'};

/** The session of a request, as it is or as it would be made, and the step code of how it was found (domain.md 6.1). */
interface Found {
  session: PsnSession;
  isNew: boolean;
  steps: number[];
}

/** Access-Requests of endpoints: who it is, which session, which rule, which dACL (domain.md 5.3, 6.4). */
export class Authentication {
  readonly #state: NodeState;
  readonly #directory: SessionDirectory;

  constructor(state: NodeState, directory: SessionDirectory) {
    this.#state = state;
    this.#directory = directory;
  }

  decide(packet: RadiusPacket, device: NetworkDevice, nowMs: number): RadiusReply {
    const identity = identify(packet, device.secret);
    return identity.kind === 'unknown'
      ? this.refuse(identity, packet, device, nowMs)
      : this.authorize(identity, packet, device, nowMs);
  }

  /** What a subject gets that has proven who it is. */
  authorize(identity: Known, packet: RadiusPacket, device: NetworkDevice, nowMs: number): RadiusReply {
    this.#state.counters.authentications += 1;
    this.#state.records.seeEndpoint(identity.mac, nowMs);
    const found = this.#sessionOf(packet, identity, device, nowMs);
    this.#applyLease(found.session, nowMs);
    const authorization = authorize(this.#state.records.policy, found.session.postureStatus, identity.mac);
    return authorization.kind === 'accept'
      ? this.#accept(found, authorization, identity, device, nowMs)
      : this.#reject(found, authorization, device, nowMs);
  }

  /** A lease spares a new session the assessment; that it is over is noticed here and nowhere else (domain.md 2.5, 11.29). */
  #applyLease(session: PsnSession, nowMs: number): void {
    const untilMs = this.#state.records.leaseUntilMs(session.mac);
    if (untilMs === null) return;
    const isKnown = session.postureStatus === 'Compliant' || session.postureStatus === 'NonCompliant';
    if (!isKnown && nowMs < untilMs) session.postureStatus = 'Compliant';
    else if (session.postureStatus === 'Compliant' && nowMs >= untilMs) session.postureStatus = 'Unknown';
  }

  #accept(
    {session, isNew, steps}: Found,
    {rule, profile, acl, ipv6Acl, pairs = [], redirect, reauth, isVoice}: Authorization & {kind: 'accept'},
    identity: Known,
    device: NetworkDevice,
    nowMs: number,
  ): RadiusReply {
    const {settings, outbox, counters, records} = this.#state;
    Object.assign(session, {rule, profile, acl, owner: settings.fqdn, postureAssessmentStatus: 'NotApplicable'});
    if (isNew) this.#directory.create(session, 'authentication', nowMs);
    else this.#directory.changed(session, nowMs);
    const {sessionId, mac, postureStatus: status} = session;
    const ipv6 = ipv6Acl === undefined ? {} : {ipv6Acl};
    outbox.record({kind: 'access-accepted', sessionId, mac, rule, profile, acl, ...ipv6, status});
    const allSteps = [11001, ...steps, ...identity.steps, 15016, ...(acl === null ? [] : [11022]), 11002];
    records.log(5200, {...attributesOf(session, device), Step: allSteps.join(',')}, nowMs);
    const run = Math.floor(settings.labEpochMs / 1000);
    return {
      code: 'Access-Accept',
      attributes: [
        text('User-Name', identity.userName),
        text('State', `ReauthSession:${sessionId}`),
        text('Class', encodeClass({sessionId, node: settings.name, run, count: counters.authentications})),
        ...(acl === null ? [] : [avPair(`ACS:CiscoSecure-Defined-ACL=${acl}`)]),
        ...(ipv6Acl === undefined ? [] : [avPair(`ipv6:CiscoSecure-Defined-ACL=${ipv6Acl}`)]),
        ...pairs.map(avPair),
        ...redirectPairs(redirect, sessionId, this.#state),
        ...reauthAttributes(reauth),
        ...(isVoice ? [avPair('device-traffic-class=voice')] : []),
      ],
    };
  }

  /** A session that was there before stays, without authorization, until the switch ends it. */
  #reject(
    {session, isNew}: Found,
    {rule, profile, code}: Authorization & {kind: 'reject'},
    device: NetworkDevice,
    nowMs: number,
  ): RadiusReply {
    Object.assign(session, {rule, profile, acl: null});
    if (!isNew) this.#directory.changed(session, nowMs);
    return this.#rejectWith(code, session, attributesOf(session, device), nowMs);
  }

  /** What a subject gets that has not. */
  refuse(
    {mac, userName, code}: Identity & {kind: 'unknown'},
    packet: RadiusPacket,
    device: NetworkDevice,
    nowMs: number,
  ): RadiusReply {
    this.#state.counters.authentications += 1;
    const sessionId = sessionIdOf(packet);
    return this.#rejectWith(code, {sessionId, mac}, subjectAttributes({mac, userName}, packet, device), nowMs);
  }

  /** The supplicant has not gone on with its EAP. There is nothing to answer, so there is only a row in the live log. */
  abandoned(
    code: 5411 | 5440,
    subject: {mac: string; userName: string},
    packet: RadiusPacket,
    device: NetworkDevice,
    nowMs: number,
  ): void {
    const attributes = subjectAttributes(subject, packet, device);
    this.#state.records.log(code, {...attributes, 'Failure Reason': failureReason(code)}, nowMs);
  }

  #rejectWith(
    code: MessageCode,
    {sessionId, mac}: {sessionId: string; mac: string},
    attributes: Record<string, string>,
    nowMs: number,
  ): RadiusReply {
    const reason = failureReason(code);
    this.#state.outbox.record({kind: 'access-rejected', sessionId, mac, reason});
    this.#state.records.log(5400, {...attributes, 'Failure Reason': reason}, nowMs);
    return {code: 'Access-Reject', attributes: []};
  }

  /**
  The session with the request's id keeps its posture status, whoever of the deployment authenticated it before. It starts anew
  if it is another user's or another switch's (11055), or if a Disconnect for it is on its way. Without an id, the session that
  was made here for the same MAC at the same switch is taken again (11116), or one with a made-up id begins (11117).
  */
  #sessionOf(packet: RadiusPacket, identity: Known, device: NetworkDevice, nowMs: number): Found {
    const {sessions, settings, randomBytes} = this.#state;
    const given = readSessionId(avPairValue(packet, 'audit-session-id'));
    const stitched = given === undefined ? sessions.byMac(identity.mac) : undefined;
    const known = given === undefined ? stitched : sessions.byId(given);
    const reusable =
      known !== undefined &&
      isOf(known, identity, device) &&
      (given !== undefined || isGenerated(known.sessionId, settings.address));
    if (reusable) {
      this.#refresh(known, packet, identity);
      return {session: known, isNew: false, steps: [given === undefined ? 11116 : 11018]};
    }
    const sessionId = given ?? generateSessionId(settings.address, randomBytes);
    const {mac, userName} = identity;
    const session = newSession({
      sessionId,
      mac,
      userName,
      nasPortId: '',
      nasAddress: device.address,
      owner: settings.fqdn,
      createdAtMs: nowMs,
    });
    this.#refresh(session, packet, identity);
    const steps = given === undefined ? [11117, 11017] : known === undefined ? [11017] : [11055, 11017];
    return {session, isNew: true, steps};
  }

  #refresh(session: PsnSession, packet: RadiusPacket, identity: Known): void {
    session.userName = identity.userName;
    session.nasPortId = readText(packet, 'NAS-Port-Id') ?? session.nasPortId;
    const told = [
      ...readAddresses(packet, 'Framed-IP-Address').slice(0, 1),
      ...readAddresses(packet, 'Framed-IPv6-Address'),
    ];
    this.#state.sessions.learnAddresses(session, told);
  }
}

/** Termination-Action: RADIUS-Request (1) or Default (0), by their numbers in RFC 2865 5.29. */
function reauthAttributes(reauth: AuthorizationProfile['reauth']): RadiusAttribute[] {
  if (reauth === undefined) return [];
  return [
    number('Session-Timeout', reauth.timerS),
    number('Termination-Action', reauth.connectivity === 'RADIUS_REQUEST' ? 1 : 0),
  ];
}

function isOf(session: PsnSession, {mac, userName}: Known, device: NetworkDevice): boolean {
  const sameUser = session.userName === '' || session.userName === userName;
  return !session.ending && sameUser && session.mac === mac && session.nasAddress === device.address;
}

function sessionIdOf(packet: RadiusPacket): string {
  return readSessionId(avPairValue(packet, 'audit-session-id')) ?? '';
}

function subjectAttributes(
  {mac, userName}: {mac: string; userName: string},
  packet: RadiusPacket,
  device: NetworkDevice,
): Record<string, string> {
  return {
    UserName: userName,
    'Calling-Station-ID': mac,
    CPMSessionID: sessionIdOf(packet),
    NetworkDeviceName: device.name,
    'Device IP Address': device.address,
  };
}

function attributesOf(session: PsnSession, device: NetworkDevice): Record<string, string> {
  return {
    UserName: session.userName,
    'Calling-Station-ID': session.mac,
    CPMSessionID: session.sessionId,
    'NAS-IP-Address': session.nasAddress,
    'NAS-Port-Id': session.nasPortId,
    NetworkDeviceName: device.name,
    'Device IP Address': device.address,
    AuthorizationPolicyMatchedRule: session.rule,
    SelectedAuthorizationProfiles: session.profile,
    PostureStatus: session.postureStatus,
    PostureAssessmentStatus: session.postureAssessmentStatus,
    Response: session.acl === null ? '' : `{cisco-av-pair=ACS:CiscoSecure-Defined-ACL=${session.acl}; }`,
  };
}
