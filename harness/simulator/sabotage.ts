import type {AgentEffect, AgentInput} from '#protocol/agent/contract.ts';
import type {EnforcementChange, NadEffect, NadInput} from '#protocol/nad/contract.ts';
import type {PsnEffect, PsnInput} from '#protocol/psn/contract.ts';
import type {Role} from '#protocol/role.ts';

/** Bugs put in on purpose, to see whether they are found. Each takes a role as it is and gives it back with the bug. */
export interface Sabotage {
  agent?: (role: Role<AgentInput, AgentEffect>) => Role<AgentInput, AgentEffect>;
  nad?: (role: Role<NadInput, NadEffect>) => Role<NadInput, NadEffect>;
  psn?: (role: Role<PsnInput, PsnEffect>) => Role<PsnInput, PsnEffect>;
  /** What the packet filter makes of a transaction. */
  packetFilter?: (changes: readonly EnforcementChange[]) => readonly EnforcementChange[];
}
