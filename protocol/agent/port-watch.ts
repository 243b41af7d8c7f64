/**
What short connection attempts at one port say about when it was open.

An attempt counts for the instant at which it was made. Attempts end in any order (an open port answers at once, a blocked
one not at all), so only those before which all have ended are looked at. Between two attempts the port is taken to be what
the earlier one found.
*/
export class PortWatch {
  readonly #attempts: Attempt[] = [];
  readonly #intervals: {fromMs: number; toMs: number | null}[] = [];
  #ended = 0;
  #lastAtMs: number | undefined;
  #resolutionMs = 0;

  /** An attempt is made; what is returned is to be called when it has ended. Attempts are made in the order of time. */
  attempt(atMs: number): (isOpen: boolean) => void {
    const attempt: Attempt = {atMs, isOpen: undefined};
    this.#attempts.push(attempt);
    return isOpen => {
      attempt.isOpen = isOpen;
      this.#settle();
    };
  }

  /** `toMs` null: still open at the last attempt. `resolutionMs`: the longest time between two attempts. */
  report(): PortReport {
    return {
      open: this.#intervals.map(interval => ({...interval})),
      attempts: this.#ended,
      lastAtMs: this.#lastAtMs ?? null,
      resolutionMs: this.#resolutionMs,
    };
  }

  #settle(): void {
    for (let next = this.#attempts[0]; next?.isOpen !== undefined; next = this.#attempts[0]) {
      this.#attempts.shift();
      this.#take(next.atMs, next.isOpen);
    }
  }

  #take(atMs: number, isOpen: boolean): void {
    this.#resolutionMs = Math.max(this.#resolutionMs, atMs - (this.#lastAtMs ?? atMs));
    this.#ended += 1;
    this.#lastAtMs = atMs;
    const latest = this.#intervals.at(-1);
    const wasOpen = latest?.toMs === null;
    if (isOpen && !wasOpen) this.#intervals.push({fromMs: atMs, toMs: null});
    if (!isOpen && latest !== undefined && wasOpen) latest.toMs = atMs;
  }
}

export interface PortReport {
  open: {fromMs: number; toMs: number | null}[];
  /** Attempts that have ended, and all before them. */
  attempts: number;
  lastAtMs: number | null;
  resolutionMs: number;
}

interface Attempt {
  atMs: number;
  isOpen: boolean | undefined;
}
