import type {Acl} from '#protocol/dacl/acl.ts';
import type {Accounting} from '#protocol/nad/accounting.ts';
import {desiredEnforcement, openAcl} from '#protocol/nad/desired-enforcement.ts';
import {type Binding, bindingKey, type Enforcement, EnforcementLedger} from '#protocol/nad/enforcement-ledger.ts';
import {anyIpv6} from '#protocol/nad/host.ts';
import type {NadContext} from '#protocol/nad/nad-context.ts';
import type {PolicyApplication} from '#protocol/nad/policy-application.ts';
import type {Policy, Session} from '#protocol/nad/session.ts';
import type {Sessions} from '#protocol/nad/sessions.ts';

/**
Keeps what is in force on the ports in step with who is authorized, and tells what has become fact. `acl-installed` and
`session-authorized` come when the kernel has the transaction, never before. `acl-installed` is told again when a session is
authorized anew with the dACL that it has, with the generation at which the kernel was last changed.
*/
export class Enforcer {
  readonly ledger = new EnforcementLedger();
  readonly #context: NadContext;
  readonly #sessions: Sessions;
  readonly #application: PolicyApplication;
  readonly #accounting: Accounting;
  readonly #addressOf: (session: Session) => string | null;
  readonly #ipv6AddressesOf: (session: Session) => string[];
  readonly #defaultAcl: Acl;
  readonly #redirectAcls: ReadonlyMap<string, Acl>;
  /** Nothing to do before `touch`: what is desired is in force, or on its way. */
  #isSettled = false;

  constructor(
    context: NadContext,
    parts: {
      sessions: Sessions;
      application: PolicyApplication;
      accounting: Accounting;
      addressOf: (session: Session) => string | null;
      ipv6AddressesOf: (session: Session) => string[];
      defaultAcl: Acl;
      redirectAcls: ReadonlyMap<string, Acl>;
    },
  ) {
    this.#context = context;
    this.#sessions = parts.sessions;
    this.#application = parts.application;
    this.#accounting = parts.accounting;
    this.#addressOf = parts.addressOf;
    this.#ipv6AddressesOf = parts.ipv6AddressesOf;
    this.#defaultAcl = parts.defaultAcl;
    this.#redirectAcls = parts.redirectAcls;
  }

  touch(): void {
    this.#isSettled = false;
  }

  /** Asks for the next transaction, if one is needed and none is under way. */
  settle(nowMs: number): void {
    if (this.#isSettled) return;
    this.#application.forgetUnused();
    const desired = this.#desired();
    this.#confirm(desired, nowMs);
    const transaction = this.ledger.next(desired, nowMs);
    if (transaction) this.#context.emit({kind: 'enforce', ...transaction});
    this.#isSettled = this.ledger.wakeAtMs() === undefined;
  }

  enforced(transactionId: string, generation: number): void {
    const outcome = this.ledger.enforced(transactionId, generation);
    if (outcome === undefined) return;
    this.touch();
    for (const binding of outcome.withdrawn.filter(isDacl)) this.#tell('acl-withdrawn', binding);
    for (const binding of outcome.installed.filter(isDacl)) this.#tellInstalled(binding);
    for (const redirect of outcome.redirectsEnded) this.#tell('redirect-withdrawn', redirect);
    for (const redirect of outcome.redirectsBegun) this.#tell('redirect-installed', redirect);
  }

  failed(transactionId: string, message: string, nowMs: number): void {
    const blame = this.ledger.failed(transactionId);
    if (blame === undefined) return;
    this.touch();
    if (blame.acl !== null && this.#application.refused(blame.acl, message, nowMs)) return;
    this.ledger.backOff(nowMs);
    const what = blame.acl === null ? 'a change of bindings' : `the access list ${blame.acl}`;
    this.#context.emit({
      kind: 'record',
      event: {kind: 'fault', message: `the packet filter refused ${what}: ${message}`},
    });
  }

  #desired(): Enforcement {
    return desiredEnforcement({
      ports: this.#context.settings.accessPorts.map(({port}) => port),
      sessions: this.#sessions.all(),
      addressOf: this.#addressOf,
      ipv6AddressesOf: this.#ipv6AddressesOf,
      dacls: this.#application.dacls,
      redirectAcls: this.#redirectAcls,
      defaultAcl: this.#defaultAcl,
      ipUnknownPolicy: this.#context.settings.ipUnknownPolicy,
    });
  }

  #confirm(desired: Enforcement, nowMs: number): void {
    for (const session of this.#sessions.all()) {
      const {grant} = session;
      if (grant === null || grant.confirmed || !this.#isInForce(session, grant.policy, desired)) continue;
      grant.confirmed = true;
      const periodMs = grant.policy.timeout?.afterMs ?? this.#context.settings.reauthIntervalMs; // the server's word comes first
      if (periodMs > 0) grant.reauthDueAtMs = nowMs + periodMs;
      session.authorized = true;
      const untold = this.ledger.bindingsOf(session.id).filter(own => isDacl(own) && !grant.toldAcls.has(own.acl));
      for (const own of untold) this.#tellInstalled(own);
      const {port, mac, id: sessionId} = session;
      const {acl, ipv6Acl, redirect, server} = grant.policy;
      if (redirect && !this.#redirectAcls.has(redirect.acl))
        this.#context.record({kind: 'redirect-acl-missing', acl: redirect.acl, port, sessionId});
      const ipv6 = ipv6Acl === null ? {} : {ipv6Acl};
      this.#context.record({kind: 'session-authorized', port, mac, sessionId, acl, ...ipv6, server});
      this.#accounting.start(session, nowMs);
    }
  }

  #isInForce(session: Session, {acl, ipv6Acl}: Policy, {bindings, redirects}: Enforcement): boolean {
    const address = this.#addressOf(session);
    const redirect = redirects.get(bindingKey(session.port, address));
    if (redirect && !this.ledger.redirects(redirect)) return false;
    const known = this.#ipv6AddressesOf(session);
    const ofIpv6 = known.length > 0 ? known : [anyIpv6];
    const isBound = [address, ...(ipv6Acl === null ? [] : ofIpv6)].every(each => {
      const wanted = bindings.get(bindingKey(session.port, each));
      return wanted !== undefined && this.ledger.holds(wanted);
    });
    return isBound && [acl, ipv6Acl].every(name => name === null || this.ledger.holdsAcl(name));
  }

  #tellInstalled(binding: Binding): void {
    const grant = this.#sessions.byId(binding.sessionId ?? '')?.grant;
    grant?.toldAcls.add(binding.acl);
    this.#tell('acl-installed', binding);
  }

  #tell(
    kind: 'acl-installed' | 'acl-withdrawn' | 'redirect-installed' | 'redirect-withdrawn',
    {acl, port, address, sessionId}: Binding,
  ): void {
    const {generation} = this.ledger;
    this.#context.record({kind, acl, port, address: address ?? 'any', sessionId: sessionId ?? '', generation});
  }
}

function isDacl({acl, sessionId}: Binding): boolean {
  return sessionId !== null && acl !== openAcl.name; // nobody in particular is bound to its IPv6 sister
}
