import type {Acl} from '#protocol/dacl/acl.ts';
import type {EnforcementChange} from '#protocol/nad/contract.ts';

/** What is, or is to be, in force on the ports. */
export interface Enforcement {
  /** By name, in the order of installation. */
  acls: Map<string, Acl>;
  /** By `bindingKey`. */
  bindings: Map<string, Binding>;
  /** Likewise: whose HTTP goes to the redirect URL, by which access list. */
  redirects: Map<string, Binding>;
}

export interface Binding {
  port: string;
  /** null: every IPv4 address of the port that has no binding of its own; `anyIpv6`: every such IPv6 address. */
  address: string | null;
  acl: string;
  /** The session it was made for; null for what the port itself has. */
  sessionId: string | null;
}

export interface Transaction {
  transactionId: string;
  changes: EnforcementChange[];
}

/** What a committed transaction changed for sessions. */
export interface Outcome {
  withdrawn: Binding[];
  installed: Binding[];
  redirectsEnded: Binding[];
  redirectsBegun: Binding[];
}

/** Ours. */
const retryMs = 1000;

export function bindingKey(port: string, address: string | null): string {
  return `${port} ${address ?? '*'}`;
}

/**
Brings the kernel from what it has to what the switch wants, one transaction at a time. A transaction installs at most one
new ACL, with every binding to it: if it fails, that ACL is to blame and nothing else waits for it. New binding and old one
change places within the transaction, so there is no moment at which a host has neither (domain.md 7.3, R7).
*/
export class EnforcementLedger {
  #committed: Enforcement = {acls: new Map(), bindings: new Map(), redirects: new Map()};
  #inFlight: {transactionId: string; target: Enforcement; newAcl: string | null} | undefined;
  #count = 0;
  #generation = 0;
  #retryAtMs: number | undefined;

  get generation(): number {
    return this.#generation;
  }

  acls(): Acl[] {
    return [...this.#committed.acls.values()];
  }

  bindings(): Binding[] {
    return [...this.#committed.bindings.values()];
  }

  /** What the kernel has for a session: of IPv4 at most one, of IPv6 one for each address. */
  bindingsOf(sessionId: string): Binding[] {
    return this.bindings().filter(binding => binding.sessionId === sessionId);
  }

  /** Whether the kernel has this binding, for whichever session, and is not about to lose it. */
  holds({port, address, acl}: Binding): boolean {
    return this.#certain().every(({bindings}) => bindings.get(bindingKey(port, address))?.acl === acl);
  }

  /** Whether the kernel has this redirect, and is not about to lose it. */
  redirects({port, address, acl}: Binding): boolean {
    return this.#certain().every(({redirects}) => redirects.get(bindingKey(port, address))?.acl === acl);
  }

  holdsAcl(name: string): boolean {
    return this.#certain().every(({acls}) => acls.has(name));
  }

  /** What the kernel has, and what it will have: a transaction under way may be committed at any moment. */
  #certain(): Enforcement[] {
    return this.#inFlight === undefined ? [this.#committed] : [this.#committed, this.#inFlight.target];
  }

  /** The next transaction on the way to `desired`, unless one is under way or nothing is left to do. */
  next(desired: Enforcement, nowMs: number): Transaction | undefined {
    if (this.#inFlight !== undefined) return undefined;
    if (this.#retryAtMs !== undefined && nowMs < this.#retryAtMs) return undefined;
    this.#retryAtMs = undefined;

    const newAcl = [...desired.acls.keys()].find(name => !this.#committed.acls.has(name)) ?? null;
    const target = reachableWith(newAcl, this.#committed, desired);
    const changes = changesBetween(this.#committed, target);
    if (changes.length === 0) {
      this.#committed = target; // same in the kernel; a binding may serve another session now
      return undefined;
    }
    this.#count += 1;
    const transactionId = `t${this.#count}`;
    this.#inFlight = {transactionId, target, newAcl};
    return {transactionId, changes};
  }

  /** The kernel has the transaction. `undefined`: none of ours. */
  enforced(transactionId: string, generation: number): Outcome | undefined {
    if (this.#inFlight?.transactionId !== transactionId) return undefined;
    const {target} = this.#inFlight;
    const before = this.#committed;
    this.#committed = target;
    this.#inFlight = undefined;
    this.#generation = generation;
    return {
      withdrawn: missingIn(target.bindings, ofSessions(before)),
      installed: missingIn(before.bindings, ofSessions(target)),
      redirectsEnded: missingIn(target.redirects, [...before.redirects.values()]),
      redirectsBegun: missingIn(before.redirects, [...target.redirects.values()]),
    };
  }

  /** The kernel refused the transaction and has what it had. Returns the ACL to blame, or null; `undefined`: none of ours. */
  failed(transactionId: string): {acl: string | null} | undefined {
    if (this.#inFlight?.transactionId !== transactionId) return undefined;
    const {newAcl} = this.#inFlight;
    this.#inFlight = undefined;
    return {acl: newAcl};
  }

  /** Nobody will want less because of a failure: the same transaction again, but not at once. */
  backOff(nowMs: number): void {
    this.#retryAtMs = nowMs + retryMs;
  }

  wakeAtMs(): number | undefined {
    return this.#retryAtMs;
  }
}

/** `desired`, but for what needs an ACL that is neither installed nor `newAcl`: there, what is in force stays. */
function reachableWith(newAcl: string | null, committed: Enforcement, desired: Enforcement): Enforcement {
  const isThere = (name: string) => committed.acls.has(name) || name === newAcl;
  const reachable = (wanted: Map<string, Binding>, held: Map<string, Binding>) => {
    const kept = [...wanted].map(([key, binding]) => [key, isThere(binding.acl) ? binding : held.get(key)] as const);
    return new Map(kept.filter((entry): entry is [string, Binding] => entry[1] !== undefined));
  };
  const bindings = reachable(desired.bindings, committed.bindings);
  const redirects = reachable(desired.redirects, committed.redirects);
  const bound = new Set([...bindings.values(), ...redirects.values()].map(binding => binding.acl));
  const acls = new Map([...committed.acls].filter(([name]) => desired.acls.has(name) || bound.has(name)));
  const added = newAcl === null ? undefined : desired.acls.get(newAcl);
  if (added) acls.set(added.name, added);
  return {acls, bindings, redirects};
}

function changesBetween(from: Enforcement, to: Enforcement): EnforcementChange[] {
  const changes: EnforcementChange[] = [];
  const forRedirect = new Set([...to.redirects.values()].map(({acl}) => acl));
  for (const [name, acl] of to.acls) {
    if (from.acls.has(name)) continue;
    changes.push({kind: 'install-acl', acl, ...(forRedirect.has(name) ? {isForRedirect: true} : {})});
  }
  for (const [key, {port, address, acl}] of to.bindings) {
    if (from.bindings.get(key)?.acl !== acl) changes.push({kind: 'bind', port, address, acl});
  }
  for (const [key, {port, address}] of from.bindings) {
    if (!to.bindings.has(key)) changes.push({kind: 'unbind', port, address});
  }
  for (const [key, {port, address, acl}] of to.redirects) {
    if (address !== null && from.redirects.get(key)?.acl !== acl) changes.push({kind: 'redirect', port, address, acl});
  }
  for (const [key, {port, address}] of from.redirects) {
    if (address !== null && !to.redirects.has(key)) changes.push({kind: 'end-redirect', port, address});
  }
  for (const name of from.acls.keys()) {
    if (!to.acls.has(name)) changes.push({kind: 'remove-acl', name});
  }
  return changes;
}

function ofSessions({bindings}: Enforcement): Binding[] {
  return [...bindings.values()].filter(binding => binding.sessionId !== null);
}

function missingIn(there: Map<string, Binding>, bindings: Binding[]): Binding[] {
  return bindings.filter(({port, address, acl, sessionId}) => {
    const other = there.get(bindingKey(port, address));
    return other?.acl !== acl || other.sessionId !== sessionId;
  });
}
