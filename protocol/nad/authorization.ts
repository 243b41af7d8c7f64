import {readAccept} from '#protocol/nad/access-accept.ts';
import {mabRequest} from '#protocol/nad/access-request.ts';
import type {Accounting} from '#protocol/nad/accounting.ts';
import type {HostAddresses} from '#protocol/nad/framed-addresses.ts';
import {hostModeOf} from '#protocol/nad/host-mode.ts';
import type {NadContext} from '#protocol/nad/nad-context.ts';
import type {PolicyApplication} from '#protocol/nad/policy-application.ts';
import type {RadiusClient} from '#protocol/nad/radius-client.ts';
import {domainOf, mabUserName, type Policy, type Session} from '#protocol/nad/session.ts';
import type {Sessions} from '#protocol/nad/sessions.ts';
import {interfaceOf} from '#protocol/nad/station.ts';
import type {RadiusPacket} from '#protocol/radius/packet.ts';

/** `authentication timer restart`: 60 seconds by default (after recall). */
const restartMs = 60_000;

/**
Leads a session from Access-Request to what the server decided (domain.md 2.4, steps 1, 2, 9 and 10):

    begin ─ reauth ─▶ Access-Request ─▶ Accept ─▶ PolicyApplication ─▶ grant
                              │                          └ no usable dACL ─▶┐
                              └ Reject, silence ─▶ failed, again after the restart timer

With 802.1X the Access-Requests are those of `dot1x.ts`: here a host is asked to begin (`start-eap`), `maxReauthRequests` times again if
it says nothing, and then MAB's turn comes. With the order `mab dot1x` it is the other way round: whom MAB does not let in is asked.

What was granted before holds until the new grant takes its place.
*/
export class Authorization {
  readonly #context: NadContext;
  readonly #client: RadiusClient;
  readonly #sessions: Sessions;
  readonly #accounting: Accounting;
  readonly #application: PolicyApplication;
  readonly #addressesOf: (session: Session) => HostAddresses;
  readonly #violate: (session: Session, nowMs: number) => void;
  readonly #expire: (session: Session, nowMs: number) => void;

  constructor(
    context: NadContext,
    parts: {
      client: RadiusClient;
      sessions: Sessions;
      accounting: Accounting;
      application: PolicyApplication;
      addressesOf: (session: Session) => HostAddresses;
      violate: (session: Session, nowMs: number) => void;
      expire: (session: Session, nowMs: number) => void;
    },
  ) {
    this.#context = context;
    this.#client = parts.client;
    this.#sessions = parts.sessions;
    this.#accounting = parts.accounting;
    this.#addressesOf = parts.addressesOf;
    this.#violate = parts.violate;
    this.#expire = parts.expire;
    this.#application = parts.application;
  }

  /**
  Starts an authentication, also while another one is under way: the answer to that one may be out of date already. It begins with
  the method that authenticated last, or with the first one if there is none or `fromFirst` asks for it.
  */
  begin(session: Session, nowMs: number, {fromFirst = false}: {fromFirst?: boolean} = {}): void {
    const isAnew = fromFirst || session.attempt.kind === 'failed' || session.grant === null;
    this.abandon(session);
    if (isAnew) session.method = this.#firstMethod;
    session.attempt = {kind: 'waiting'};
    this.#context.steps.enter('reauth', {kind: 'authenticate', sessionId: session.id}, nowMs);
  }

  /** Forgets the authentication that is under way. What was granted before stays. */
  abandon(session: Session): void {
    if (session.attempt.kind === 'asking' || session.attempt.kind === 'eap') session.attempt.abandon?.();
    session.attempt = {kind: 'none'};
    this.#context.steps.drop(action => 'sessionId' in action && action.sessionId === session.id);
  }

  /** The step `reauth` is behind it. */
  authenticate(sessionId: string, nowMs: number): void {
    const session = this.#sessions.byId(sessionId);
    if (session?.attempt.kind !== 'waiting') return;
    if (session.method === 'dot1x') this.#askForEap(session, 'mab', nowMs);
    else this.#askForMab(session, nowMs);
  }

  /** A host has begun EAP by itself. */
  beginEap(session: Session, dueAtMs: number): Extract<Session['attempt'], {kind: 'eap'}> {
    this.abandon(session);
    session.method = 'dot1x';
    const attempt: Session['attempt'] = {kind: 'eap', requests: 1, dueAtMs, server: null, abandon: null, next: 'mab'};
    session.attempt = attempt;
    this.#recordStart(session);
    return attempt;
  }

  /** No RADIUS server answered a packet of EAP. What a server has begun and another cannot continue is begun anew. */
  eapUnanswered(session: Session, {mayRestart}: {mayRestart: boolean}, nowMs: number): void {
    if (mayRestart && session.attempt.kind === 'eap') this.#repeatEap(session, session.attempt, nowMs);
    else this.fail(session, 'no RADIUS server answered', {authenticated: false}, nowMs);
  }

  #askForEap(session: Session, next: 'mab' | null, nowMs: number): void {
    session.method = 'dot1x';
    const attempt: Session['attempt'] = {kind: 'eap', requests: 0, dueAtMs: nowMs, server: null, abandon: null, next};
    session.attempt = attempt;
    this.#recordStart(session);
    this.#repeatEap(session, attempt, nowMs);
  }

  /** Asks the host once more; if it has been asked often enough, MAB's turn comes, or nobody's. */
  #repeatEap(session: Session, attempt: Extract<Session['attempt'], {kind: 'eap'}>, nowMs: number): void {
    const {dot1x} = this.#context.settings;
    if (dot1x === null) return;
    if (attempt.requests > dot1x.maxReauthRequests) {
      const {port, mac, id: sessionId} = session;
      this.#context.record({kind: 'dot1x-timed-out', port, mac, sessionId});
      if (attempt.next === 'mab') this.#askForMab(session, nowMs);
      else this.fail(session, 'MAB was refused, and the host does not speak EAP', {authenticated: false}, nowMs);
      return;
    }
    attempt.requests += 1;
    attempt.dueAtMs = nowMs + dot1x.txPeriodMs;
    this.#context.emit({kind: 'start-eap', port: session.port, mac: session.mac, quietMs: restartMs});
  }

  get #firstMethod(): Session['method'] {
    return this.#context.settings.dot1x?.order === 'dot1x mab' ? 'dot1x' : 'mab';
  }

  #recordStart({port, mac, id: sessionId, method}: Session): void {
    this.#context.record({kind: 'authentication-started', port, mac, sessionId, method});
  }

  #askForMab(session: Session, nowMs: number): void {
    session.method = 'mab';
    session.userName = mabUserName(session.mac);
    this.#recordStart(session);
    const asking: Session['attempt'] = {kind: 'asking', abandon: () => {}};
    session.attempt = asking;
    const {abandon} = this.#client.ask(
      {
        service: 'authentication',
        attributes: mabRequest(session, this.#context.settings, this.#addressesOf(session)),
        onAnswer: (packet, server, atMs) => this.decided(session, packet, server, atMs),
        onSilence: atMs => this.fail(session, 'no RADIUS server answered', {authenticated: false}, atMs),
      },
      nowMs,
    );
    asking.abandon = abandon;
  }

  /** Tries again what failed, asks hosts again that have not answered, and authenticates anew, or ends, whose time has come. */
  wake(nowMs: number): void {
    for (const session of this.#sessions.all()) {
      const {attempt, grant} = session;
      if (attempt.kind === 'failed' && attempt.restartAtMs <= nowMs) this.begin(session, nowMs);
      if (attempt.kind === 'none' && grant !== null && (grant.reauthDueAtMs ?? nowMs + 1) <= nowMs) {
        if (grant.policy.timeout?.action === 'end') this.#expire(session, nowMs);
        else this.begin(session, nowMs);
      }
      if (attempt.kind === 'eap' && attempt.abandon === null && attempt.dueAtMs <= nowMs)
        this.#repeatEap(session, attempt, nowMs);
    }
  }

  /** What a RADIUS server has decided. */
  decided(session: Session, packet: RadiusPacket, server: string, nowMs: number): void {
    if (
      packet.code !== 'Access-Accept' &&
      session.method === 'mab' &&
      this.#context.settings.dot1x?.order === 'mab dot1x'
    ) {
      this.#revoke(session, nowMs);
      this.#askForEap(session, null, nowMs);
      return;
    }
    if (packet.code !== 'Access-Accept') {
      this.fail(session, `${server} answered ${packet.code}`, {authenticated: false}, nowMs);
      return;
    }
    const accept = readAccept(packet, {server, interfaceName: interfaceOf(this.#context.settings, session.port)});
    if ('problem' in accept) this.fail(session, accept.problem, {authenticated: true}, nowMs);
    else this.#take(session, accept.policy, nowMs);
  }

  #take(session: Session, policy: Policy, nowMs: number): void {
    if (this.#isTaken(session, policy.domain)) {
      this.#violate(session, nowMs);
      return;
    }
    session.userName = policy.userName ?? (session.method === 'mab' ? mabUserName(session.mac) : session.userName);
    this.#application.apply(session, policy, nowMs);
  }

  /** Whether another host on the port is what there may be only one of: a phone, and in multi-domain a host that is none. */
  #isTaken(session: Session, domain: Policy['domain']): boolean {
    if (domain === 'DATA' && hostModeOf(this.#context.settings, session.port) !== 'multi-domain') return false;
    const others = this.#sessions.onPort(session.port).filter(other => other !== session);
    return others.some(other => domainOf(other) === domain);
  }

  /** Without authorization, until the restart timer is up. `authenticated`: RADIUS said yes, and what it gave could not be applied. */
  fail(session: Session, reason: string, {authenticated}: {authenticated: boolean}, nowMs: number): void {
    this.abandon(session);
    const {port, mac, id: sessionId} = session;
    this.#context.record({kind: 'authorization-failed', port, mac, sessionId, reason});
    this.#revoke(session, nowMs);
    session.attempt = {kind: 'failed', authenticated, restartAtMs: nowMs + restartMs};
  }

  #revoke(session: Session, nowMs: number): void {
    this.#accounting.stop(session, 'Reauthentication-Failure', nowMs);
    session.grant = null;
    session.authorized = false;
    this.#context.touch();
  }
}
