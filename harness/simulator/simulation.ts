import {EventQueue} from '#harness/simulator/event-queue.ts';

/** Virtual time: it stands still while things happen, and jumps to when the next thing happens. */
export class Simulation {
  readonly #queue = new EventQueue<Timer>();
  #nowMs = 0;
  #steps = 0;

  get nowMs(): number {
    return this.#nowMs;
  }

  /** How many events have been played. */
  get steps(): number {
    return this.#steps;
  }

  /** Puts an action at an instant; one that is past counts as now. Set `isOver` of what is returned to take the action back. */
  at(atMs: number, action: () => void): Timer {
    const timer: Timer = {isOver: false, action};
    this.#queue.push(Math.max(this.#nowMs, toMicroseconds(atMs)), timer);
    return timer;
  }

  after(delayMs: number, action: () => void): Timer {
    return this.at(this.#nowMs + delayMs, action);
  }

  nextAtMs(): number | undefined {
    return this.#queue.nextAtMs();
  }

  /** Plays the next event. Returns whether there was one. */
  step(): boolean {
    const next = this.#queue.pop();
    if (next === undefined) return false;
    this.#nowMs = next.atMs;
    this.#steps += 1;
    const timer = next.action;
    if (timer.isOver) return true;
    timer.isOver = true;
    timer.action();
    return true;
  }

  /** Lets time go by in which nothing happens. Never back. */
  advanceTo(atMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, toMicroseconds(atMs));
  }
}

/** Something that is to happen. `isOver`: it has happened, or was taken back. */
export interface Timer {
  isOver: boolean;
  readonly action: () => void;
}

/** Instants have three decimals, as in a container's lab time, so that sums of delays do not grow tails. */
function toMicroseconds(atMs: number): number {
  return Math.ceil(atMs * 1000 - 1e-6) / 1000;
}
