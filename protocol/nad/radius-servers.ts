import type {NadServerView, NadSettings, RadiusServer} from '#protocol/nad/contract.ts';

export type RadiusService = 'authentication' | 'accounting';

/** A configured server, whether it is believed to be alive, and what was counted of it. */
export interface ServerState {
  readonly server: RadiusServer;
  deadUntilMs: number | null;
  /** Its last valid packet; null: none since the switch began. */
  heardAtMs: number | null;
  /** Retransmissions of either service that were not answered, in a row. */
  silentTries: number;
  stateSinceMs: number;
  deaths: number;
  readonly authentication: NadServerView['authentication'];
  readonly accounting: NadServerView['accounting'];
}

/**
The servers in the order in which they are tried, and which of them are left out for a while (`radius-server deadtime`).

A server is dead when both criteria hold (`radius-server dead-criteria`; TAC 225882): for `timeMs` no valid packet has come from it, and
`tries` retransmissions in a row, of authentication and accounting together, were not answered. The first transmission of a request does
not count, and a server that has not been heard yet has been silent for long enough. A dead time of 0 leaves every server up.
*/
export class RadiusServers {
  readonly #states: ServerState[];
  readonly #limits: NadSettings['radius'];

  constructor(servers: readonly RadiusServer[], limits: NadSettings['radius']) {
    this.#limits = limits;
    this.#states = servers.map(server => ({
      server,
      deadUntilMs: null,
      heardAtMs: null,
      silentTries: 0,
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

  /** A retransmission was not answered. Returns whether that makes the server dead, which it was not before. */
  silent(state: ServerState, nowMs: number): boolean {
    state.silentTries += 1;
    const {deadCriteria, deadTimeMs} = this.#limits;
    const isSilentForLong = state.heardAtMs === null || nowMs - state.heardAtMs >= deadCriteria.timeMs;
    if (!isSilentForLong || state.silentTries < deadCriteria.tries || deadTimeMs === 0) return false;
    if (state.deadUntilMs !== null) return false;
    state.deadUntilMs = nowMs + deadTimeMs;
    state.stateSinceMs = nowMs;
    state.deaths += 1;
    return true;
  }

  /** A valid packet came. Returns whether the server was dead until then. */
  heard(state: ServerState, nowMs: number): boolean {
    state.heardAtMs = nowMs;
    return this.#revive(state, nowMs);
  }

  /** Those whose dead time is over: they are asked again, and have the benefit of the doubt. */
  revived(nowMs: number): ServerState[] {
    return this.#states.filter(
      state => state.deadUntilMs !== null && state.deadUntilMs <= nowMs && this.#revive(state, state.deadUntilMs),
    );
  }

  wakeAtMs(): number | undefined {
    const instants = this.#states.flatMap(({deadUntilMs}) => (deadUntilMs === null ? [] : [deadUntilMs]));
    return instants.length === 0 ? undefined : Math.min(...instants);
  }

  view(nowMs: number): NadServerView[] {
    return this.#states.map(state => ({
      name: state.server.name,
      address: state.server.address,
      authPort: state.server.authPort,
      acctPort: state.server.acctPort,
      state: this.isDead(state, nowMs) ? 'dead' : 'up',
      stateSinceMs: state.stateSinceMs,
      deaths: state.deaths,
      requests: state.authentication.requests + state.accounting.requests,
      timeouts: state.authentication.timeouts + state.accounting.timeouts,
      authentication: {...state.authentication},
      accounting: {...state.accounting},
    }));
  }

  #revive(state: ServerState, atMs: number): boolean {
    const wasDead = state.deadUntilMs !== null;
    state.silentTries = 0;
    state.deadUntilMs = null;
    if (wasDead) state.stateSinceMs = atMs;
    return wasDead;
  }
}

const noCounts = {requests: 0, timeouts: 0, retransmissions: 0, failovers: 0};
