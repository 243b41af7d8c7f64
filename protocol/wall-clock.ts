/**
What a node takes for the time of day, which may be wrong: it goes into logs and Event-Timestamps, and decides which certificates are
valid. Timers go by lab time, as a kernel's go by CLOCK_MONOTONIC: setting the clock moves none of them.
*/
export class WallClock {
  readonly #labEpochMs: number;
  #offsetMs: number;

  constructor({labEpochMs, clockOffsetMs}: {labEpochMs: number; clockOffsetMs: number}) {
    this.#labEpochMs = labEpochMs;
    this.#offsetMs = clockOffsetMs;
  }

  /** How far it is ahead of the lab's; below 0: behind. */
  get offsetMs(): number {
    return this.#offsetMs;
  }

  /** Unix time in milliseconds, at an instant of lab time. */
  unixMs(nowMs: number): number {
    return this.#labEpochMs + this.#offsetMs + nowMs;
  }

  unixS(nowMs: number): number {
    return Math.floor(this.unixMs(nowMs) / 1000);
  }

  /** Commands come from outside: returns what is wrong with this one, if anything is. */
  set(offsetMs: unknown): string | undefined {
    if (typeof offsetMs !== 'number' || !(Math.abs(offsetMs) <= farthestMs))
      return `offsetMs must be a number of at most 100 years, not ${JSON.stringify(offsetMs)}`;
    this.#offsetMs = offsetMs;
    return undefined;
  }
}

const farthestMs = 100 * 365 * 86_400_000;

/** Why a certificate is not valid for somebody whose clock shows `atMs`; the codes are OpenSSL's. */
export function validityProblem({fromMs, toMs}: {fromMs: number; toMs: number}, atMs: number): string | undefined {
  if (atMs < fromMs) return 'CERT_NOT_YET_VALID: certificate is not yet valid';
  if (atMs > toMs) return 'CERT_HAS_EXPIRED: certificate has expired';
  return undefined;
}
