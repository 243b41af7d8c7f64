import type {HarnessEvent, PsnEvent} from '#protocol/event.ts';
import type {PsnEffect} from '#protocol/psn/contract.ts';

/** Collects what a policy node wants done because of one input, in order. */
export class Outbox {
  #effects: PsnEffect[] = [];

  add(effect: PsnEffect): void {
    this.#effects.push(effect);
  }

  record(event: PsnEvent | HarnessEvent): void {
    this.#effects.push({kind: 'record', event});
  }

  take(): PsnEffect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }
}
