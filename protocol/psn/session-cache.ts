import type {PsnSessionView} from '#protocol/psn/contract.ts';

/** One session as a policy node keeps it (domain.md 6.1). */
export interface PsnSession extends PsnSessionView {
  /** `Acct-Session-Id`, once accounting told it; otherwise empty. */
  acctSessionId: string;
  /** A Disconnect-Request is on its way: the switch is about to forget this session. */
  ending: boolean;
}

/** A session of which nothing is known yet but who and where. */
export function newSession(
  facts: Pick<PsnSession, 'sessionId' | 'mac' | 'nasAddress' | 'nasPortId' | 'userName' | 'owner' | 'createdAtMs'>,
): PsnSession {
  return {
    ...facts,
    addresses: [],
    postureStatus: 'Unknown',
    postureAssessmentStatus: 'NotApplicable',
    rule: '',
    profile: '',
    acl: null,
    accounting: 'none',
    acctSessionId: '',
    ending: false,
    changedAtMs: facts.createdAtMs,
  };
}

/** The session as it is shown outside the node. */
export function viewOf({acctSessionId: _, ending: __, ...view}: PsnSession): PsnSessionView {
  return {...view, addresses: [...view.addresses]};
}

/** By what a session can be found (domain.md 4.4). */
export interface SessionKeys {
  sessionId: string;
  addresses: readonly string[];
  macs: readonly string[];
}

/**
The sessions of one policy node, oldest first. Addresses and MACs may belong to several, because a session whose end was never
told stays (domain.md 6.2); the one that got the address, or was made, last is found.
*/
export class SessionCache {
  readonly #limit: number;
  readonly #sessions = new Map<string, PsnSession>();
  readonly #byAddress = new LatestIndex();
  readonly #byMac = new LatestIndex();

  constructor(limit: number) {
    this.#limit = Math.max(1, limit);
  }

  get size(): number {
    return this.#sessions.size;
  }

  all(): PsnSession[] {
    return [...this.#sessions.values()];
  }

  byId(sessionId: string): PsnSession | undefined {
    return this.#sessions.get(sessionId);
  }

  byMac(mac: string): PsnSession | undefined {
    return this.#found(this.#byMac.latest(mac));
  }

  /** By session id, then by address, then by MAC. */
  find({sessionId, addresses, macs}: SessionKeys): PsnSession | undefined {
    return (
      this.byId(sessionId) ??
      firstOf(addresses, address => this.#found(this.#byAddress.latest(address))) ??
      firstOf(macs, mac => this.byMac(mac))
    );
  }

  /** Takes a session in, in place of one with the same id. Returns those that had to go because of the limit, oldest first. */
  put(session: PsnSession): PsnSession[] {
    this.remove(session.sessionId);
    this.#sessions.set(session.sessionId, session);
    this.#byMac.put(session.mac, session.sessionId);
    for (const address of session.addresses) this.#byAddress.put(address, session.sessionId);
    return this.#evict();
  }

  remove(sessionId: string): void {
    const session = this.#sessions.get(sessionId);
    if (session === undefined) return;
    this.#sessions.delete(sessionId);
    this.#byMac.drop(session.mac, sessionId);
    for (const address of session.addresses) this.#byAddress.drop(address, sessionId);
  }

  /**
  Takes what the switch tells about a session's addresses: those of a family replace what was known of that family. Returns
  whether anything is new. The session need not be in the cache yet.
  */
  learnAddresses(session: PsnSession, told: readonly string[]): boolean {
    const usable = told.filter(address => !meaningless.has(address));
    if (usable.every(address => session.addresses.includes(address))) return false;
    const replaced = new Set(usable.map(familyOf));
    const isHere = this.#sessions.get(session.sessionId) === session;
    for (const address of isHere ? session.addresses : []) this.#byAddress.drop(address, session.sessionId);
    session.addresses = [...usable, ...session.addresses.filter(address => !replaced.has(familyOf(address)))];
    for (const address of isHere ? session.addresses : []) this.#byAddress.put(address, session.sessionId);
    return true;
  }

  #found(sessionId: string | undefined): PsnSession | undefined {
    return sessionId === undefined ? undefined : this.#sessions.get(sessionId);
  }

  #evict(): PsnSession[] {
    const evicted: PsnSession[] = [];
    for (const session of this.#sessions.values()) {
      if (this.#sessions.size <= this.#limit) break;
      this.remove(session.sessionId);
      evicted.push(session);
    }
    return evicted;
  }
}

/** Framed-IP-Address values that name no host (RFC 2865 section 5.8). */
const meaningless: ReadonlySet<string> = new Set(['0.0.0.0', '255.255.255.254', '255.255.255.255']);

const familyOf = (address: string): 'ipv4' | 'ipv6' => (address.includes(':') ? 'ipv6' : 'ipv4');

/** From a key to the ids that have it, the latest last. */
class LatestIndex {
  readonly #ids = new Map<string, string[]>();

  latest(key: string): string | undefined {
    return this.#ids.get(key)?.at(-1);
  }

  put(key: string, id: string): void {
    const ids = this.#ids.get(key);
    if (ids === undefined) this.#ids.set(key, [id]);
    else ids.push(id);
  }

  drop(key: string, id: string): void {
    const ids = this.#ids.get(key);
    if (ids === undefined) return;
    const at = ids.indexOf(id);
    if (at >= 0) ids.splice(at, 1);
    if (ids.length === 0) this.#ids.delete(key);
  }
}

function firstOf<Key, Found>(keys: readonly Key[], find: (key: Key) => Found | undefined): Found | undefined {
  for (const key of keys) {
    const found = find(key);
    if (found !== undefined) return found;
  }
  return undefined;
}
