import type {Simulation} from '#harness/simulator/simulation.ts';

/** A node's own clock: the lab's, until it is made to drift. It never jumps, and a loss of power does not stop it. */
export class NodeClock {
  /** Told when it begins to drift: timers that were set by it are due at another time. */
  onDrift: () => void = () => {};
  readonly #simulation: Simulation;
  #since = {labMs: 0, nodeMs: 0};
  #rate = 1;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  nowMs(): number {
    return this.#since.nodeMs + (this.#simulation.nowMs - this.#since.labMs) * this.#rate;
  }

  /** When this clock will show that instant, in lab time. */
  labMs(nodeMs: number): number {
    return this.#since.labMs + (nodeMs - this.#since.nodeMs) / this.#rate;
  }

  /** From now on it goes faster by so many millionths (slower, below 0). */
  drift(partsPerMillion: number): void {
    this.#since = {labMs: this.#simulation.nowMs, nodeMs: this.nowMs()};
    this.#rate = 1 + partsPerMillion / 1_000_000;
    this.onDrift();
  }
}
