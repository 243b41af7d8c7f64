/**
Many endpoints, as what they ask of the PSNs and when: no packets, no roles. What a request costs comes from the containers; what follows
what is domain.md 2.4: authentication and accounting, then the next probe finds the session Unknown, then discovery, assessment, CoA
and re-authentication. The dACL blocks every other probe at the switch, so a healthy fleet costs its PSNs nothing.
*/
import {PolicyNode, type RequestCosts, type RequestKind} from '#harness/fleet/policy-node.ts';
import {TimingWheel} from '#harness/fleet/timing-wheel.ts';
import {Random} from '#harness/simulator/random.ts';

export interface FleetPlan {
  endpoints: number;
  psns: number;
  durationMs: number;
  /** StateSyncProbeInterval. */
  intervalMs: number;
  /** The first PSN has no power from then, for so long. */
  outage: {atMs: number; forMs: number} | null;
  /** Every switch authenticates all its hosts anew, as new sessions, evenly within so long. */
  reauthentication: {atMs: number; withinMs: number} | null;
  costs: RequestCosts;
  seed: number;
}

export interface FleetResult {
  nodes: PolicyNode[];
  /** Probes that met the deny, by second. */
  blocked: Uint32Array;
  /** How many endpoints are Compliant at the end of each second. */
  compliant: Uint32Array;
  events: number;
  bytesPerEndpoint: number;
}

const tickMs = 100;
const roundTripMs = 5;
/** As lab-settings.ts has them: RADIUS three times 5 s, HTTPS 2 s for the connection and 5 s for the answer. */
const patience = {radiusMs: 15_000, httpsMs: 7000, connectMs: 2000};
const restartMs = 60_000;
const longestRetryMs = 40_000;

/** Where an endpoint is on its way. From `authenticate` on it is Unknown. */
const stages = {compliant: 0, authenticate: 1, account: 2, waiting: 3, discover: 4, assess: 5, settle: 6} as const;

export function playFleet(plan: FleetPlan): FleetResult {
  const fleet = new Fleet(plan);
  return fleet.play();
}

class Fleet {
  readonly #plan: FleetPlan;
  readonly #random: Random;
  readonly #nodes: PolicyNode[];
  readonly #wheel: TimingWheel;
  readonly #stage: Uint8Array;
  /** Index of the PSN that owns the session. */
  readonly #owner: Uint8Array;
  readonly #retries: Uint8Array;
  /** The tick of the next probe of an agent that does not know yet. */
  readonly #probeTick: Int32Array;
  readonly #blocked: Uint32Array;
  readonly #compliant: Uint32Array;
  #compliantCount: number;
  #events = 0;

  constructor(plan: FleetPlan) {
    const {endpoints, psns, durationMs, costs, seed} = plan;
    const seconds = Math.ceil(durationMs / 1000);
    this.#plan = plan;
    this.#random = new Random(seed, 'fleet');
    this.#nodes = Array.from({length: psns}, () => new PolicyNode(seconds, costs));
    this.#wheel = new TimingWheel({ticks: Math.ceil(durationMs / tickMs), members: endpoints});
    this.#stage = new Uint8Array(endpoints);
    this.#owner = Uint8Array.from({length: endpoints}, (_, index) => index % psns);
    this.#retries = new Uint8Array(endpoints);
    this.#probeTick = new Int32Array(endpoints);
    this.#blocked = new Uint32Array(seconds);
    this.#compliant = new Uint32Array(seconds);
    this.#compliantCount = endpoints;
  }

  play(): FleetResult {
    const {endpoints, durationMs, outage, intervalMs} = this.#plan;
    for (let index = 0; index < endpoints; index += 1) {
      this.#wheel.put(index, Math.floor((this.#random.fraction() * this.#periodMs(intervalMs)) / tickMs));
    }
    for (let tick = 0; tick * tickMs < durationMs; tick += 1) {
      const atMs = tick * tickMs;
      if (outage !== null && atMs === Math.floor(outage.atMs / tickMs) * tickMs)
        this.#nodes[0]?.fail(atMs, outage.forMs);
      this.#reauthenticate(atMs);
      this.#wheel.drain(tick, index => this.#advance(index, atMs + tickMs * this.#random.fraction()));
      this.#compliant[Math.floor(atMs / 1000)] = this.#compliantCount;
    }
    return {
      nodes: this.#nodes,
      blocked: this.#blocked,
      compliant: this.#compliant,
      events: this.#events,
      bytesPerEndpoint: 3 + 4 + 4, // the arrays above, and the wheel's links
    };
  }

  /** The switches' share of this tick. Who is on the way back already begins anew. */
  #reauthenticate(atMs: number): void {
    const {reauthentication, endpoints} = this.#plan;
    if (reauthentication === null) return;
    const done = (ms: number) =>
      Math.floor(
        endpoints *
          Math.min(1, Math.max(0, (ms - reauthentication.atMs) / Math.max(tickMs, reauthentication.withinMs))),
      );
    for (let index = done(atMs); index < done(atMs + tickMs); index += 1) {
      if (this.#stage[index] === stages.compliant) this.#compliantCount -= 1;
      this.#stage[index] = stages.authenticate;
      this.#retries[index] = 0;
    }
    // Each has one event in the wheel, its next probe: what the switch does is done with it, or now if that is far.
    for (let index = done(atMs); index < done(atMs + tickMs); index += 1) this.#authenticate(index, atMs);
  }

  /** The switch's requests: answered, or tried again with the next event of the endpoint. */
  #authenticate(index: number, atMs: number): void {
    const psn = this.#ask(index, 'authentication', atMs, patience.radiusMs);
    if (psn === undefined) return;
    this.#owner[index] = psn.node;
    this.#ask(index, 'accounting', psn.answeredAtMs, patience.radiusMs);
    this.#stage[index] = stages.waiting;
    this.#probeTick[index] = Math.ceil(psn.answeredAtMs / tickMs);
  }

  #advance(index: number, atMs: number): void {
    this.#events += 1;
    switch (this.#stage[index]) {
      case stages.compliant:
        this.#probeInVain(index, atMs);
        return;
      case stages.authenticate:
        this.#authenticate(index, atMs);
        this.#later(index, atMs + (this.#stage[index] === stages.authenticate ? restartMs : this.#plan.intervalMs));
        return;
      case stages.waiting:
        if ((this.#probeTick[index] ?? 0) * tickMs > atMs) {
          this.#probeInVain(index, atMs);
          return;
        }
        this.#step(index, 'probe', stages.discover, atMs);
        return;
      case stages.discover:
        this.#step(index, 'discovery', stages.assess, atMs);
        return;
      case stages.assess:
        this.#step(index, 'assessment', stages.settle, atMs);
        return;
      case stages.settle:
        this.#settle(index, atMs);
        return;
    }
  }

  /** The port is closed: silence from every target, and the next round after the interval. */
  #probeInVain(index: number, atMs: number): void {
    const second = Math.floor(atMs / 1000);
    this.#blocked[second] = (this.#blocked[second] ?? 0) + this.#targets();
    this.#later(index, atMs + this.#periodMs(this.#plan.intervalMs));
  }

  #step(index: number, kind: RequestKind, next: number, atMs: number): void {
    const answer = this.#ask(index, kind, atMs, patience.httpsMs);
    if (answer === undefined) {
      const retries = this.#retries[index] ?? 0;
      this.#retries[index] = Math.min(8, retries + 1);
      this.#later(index, atMs + patience.httpsMs + Math.min(longestRetryMs, 5000 * 2 ** retries));
      return;
    }
    this.#retries[index] = 0;
    this.#stage[index] = next;
    this.#later(index, answer.answeredAtMs + roundTripMs);
  }

  /** The report was taken: CoA, and the authentication that it asks for. */
  #settle(index: number, atMs: number): void {
    this.#ask(index, 'coa', atMs, patience.radiusMs);
    const answer = this.#ask(index, 'authentication', atMs + roundTripMs, patience.radiusMs);
    if (answer === undefined) {
      this.#later(index, atMs + restartMs);
      return;
    }
    this.#stage[index] = stages.compliant;
    this.#compliantCount += 1;
    this.#later(index, answer.answeredAtMs + this.#plan.intervalMs);
  }

  /** The owner first, then the others: whoever is down costs the time until that is noticed. */
  #ask(
    index: number,
    kind: RequestKind,
    atMs: number,
    patienceMs: number,
  ): {node: number; answeredAtMs: number} | undefined {
    const {psns} = this.#plan;
    const first = this.#owner[index] ?? 0;
    const noticeMs = patienceMs === patience.radiusMs ? 0 : patience.connectMs; // a switch knows its dead servers
    for (let turn = 0; turn < psns; turn += 1) {
      const node = (first + turn) % psns;
      const askedAtMs = atMs + turn * noticeMs;
      const psn = this.#nodes[node];
      if (psn === undefined || psn.isDown(askedAtMs)) continue;
      const answeredAtMs = psn.take(kind, askedAtMs, patienceMs);
      return answeredAtMs === undefined ? undefined : {node, answeredAtMs};
    }
    return undefined;
  }

  #later(index: number, atMs: number): void {
    this.#wheel.put(index, Math.max(Math.ceil(atMs / tickMs), 0));
  }

  #targets(): number {
    return Math.min(3, this.#plan.psns);
  }

  #periodMs(intervalMs: number): number {
    return intervalMs + this.#targets() * patience.connectMs;
  }
}
