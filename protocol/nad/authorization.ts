import type {Acl} from '#protocol/dacl/acl.ts';
import {readAccept} from '#protocol/nad/access-accept.ts';
import {mabRequest} from '#protocol/nad/access-request.ts';
import type {Accounting} from '#protocol/nad/accounting.ts';
import {AclDownloads} from '#protocol/nad/acl-downloads.ts';
import type {NadContext} from '#protocol/nad/nad-context.ts';
import type {RadiusClient} from '#protocol/nad/radius-client.ts';
import {mabUserName, type Policy, type Session} from '#protocol/nad/session.ts';
import type {Sessions} from '#protocol/nad/sessions.ts';
import type {RadiusPacket} from '#protocol/radius/packet.ts';

/** `authentication timer restart`: 60 seconds by default (after recall). */
const restartMs = 60_000;

/**
Leads a session from Access-Request to a grant (domain.md 2.4, steps 1 to 3 and 9 to 11):

    begin ─ reauth ─▶ Access-Request ─▶ Accept ─▶ dACL at hand? ─ acl-install ─▶ grant
                              │                    └ no ─ acl-download ─▶ download ─┘
                              └ Reject, silence, no usable dACL ─▶ failed, again after the restart timer

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
  readonly #dacls = new Map<string, Acl>();

  constructor(
    context: NadContext,
    parts: {
      client: RadiusClient;
      sessions: Sessions;
      accounting: Accounting;
      addressOf: (session: Session) => string | null;
    },
  ) {
    this.#context = context;
    this.#client = parts.client;
    this.#sessions = parts.sessions;
    this.#accounting = parts.accounting;
    this.#addressOf = parts.addressOf;
    this.#downloads = new AclDownloads(context, parts.client, {
      onAcl: (acl, nowMs) => this.#onAcl(acl, nowMs),
      onFailure: (acl, reason, nowMs) => this.#onDownloadFailure(acl, reason, nowMs),
    });
  }

  /** Every dACL at hand, in force or on its way there. */
  get dacls(): ReadonlyMap<string, Acl> {
    return this.#dacls;
  }

  /** Starts an authentication, also while another one is under way: the answer to that one may be out of date already. */
  begin(session: Session, nowMs: number): void {
    this.abandon(session);
    session.attempt = {kind: 'waiting'};
    this.#context.steps.enter('reauth', {kind: 'authenticate', sessionId: session.id}, nowMs);
  }

  /** Forgets the authentication that is under way. What was granted before stays. */
  abandon(session: Session): void {
    if (session.attempt.kind === 'asking') session.attempt.abandon();
    session.attempt = {kind: 'none'};
    this.#context.steps.drop(action => 'sessionId' in action && action.sessionId === session.id);
  }

  /** The step `reauth` is behind it. */
  authenticate(sessionId: string, nowMs: number): void {
    const session = this.#sessions.byId(sessionId);
    if (session?.attempt.kind !== 'waiting') return;
    const {port, mac} = session;
    this.#context.record({kind: 'authentication-started', port, mac, sessionId, method: 'mab'});
    const asking: Session['attempt'] = {kind: 'asking', abandon: () => {}};
    session.attempt = asking;
    const {abandon} = this.#client.ask(
      {
        service: 'authentication',
        attributes: mabRequest(session, this.#context.settings, this.#addressOf(session)),
        onAnswer: (packet, server, atMs) => this.#onAnswer(session, packet, server, atMs),
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
    const sessions = this.#sessions.all().filter(session => session.grant?.policy.acl === acl);
    for (const session of sessions) {
      const isUnderWay = session.attempt.kind !== 'none';
      this.#context.record({kind: 'acl-install-failed', acl, port: session.port, message});
      if (session.grant)
        this.#withoutAcl(session, session.grant.policy, `${acl} could not be installed: ${message}`, nowMs);
      if (isUnderWay) this.begin(session, nowMs);
    }
    return sessions.length > 0;
  }

  /** Tries again what failed, when its restart timer is over. */
  wake(nowMs: number): void {
    for (const session of this.#sessions.all()) {
      if (session.attempt.kind === 'failed' && session.attempt.restartAtMs <= nowMs) this.begin(session, nowMs);
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

  #onAnswer(session: Session, packet: RadiusPacket, server: string, nowMs: number): void {
    if (packet.code !== 'Access-Accept') {
      this.#fail(session, `${server} answered ${packet.code}`, {authenticated: false}, nowMs);
      return;
    }
    const accept = readAccept(packet, server);
    if ('problem' in accept) this.#fail(session, accept.problem, {authenticated: true}, nowMs);
    else this.#take(session, accept.policy, nowMs);
  }

  #take(session: Session, policy: Policy, nowMs: number): void {
    session.userName = policy.userName ?? mabUserName(session.mac);
    if (policy.acl === null) {
      this.#grant(session, policy);
    } else if (this.#dacls.has(policy.acl)) {
      this.#toInstall(session, policy, nowMs);
    } else {
      session.attempt = {kind: 'fetching', policy};
      this.#downloads.want(policy.acl, policy.server, nowMs);
    }
  }

  /** The step `acl-download` is behind it. */
  download(acl: string, nowMs: number): void {
    this.#downloads.begin(acl, nowMs);
  }

  #onAcl(acl: Acl, nowMs: number): void {
    this.#dacls.set(acl.name, acl);
    for (const session of this.#waitingFor(acl.name)) this.#toInstall(session, session.attempt.policy, nowMs);
  }

  #onDownloadFailure(acl: string, reason: string, nowMs: number): void {
    for (const session of this.#waitingFor(acl)) {
      this.#withoutAcl(session, session.attempt.policy, `${acl} could not be downloaded: ${reason}`, nowMs);
    }
  }

  #waitingFor(acl: string): (Session & {attempt: {kind: 'fetching'; policy: Policy}})[] {
    return this.#sessions
      .all()
      .filter(
        (session): session is Session & {attempt: {kind: 'fetching'; policy: Policy}} =>
          session.attempt.kind === 'fetching' && session.attempt.policy.acl === acl,
      );
  }

  #toInstall(session: Session, policy: Policy, nowMs: number): void {
    session.attempt = {kind: 'installing', policy};
    this.#context.steps.enter('acl-install', {kind: 'install', sessionId: session.id}, nowMs);
  }

  #withoutAcl(session: Session, policy: Policy, reason: string, nowMs: number): void {
    if (this.#context.settings.daclFailure === 'permitOpen') this.#grant(session, {...policy, acl: null});
    else this.#fail(session, reason, {authenticated: true}, nowMs);
  }

  #grant(session: Session, policy: Policy): void {
    session.attempt = {kind: 'none'};
    session.grant = {policy, isAclTold: false, confirmed: false};
    this.#context.touch();
  }

  #fail(session: Session, reason: string, {authenticated}: {authenticated: boolean}, nowMs: number): void {
    this.abandon(session);
    const {port, mac, id: sessionId} = session;
    this.#context.record({kind: 'authorization-failed', port, mac, sessionId, reason});
    this.#accounting.stop(session, 'Reauthentication-Failure', nowMs);
    session.grant = null;
    session.authorized = false;
    session.attempt = {kind: 'failed', authenticated, restartAtMs: nowMs + restartMs};
    this.#context.touch();
  }
}

function aclsOf({grant, attempt}: Session): string[] {
  const policies = [grant?.policy, 'policy' in attempt ? attempt.policy : undefined];
  return policies.flatMap(policy => (policy?.acl ? [policy.acl] : []));
}
