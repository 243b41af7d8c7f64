/** What a PSN is asked, and what each costs it. */
export type RequestKind = 'authentication' | 'accounting' | 'probe' | 'discovery' | 'assessment' | 'coa';

/** CPU milliseconds of one PSN process a request. */
export type RequestCosts = Record<RequestKind, number>;

/**
A PSN of a fleet: one process that does one thing after the other. What comes while it is busy waits; how long is the whole model.
Counts are kept a second at a time.
*/
export class PolicyNode {
  readonly radius: Uint32Array;
  readonly https: Uint32Array;
  /** Probes among them. */
  readonly probes: Uint32Array;
  readonly busyMs: Float64Array;
  longestWaitMs = 0;
  gaveUp = 0;
  readonly #costs: RequestCosts;
  #busyUntilMs = 0;
  #downUntilMs = 0;

  constructor(seconds: number, costs: RequestCosts) {
    this.radius = new Uint32Array(seconds);
    this.https = new Uint32Array(seconds);
    this.probes = new Uint32Array(seconds);
    this.busyMs = new Float64Array(seconds);
    this.#costs = costs;
  }

  isDown(atMs: number): boolean {
    return atMs < this.#downUntilMs;
  }

  /** Its process is gone until then, and with it what waited. */
  fail(atMs: number, forMs: number): void {
    this.#downUntilMs = atMs + forMs;
    this.#busyUntilMs = Math.max(this.#downUntilMs, 0);
  }

  /**
  Takes a request at an instant. Returns when it is answered, or `undefined` if whoever asks will have given up before it is begun. Of
  those a PSN notices that they are gone: a tenth of the work is done for nothing (ours).
  */
  take(kind: RequestKind, atMs: number, patienceMs: number): number | undefined {
    const second = Math.floor(atMs / 1000);
    count(kind === 'authentication' || kind === 'accounting' || kind === 'coa' ? this.radius : this.https, second, 1);
    if (kind === 'probe') count(this.probes, second, 1);
    const beginMs = Math.max(atMs, this.#busyUntilMs);
    const isInTime = beginMs - atMs <= patienceMs;
    const costMs = this.#costs[kind] * (isInTime ? 1 : wasted);
    this.#busyUntilMs = beginMs + costMs;
    count(this.busyMs, Math.floor(beginMs / 1000), costMs);
    if (!isInTime) {
      this.gaveUp += 1;
      return undefined;
    }
    this.longestWaitMs = Math.max(this.longestWaitMs, beginMs - atMs);
    return this.#busyUntilMs;
  }
}

const wasted = 0.1;

function count(series: Uint32Array | Float64Array, second: number, amount: number): void {
  if (second < series.length) series[second] = (series[second] ?? 0) + amount;
}
