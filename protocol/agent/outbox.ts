import type {AgentEffect} from '#protocol/agent/contract.ts';
import type {EndpointEvent, HarnessEvent} from '#protocol/event.ts';

/** Collects what an agent wants done because of one input, in order. */
export class Outbox {
  #effects: AgentEffect[] = [];

  add(effect: AgentEffect): void {
    this.#effects.push(effect);
  }

  record(event: EndpointEvent | HarnessEvent): void {
    this.#effects.push({kind: 'record', event});
  }

  take(): AgentEffect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }
}
