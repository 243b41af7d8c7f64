import type {Acl} from '#protocol/dacl/acl.ts';
import {readAccept} from '#protocol/nad/access-accept.ts';
import {mabRequest} from '#protocol/nad/access-request.ts';
import type {Accounting} from '#protocol/nad/accounting.ts';
import {AclDownloads} from '#protocol/nad/acl-downloads.ts';
import {hostModeOf} from '#protocol/nad/host-mode.ts';
import type {NadContext} from '#protocol/nad/nad-context.ts';
import type {RadiusClient} from '#protocol/nad/radius-client.ts';
import {aclsIn, aclsOf, domainOf, mabUserName, type Policy, type Session} from '#protocol/nad/session.ts';
import type {Sessions} from '#protocol/nad/sessions.ts';
import type {RadiusPacket} from '#protocol/radius/packet.ts';

/** `authentication timer restart`: 60 seconds by default (after recall). */
const restartMs = 60_000;

/**
Leads a session from Access-Request to a grant (domain.md 2.4, steps 1 to 3 and 9 to 11):

    begin ─ reauth ─▶ Access-Request ─▶ Accept ─▶ dACL at hand? ─ acl-install ─▶ grant
                              │                    └ no ─ acl-download ─▶ download ─┘
                              └ Reject, silence, no usable dACL ─▶ failed, again after the restart timer

With 802.1X the Access-Requests are those of `dot1x.ts`: here a host is asked to begin (`start-eap`), `maxReauthRequests` times again if
it says nothing, and then MAB's turn comes. With the order `mab dot1x` it is the other way round: whom MAB does not let in is asked.

What was granted before holds until the new grant takes its place. A dACL is kept while a session has it or is about to have
it, and serves all of them: the same versioned name is not downloaded twice (5.5). Without a dACL that can be applied there is
no authorization, unless `daclFailure` is `permitOpen` (5.7).
*/
export class Authorization {
  readonly #context: NadContext;
  readonly #client: RadiusClient;
  readonly #sessions: Sessions;
  readonly #accounting: Accounting;
  readonly #downloads: AclDownloads;
  readonly #addressOf: (session: Session) => string | null;
  readonly #violate: (session: Session, nowMs: number) => void;
  readonly #expire: (session: Session, nowMs: number) => void;
  readonly #dacls = new Map<string, Acl>();

  constructor(
    context: NadContext,
    parts: {
      client: RadiusClient;
      sessions: Sessions;
      accounting: Accounting;
      addressOf: (session: Session) => string | null;
      violate: (session: Session, nowMs: number) => void;
      expire: (session: Session, nowMs: number) => void;
    },
  ) {
    this.#context = context;
    this.#client = parts.client;
    this.#sessions = parts.sessions;
    this.#accounting = parts.accounting;
    this.#addressOf = parts.addressOf;
    this.#violate = parts.violate;
    this.#expire = parts.expire;
    this.#downloads = new AclDownloads(context, parts.client, {
      onAcl: (acl, nowMs) => this.#onAcl(acl, nowMs),
      onFailure: (acl, reason, nowMs) => this.#onDownloadFailure(acl, reason, nowMs),
    });
  }

  /** Every dACL at hand, in force or on its way there. */
  get dacls(): ReadonlyMap<string, Acl> {
    return this.#dacls;
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
    else this.#fail(session, 'no RADIUS server answered', {authenticated: false}, nowMs);
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
      else this.#fail(session, 'MAB was refused, and the host does not speak EAP', {authenticated: false}, nowMs);
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
        attributes: mabRequest(session, this.#context.settings, this.#addressOf(session)),
        onAnswer: (packet, server, atMs) => this.decided(session, packet, server, atMs),
        onSilence: atMs => this.#fail(session, 'no RADIUS server answered', {authenticated: false}, atMs),
      },
      nowMs,
    );
    asking.abandon = abandon;
  }

  /** The step `acl-install` is behind it: from now on the switch wants it in force. */
  install(sessionId: string): void {
    const session = this.#sessions.byId(sessionId);
    if (session?.attempt.kind === 'installing') this.#grant(session, session.attempt.policy);
  }

  /** The kernel would not have an ACL. Returns whether any session was to have it. */
  refused(acl: string, message: string, nowMs: number): boolean {
    const sessions = this.#sessions.all().filter(({grant}) => grant !== null && aclsIn(grant.policy).includes(acl));
    for (const session of sessions) {
      const isUnderWay = session.attempt.kind !== 'none';
      this.#context.record({kind: 'acl-install-failed', acl, port: session.port, message});
      if (session.grant) {
        const rest = this.#withoutAcl(session, session.grant.policy, acl, `could not be installed: ${message}`, nowMs);
        if (rest) this.#grant(session, rest);
      }
      if (isUnderWay) this.begin(session, nowMs);
    }
    return sessions.length > 0;
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

  /** Lets go of downloads and dACLs that no session needs any more. */
  forgetUnused(): void {
    const used = new Set(this.#sessions.all().flatMap(aclsOf));
    this.#downloads.keep(acl => used.has(acl));
    for (const name of this.#dacls.keys()) {
      if (!used.has(name)) this.#dacls.delete(name);
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
      this.#fail(session, `${server} answered ${packet.code}`, {authenticated: false}, nowMs);
      return;
    }
    const accept = readAccept(packet, server);
    if ('problem' in accept) this.#fail(session, accept.problem, {authenticated: true}, nowMs);
    else this.#take(session, accept.policy, nowMs);
  }

  #take(session: Session, policy: Policy, nowMs: number): void {
    if (this.#isTaken(session, policy.domain)) {
      this.#violate(session, nowMs);
      return;
    }
    session.userName = policy.userName ?? (session.method === 'mab' ? mabUserName(session.mac) : session.userName);
    this.#obtain(session, policy, nowMs);
  }

  /** What the policy names and is not at hand comes first. */
  #obtain(session: Session, policy: Policy, nowMs: number): void {
    const missing = aclsIn(policy).filter(acl => !this.#dacls.has(acl));
    if (missing.length > 0) {
      session.attempt = {kind: 'fetching', policy};
      for (const acl of missing) this.#downloads.want(acl, policy.server, nowMs);
    } else if (aclsIn(policy).length > 0) {
      this.#toInstall(session, policy, nowMs);
    } else {
      this.#grant(session, policy);
    }
  }

  /** Whether another host on the port is what there may be only one of: a phone, and in multi-domain a host that is none. */
  #isTaken(session: Session, domain: Policy['domain']): boolean {
    if (domain === 'DATA' && hostModeOf(this.#context.settings, session.port) !== 'multi-domain') return false;
    const others = this.#sessions.onPort(session.port).filter(other => other !== session);
    return others.some(other => domainOf(other) === domain);
  }

  /** The step `acl-download` is behind it. */
  download(acl: string, nowMs: number): void {
    this.#downloads.begin(acl, nowMs);
  }

  #onAcl(acl: Acl, nowMs: number): void {
    this.#dacls.set(acl.name, acl);
    for (const session of this.#waitingFor(acl.name)) this.#obtain(session, session.attempt.policy, nowMs);
  }

  #onDownloadFailure(acl: string, reason: string, nowMs: number): void {
    for (const session of this.#waitingFor(acl)) {
      const rest = this.#withoutAcl(session, session.attempt.policy, acl, `could not be downloaded: ${reason}`, nowMs);
      if (rest) this.#obtain(session, rest, nowMs);
    }
  }

  #waitingFor(acl: string): (Session & {attempt: {kind: 'fetching'; policy: Policy}})[] {
    return this.#sessions
      .all()
      .filter(
        (session): session is Session & {attempt: {kind: 'fetching'; policy: Policy}} =>
          session.attempt.kind === 'fetching' && aclsIn(session.attempt.policy).includes(acl),
      );
  }

  #toInstall(session: Session, policy: Policy, nowMs: number): void {
    session.attempt = {kind: 'installing', policy};
    this.#context.steps.enter('acl-install', {kind: 'install', sessionId: session.id}, nowMs);
  }

  /**
  The policy without a list that cannot be had, if there is to be authorization all the same. `permitOpen` opens IPv4; without its
  IPv6 list a host has no IPv6, as without having been given one.
  */
  #withoutAcl(session: Session, policy: Policy, acl: string, why: string, nowMs: number): Policy | undefined {
    if (this.#context.settings.daclFailure === 'permitOpen')
      return acl === policy.acl ? {...policy, acl: null} : {...policy, ipv6Acl: null};
    this.#fail(session, `${acl} ${why}`, {authenticated: true}, nowMs);
    return undefined;
  }

  #grant(session: Session, policy: Policy): void {
    session.attempt = {kind: 'none'};
    session.grant = {policy, toldAcls: new Set(), confirmed: false, reauthDueAtMs: null};
    this.#context.touch();
  }

  #fail(session: Session, reason: string, {authenticated}: {authenticated: boolean}, nowMs: number): void {
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
