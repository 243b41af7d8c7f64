/** Something that must hold always, and did not. */
export interface Violation {
  rule: Rule;
  atMs: number;
  message: string;
}

/** What must hold always, whatever is done to a lab. */
export const rules = {
  'no-fault': 'no role throws, and none asks to be woken for ever',
  'alarm-iff-compliant': 'the alarm comes if and only if a PSN answers a probe Compliant (domain.md 3.8, 7.2)',
  latch: 'an agent that has seen the wrong configuration is latched, and a latched agent never probes (3.9)',
  patience: 'no probe leaves before its transition delay or its interval is over (7.4)',
  enforcement: 'a packet passes if and only if the dACL in force permits it (5.6)',
  'no-timer-lost': 'an agent that should probe goes on probing, and one that looks for a server goes on looking',
  agreement: 'in the end PSN, switch and agent agree, or differ by a blind spot that has a name (3.10)',
} as const;

export type Rule = keyof typeof rules;
