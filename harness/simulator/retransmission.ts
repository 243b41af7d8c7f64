import type {Simulation, Timer} from '#harness/simulator/simulation.ts';

/** Sends something again and again, each time after twice as long, until it is told that it has arrived, or gives up. */
export class Retransmission {
  readonly #simulation: Simulation;
  #timer: Timer | undefined;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  start(send: () => void, {firstMs, attempts}: {firstMs: number; attempts: number}): void {
    this.stop();
    const attempt = (left: number, waitMs: number) => {
      send();
      if (left > 1) this.#timer = this.#simulation.after(waitMs, () => attempt(left - 1, 2 * waitMs));
    };
    attempt(attempts, firstMs);
  }

  stop(): void {
    if (this.#timer) this.#timer.isOver = true;
    this.#timer = undefined;
  }
}
