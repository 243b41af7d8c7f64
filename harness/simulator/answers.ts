import {WaitError} from '#harness/lab.ts';
import type {Simulation} from '#harness/simulator/simulation.ts';
import type {Wait, Waits} from '#harness/simulator/waits.ts';
import type {Timeline} from '#harness/timeline.ts';

/** Whoever asks a node something waits for this long. */
const answerWithinMs = 600_000;

interface Answer {
  node: string;
  wait: Wait;
  resolve: (result: unknown) => void;
  reject: (error: unknown) => void;
}

/** Commands that nodes have not answered yet. */
export class Answers {
  readonly #simulation: Simulation;
  readonly #waits: Waits;
  readonly #timeline: Timeline;
  readonly #answers = new Map<string, Answer>();
  #count = 0;

  constructor({simulation, waits, timeline}: {simulation: Simulation; waits: Waits; timeline: Timeline}) {
    this.#simulation = simulation;
    this.#waits = waits;
    this.#timeline = timeline;
  }

  /** `send` gets the id under which the answer is to come. */
  of(node: string, command: string, send: (id: string) => void): Promise<unknown> {
    this.#count += 1;
    const id = String(this.#count);
    return new Promise((resolve, reject) => {
      const silence = `node ${node} did not answer ${command} within ${answerWithinMs} ms of lab time`;
      const wait: Wait = {
        deadlineMs: this.#simulation.nowMs + answerWithinMs,
        sees: () => false,
        expire: () => reject(new WaitError(`${silence}\n${this.#timeline}`)),
        abort: reject,
      };
      this.#answers.set(id, {node, wait, resolve, reject});
      this.#waits.add(wait);
      send(id);
    });
  }

  /** Does nothing where nobody waits. */
  settle(id: string, how: (answer: Pick<Answer, 'resolve' | 'reject'>) => void): void {
    const answer = this.#answers.get(id);
    if (answer === undefined) return;
    this.#answers.delete(id);
    this.#waits.end(answer.wait);
    how(answer);
  }

  /** The node cannot answer any more. */
  rejectAll(node: string, error: Error): void {
    for (const [id, answer] of this.#answers) if (answer.node === node) this.settle(id, ({reject}) => reject(error));
  }
}
