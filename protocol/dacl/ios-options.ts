import type {PortMatch} from '#protocol/dacl/acl.ts';

/** What compares the ports of an entry, or its TTL. */
export const operators: ReadonlyMap<string, PortMatch['operator']> = new Map([
  ['eq', 'eq'],
  ['neq', 'neq'],
  ['gt', 'gt'],
  ['lt', 'lt'],
  ['range', 'range'],
] as const);

export type OptionKind =
  | 'established'
  | 'flag'
  | 'match'
  | 'qos'
  | 'ttl'
  | 'fragments'
  | 'log'
  | 'time-range'
  | 'sequence'
  | 'unsupported';

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
  ['time-range', 'time-range'],
  ['sequence', 'sequence'],
  ['auth', 'unsupported'],
  ['dest-option', 'unsupported'],
  ['dest-option-type', 'unsupported'],
  ['flow-label', 'unsupported'],
  ['hbh', 'unsupported'],
  ['mobility', 'unsupported'],
  ['mobility-type', 'unsupported'],
  ['option', 'unsupported'],
  ['reflect', 'unsupported'],
  ['routing', 'unsupported'],
  ['routing-type', 'unsupported'],
  ['undetermined-transport', 'unsupported'],
] as const);

const extensionHeaders =
  'It looks into IPv6 extension headers, which switches do not do on an access port; not supported here.';

/** Why an entry with the word is refused. */
export const unsupportedReasons: ReadonlyMap<string, string> = new Map([
  ['auth', extensionHeaders],
  ['dest-option', extensionHeaders],
  ['dest-option-type', extensionHeaders],
  ['flow-label', 'A switch does not match flow labels in hardware; not supported here.'],
  ['hbh', extensionHeaders],
  ['mobility', extensionHeaders],
  ['mobility-type', extensionHeaders],
  [
    'option',
    'Packets with IP options go to the CPU of a switch, and a port ACL does not look into them; not supported here.',
  ],
  [
    'reflect',
    'A reflexive entry makes temporary entries for the way back: it needs state, and an ACL of a port has none. Not possible in a dACL.',
  ],
  ['routing', extensionHeaders],
  ['routing-type', extensionHeaders],
  ['undetermined-transport', extensionHeaders],
]);
