import type {PortMatch} from '#protocol/dacl/acl.ts';

/** What compares the ports of an entry, or its TTL. */
export const operators: ReadonlyMap<string, PortMatch['operator']> = new Map([
  ['eq', 'eq'],
  ['neq', 'neq'],
  ['gt', 'gt'],
  ['lt', 'lt'],
  ['range', 'range'],
] as const);

export type OptionKind = 'established' | 'flag' | 'match' | 'qos' | 'ttl' | 'fragments' | 'log' | 'unsupported';

/** Every word that IOS takes after destination and ports. `unsupported`: IOS knows it, this emulation does not. */
export const optionNames: ReadonlyMap<string, OptionKind> = new Map([
  ['ack', 'flag'],
  ['fin', 'flag'],
  ['psh', 'flag'],
  ['rst', 'flag'],
  ['syn', 'flag'],
  ['urg', 'flag'],
  ['match-all', 'match'],
  ['match-any', 'match'],
  ['established', 'established'],
  ['dscp', 'qos'],
  ['precedence', 'qos'],
  ['tos', 'qos'],
  ['ttl', 'ttl'],
  ['fragments', 'fragments'],
  ['log', 'log'],
  ['log-input', 'log'],
  ['flow-label', 'unsupported'],
  ['option', 'unsupported'],
  ['reflect', 'unsupported'],
  ['routing', 'unsupported'],
  ['time-range', 'unsupported'],
] as const);
