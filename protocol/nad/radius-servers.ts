import type {NadServerView, RadiusServer} from '#protocol/nad/contract.ts';

export type RadiusService = 'authentication' | 'accounting';

/** A configured server, whether it is believed to be alive, and what was counted of it. */
export interface ServerState {
  readonly server: RadiusServer;
  deadUntilMs: number | null;
  stateSinceMs: number;
  deaths: number;
  readonly authentication: NadServerView['authentication'];
  readonly accounting: NadServerView['accounting'];
}

/** The servers in the order in which they are tried, and which of them are left out for a while (`deadtime`). */
export class RadiusServers {
  readonly #states: ServerState[];
  readonly #deadTimeMs: number;

  constructor(servers: readonly RadiusServer[], deadTimeMs: number) {
    this.#deadTimeMs = deadTimeMs;
    this.#states = servers.map(server => ({
      server,
      deadUntilMs: null,
      stateSinceMs: 0,
      deaths: 0,
      authentication: {...noCounts, accepts: 0, rejects: 0, challenges: 0},
      accounting: {...noCounts, starts: 0, interims: 0, stops: 0, responses: 0},
    }));
  }

  /** Who to try next: alive and not among `tried`; if all that are left are dead, one of them all the same. */
  next(tried: readonly ServerState[], nowMs: number, first?: string): ServerState | undefined {
    const left = this.#states.filter(state => !tried.includes(state));
    const alive = left.filter(state => !this.isDead(state, nowMs));
    return alive.find(state => state.server.name === first) ?? alive[0] ?? left[0];
  }

  byName(name: string): ServerState | undefined {
    return this.#states.find(state => state.server.name === name);
  }

  /** Whose datagram this is, by the address and port it comes from. */
  bySource({address, port}: {address: string; port: number}): {state: ServerState; service: RadiusService} | undefined {
    for (const state of this.#states) {
      if (state.server.address !== address) continue;
      if (state.server.authPort === port) return {state, service: 'authentication'};
      if (state.server.acctPort === port) return {state, service: 'accounting'};
    }
    return undefined;
  }

  isDead({deadUntilMs}: ServerState, nowMs: number): boolean {
    return deadUntilMs !== null && nowMs < deadUntilMs;
  }

  /** Returns whether it was believed alive until now. */
  markDead(state: ServerState, nowMs: number): boolean {
    const wasAlive = !this.isDead(state, nowMs);
    if (wasAlive) {
      state.stateSinceMs = nowMs;
      state.deaths += 1;
    }
    state.deadUntilMs = nowMs + this.#deadTimeMs;
    return wasAlive;
  }

  markAlive(state: ServerState, nowMs: number): void {
    if (state.deadUntilMs === null) return;
    state.deadUntilMs = null;
    state.stateSinceMs = nowMs;
  }

  view(nowMs: number): NadServerView[] {
    return this.#states.map(state => ({
      name: state.server.name,
      address: state.server.address,
      authPort: state.server.authPort,
      acctPort: state.server.acctPort,
      state: this.isDead(state, nowMs) ? 'dead' : 'up',
      stateSinceMs: this.isDead(state, nowMs) ? state.stateSinceMs : (state.deadUntilMs ?? state.stateSinceMs),
      deaths: state.deaths,
      requests: state.authentication.requests + state.accounting.requests,
      timeouts: state.authentication.timeouts + state.accounting.timeouts,
      authentication: {...state.authentication},
      accounting: {...state.accounting},
    }));
  }
}

const noCounts = {requests: 0, timeouts: 0, retransmissions: 0, failovers: 0};
