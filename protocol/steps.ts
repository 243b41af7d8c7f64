/**
The places at which a role can be made slow or stopped: each step has a delay (a latency knob of domain.md 7.5) and a gate.

An action handed to a step leaves it after the step's delay, unless the gate is held; then it waits until the gate is
released. Order within a step is kept.
*/
export class Steps<Step extends string, Action> {
  readonly #delaysMs: Record<Step, number>;
  readonly #held = new Set<Step>();
  #waiting: {step: Step; dueAtMs: number; action: Action; reported: boolean}[] = [];

  constructor(delaysMs: Record<Step, number>) {
    this.#delaysMs = {...delaysMs};
  }

  enter(step: Step, action: Action, nowMs: number): void {
    this.#waiting.push({step, dueAtMs: nowMs + this.#delaysMs[step], action, reported: false});
  }

  /** Actions whose delay is over and whose gate is open, in the order in which they are due; they leave their step. */
  leave(nowMs: number): {step: Step; action: Action}[] {
    if (this.#waiting.length === 0) return [];
    const due = this.#waiting.filter(entry => entry.dueAtMs <= nowMs && !this.#held.has(entry.step));
    this.#waiting = this.#waiting.filter(entry => !due.includes(entry));
    return due.sort((a, b) => a.dueAtMs - b.dueAtMs).map(({step, action}) => ({step, action}));
  }

  /** Steps at which an action has just come to stand before a held gate. Each action is told once. */
  newlyHeld(nowMs: number): Step[] {
    if (this.#held.size === 0) return [];
    const stopped = this.#waiting.filter(
      entry => entry.dueAtMs <= nowMs && this.#held.has(entry.step) && !entry.reported,
    );
    for (const entry of stopped) entry.reported = true;
    return stopped.map(entry => entry.step);
  }

  /** Drops the actions that `matches` names: what they were for is gone. */
  drop(matches: (action: Action) => boolean): void {
    this.#waiting = this.#waiting.filter(entry => !matches(entry.action));
  }

  hold(step: Step): void {
    this.#held.add(step);
  }

  release(step: Step): void {
    this.#held.delete(step);
  }

  setDelay(step: Step, delayMs: number): void {
    this.#delaysMs[step] = delayMs;
  }

  delaysMs(): Record<Step, number> {
    return {...this.#delaysMs};
  }

  held(): Step[] {
    return [...this.#held];
  }

  wakeAtMs(): number | undefined {
    const instants = this.#waiting
      .filter(entry => !this.#held.has(entry.step) || !entry.reported)
      .map(entry => entry.dueAtMs);
    return instants.length === 0 ? undefined : Math.min(...instants);
  }
}
