import {newSession, type Session} from '#protocol/nad/session.ts';

/** Above this many hosts on one port, further ones are not let in: a flood of made-up MACs must not eat the switch. Ours. */
const limitPerPort = 512;

/** The sessions of a switch, oldest first; at most one for a port and MAC. */
export class Sessions {
  readonly #nasAddress: string;
  readonly #uptimeAtZeroMs: number;
  readonly #byId = new Map<string, Session>();
  readonly #byHost = new Map<string, Session>();
  #count = 0;

  constructor({nasAddress, uptimeMs}: {nasAddress: string; uptimeMs: number}) {
    this.#nasAddress = nasAddress;
    this.#uptimeAtZeroMs = uptimeMs;
  }

  /** `undefined`: the port is full. */
  open(port: string, mac: string, nowMs: number): Session | undefined {
    if (this.onPort(port).length >= limitPerPort) return undefined;
    this.#count += 1;
    const uptimeMs = Math.max(0, this.#uptimeAtZeroMs + nowMs);
    const session = newSession({port, mac, nasAddress: this.#nasAddress}, this.#count, {uptimeMs, nowMs});
    this.#byId.set(session.id, session);
    this.#byHost.set(hostKey(port, mac), session);
    return session;
  }

  remove(session: Session): void {
    this.#byId.delete(session.id);
    this.#byHost.delete(hostKey(session.port, session.mac));
  }

  all(): Session[] {
    return [...this.#byId.values()];
  }

  byId(id: string): Session | undefined {
    return this.#byId.get(id);
  }

  of(port: string, mac: string): Session | undefined {
    return this.#byHost.get(hostKey(port, mac));
  }

  onPort(port: string): Session[] {
    return this.all().filter(session => session.port === port);
  }

  /** The host's session on a port other than `port`, if it has one. */
  elsewhere(port: string, mac: string): Session | undefined {
    return this.all().find(session => session.mac === mac && session.port !== port);
  }
}

function hostKey(port: string, mac: string): string {
  return `${port} ${mac}`;
}
