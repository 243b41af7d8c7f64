import type {Acl} from '#protocol/dacl/acl.ts';
import {AclDownloads} from '#protocol/nad/acl-downloads.ts';
import type {NadContext} from '#protocol/nad/nad-context.ts';
import type {RadiusClient} from '#protocol/nad/radius-client.ts';
import {aclsIn, aclsOf, type Policy, type Session} from '#protocol/nad/session.ts';
import type {Sessions} from '#protocol/nad/sessions.ts';

/** What becomes of a session whose policy cannot be applied, or no longer. */
interface Consequences {
  fail: (session: Session, reason: string, nowMs: number) => void;
  begin: (session: Session, nowMs: number) => void;
}

/**
Leads a session from the policy of an Access-Accept to a grant (domain.md 2.4, steps 3 and 11):

    apply ─▶ dACL at hand? ─ acl-install ─▶ grant
              └ no ─ acl-download ─▶ download ─┘

A dACL is kept while a session has it or is about to have it, and serves all of them: the same versioned name is not downloaded twice
(5.5). A list that stands in the Accept itself (per-user-acl.ts) is at hand. Without a dACL that can be applied there is no authorization, unless `daclFailure` is `permitOpen` (5.7).
*/
export class PolicyApplication {
  readonly #context: NadContext;
  readonly #sessions: Sessions;
  readonly #consequences: Consequences;
  readonly #downloads: AclDownloads;
  readonly #dacls = new Map<string, Acl>();

  constructor(context: NadContext, parts: {client: RadiusClient; sessions: Sessions} & Consequences) {
    this.#context = context;
    this.#sessions = parts.sessions;
    this.#consequences = parts;
    this.#downloads = new AclDownloads(context, parts.client, {
      onAcl: (acl, nowMs) => this.#onAcl(acl, nowMs),
      onFailure: (acl, reason, nowMs) => this.#onDownloadFailure(acl, reason, nowMs),
    });
  }

  /** Every dACL at hand, in force or on its way there. */
  get dacls(): ReadonlyMap<string, Acl> {
    return this.#dacls;
  }

  /** What the policy names and is not at hand comes first. */
  apply(session: Session, policy: Policy, nowMs: number): void {
    for (const acl of policy.perUserAcls) this.#dacls.set(acl.name, acl);
    const missing = aclsIn(policy).filter(acl => !this.#dacls.has(acl));
    if (missing.length > 0) {
      session.attempt = {kind: 'fetching', policy};
      for (const acl of missing) this.#downloads.want(acl, policy.server, nowMs);
    } else if (aclsIn(policy).length > 0) {
      session.attempt = {kind: 'installing', policy};
      this.#context.steps.enter('acl-install', {kind: 'install', sessionId: session.id}, nowMs);
    } else {
      this.#grant(session, policy);
    }
  }

  /** The step `acl-download` is behind it. */
  download(acl: string, nowMs: number): void {
    this.#downloads.begin(acl, nowMs);
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
      if (isUnderWay) this.#consequences.begin(session, nowMs);
    }
    return sessions.length > 0;
  }

  /** Lets go of downloads and dACLs that no session needs any more. */
  forgetUnused(): void {
    const used = new Set(this.#sessions.all().flatMap(aclsOf));
    this.#downloads.keep(acl => used.has(acl));
    for (const name of this.#dacls.keys()) {
      if (!used.has(name)) this.#dacls.delete(name);
    }
  }

  #onAcl(acl: Acl, nowMs: number): void {
    this.#dacls.set(acl.name, acl);
    for (const session of this.#waitingFor(acl.name)) this.apply(session, session.attempt.policy, nowMs);
  }

  #onDownloadFailure(acl: string, reason: string, nowMs: number): void {
    for (const session of this.#waitingFor(acl)) {
      const rest = this.#withoutAcl(session, session.attempt.policy, acl, `could not be downloaded: ${reason}`, nowMs);
      if (rest) this.apply(session, rest, nowMs);
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

  /**
  The policy without a list that cannot be had, if there is to be authorization all the same. `permitOpen` opens IPv4; without its
  IPv6 list a host has no IPv6, as without having been given one.
  */
  #withoutAcl(session: Session, policy: Policy, acl: string, why: string, nowMs: number): Policy | undefined {
    if (this.#context.settings.daclFailure === 'permitOpen')
      return acl === policy.acl ? {...policy, acl: null} : {...policy, ipv6Acl: null};
    this.#consequences.fail(session, `${acl} ${why}`, nowMs);
    return undefined;
  }

  #grant(session: Session, policy: Policy): void {
    session.attempt = {kind: 'none'};
    session.grant = {policy, toldAcls: new Set(), confirmed: false, reauthDueAtMs: null};
    this.#context.touch();
  }
}
