import type {Simulation} from '#harness/simulator/simulation.ts';
import type {LabEvent} from '#protocol/event.ts';

/** Somebody waits: for an event until a deadline, or only for the deadline. */
export interface Wait {
  deadlineMs: number;
  /** Looks at what has just happened. Returns whether the wait is over. */
  sees(event: LabEvent): boolean;
  expire(): void;
  abort(error: unknown): void;
}

/**
Makes virtual time go while somebody waits, and only then. Between two events whoever was woken gets to say what it does next: all
promises settle (one turn of Node's own loop) before time jumps. So the same story comes of the same seed, as long as a scenario
waits for nothing but the lab.
*/
export class Waits {
  readonly #simulation: Simulation;
  readonly #waits = new Set<Wait>();
  #isDriving = false;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  add(wait: Wait): void {
    this.#waits.add(wait);
    if (!this.#isDriving) void this.#drive();
  }

  tell(event: LabEvent): void {
    for (const wait of this.#waits) if (wait.sees(event)) this.#waits.delete(wait);
  }

  /** Somebody has what it waited for. */
  end(wait: Wait): void {
    this.#waits.delete(wait);
  }

  /** Nobody waits any more. */
  clear(): void {
    this.#waits.clear();
  }

  async #drive(): Promise<void> {
    this.#isDriving = true;
    try {
      while (true) {
        await settled();
        if (this.#waits.size === 0) return;
        this.#playUntilSomebodyWakes();
      }
    } catch (error) {
      for (const wait of this.#waits) wait.abort(error);
      this.#waits.clear();
    } finally {
      this.#isDriving = false;
    }
  }

  #playUntilSomebodyWakes(): void {
    const count = this.#waits.size;
    let deadlineMs = Number.POSITIVE_INFINITY;
    for (const wait of this.#waits) deadlineMs = Math.min(deadlineMs, wait.deadlineMs);
    while (this.#waits.size === count) {
      const nextAtMs = this.#simulation.nextAtMs();
      if (nextAtMs === undefined || nextAtMs > deadlineMs) {
        this.#expire(deadlineMs);
        return;
      }
      this.#simulation.step();
    }
  }

  #expire(deadlineMs: number): void {
    this.#simulation.advanceTo(deadlineMs);
    for (const wait of this.#waits) {
      if (wait.deadlineMs > deadlineMs) continue;
      this.#waits.delete(wait);
      wait.expire();
    }
  }
}

/** Every promise that can go on has gone on. */
function settled(): Promise<void> {
  return new Promise(resolve => {
    setImmediate(resolve);
  });
}
