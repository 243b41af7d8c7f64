import type {AgentEffect, AgentInput} from '#protocol/agent/contract.ts';
import type {Role} from '#protocol/role.ts';

/** How often a phone tells its call manager that it is there, as SCCP does by default (recall). */
const keepaliveMs = 30_000;

/**
An IP phone as the access network sees it, in the place of an agent: it is heard when its link comes up, and sends a keepalive from then on.
Its calls, and the call manager, are left out: the keepalive goes to its gateway, and there is no answer to it.
*/
export class Phone implements Role<AgentInput, AgentEffect> {
  #keepaliveAtMs: number | undefined;
  #keepalives = 0;

  handle(input: AgentInput, nowMs: number): AgentEffect[] {
    if (input.kind === 'link') {
      this.#keepaliveAtMs = input.up ? nowMs : undefined;
    } else if (input.kind === 'command') {
      const {id, command} = input;
      if (command.name === 'view') return [{kind: 'reply', id, result: this.#view()}];
      return [
        {kind: 'refuse', id, message: `a phone has no posture agent: it cannot do ${JSON.stringify(command.name)}`},
      ];
    }
    return this.#settle(nowMs);
  }

  wakeAtMs(): number | undefined {
    return this.#keepaliveAtMs;
  }

  #view(): {linked: boolean; keepalives: number} {
    return {linked: this.#keepaliveAtMs !== undefined, keepalives: this.#keepalives};
  }

  #settle(nowMs: number): AgentEffect[] {
    if (this.#keepaliveAtMs === undefined || this.#keepaliveAtMs > nowMs) return [];
    this.#keepaliveAtMs = nowMs + keepaliveMs;
    this.#keepalives += 1;
    return [{kind: 'announce'}];
  }
}
