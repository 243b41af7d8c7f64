import type {Ace, Acl, AddressMatch, PortMatch, TcpFlag} from '#protocol/dacl/acl.ts';
import {protocolNumbers} from '#protocol/dacl/ios-protocols.ts';
import {formatIpv4, formatIpv6, parseIpv4, parseIpv6} from '#protocol/dacl/ip-address.ts';

/** One condition of a rule, in nft's words: `tcp dport` and `80`. */
export interface Condition {
  what: string;
  value: string;
  /** If it is for exactly one value of a field, so that it could be part of a map's key. */
  key?: KeyField;
}

/** Fields that can be part of a map's key. */
export type KeyField = (typeof keyFields)[number];
export const keyFields = [
  'ip saddr',
  'ip daddr',
  'ip6 saddr',
  'ip6 daddr',
  'meta l4proto',
  'th sport',
  'th dport',
] as const;

type Family = Acl['family'];

/**
What an entry asks: of addresses and IP header, and apart from that of ports, flags and message types. `never` in place of the
conditions that nothing can meet. Throws RangeError for what no parser made: only numbers get into a condition, and none of the
list's text.
*/
export function conditionsOf(
  ace: Ace,
  family: Family,
): {network: Condition[] | 'never'; transport: Condition[] | 'never'} {
  const network: Condition[] = [];
  addAddress(network, {side: 'saddr', match: ace.source, family});
  addAddress(network, {side: 'daddr', match: ace.destination, family});
  const isPossible = addHeader(network, ace, family);
  if (ace.protocol !== undefined) {
    network.push(protocolConditions[ace.protocol] ?? protocolCondition(whole(ace.protocol)));
  }
  return {network: isPossible ? network : 'never', transport: transportConditions(ace, family)};
}

/** Each of them once: every entry has one. */
const protocolConditions: readonly Condition[] = Array.from({length: 256}, (_, protocol) =>
  protocolCondition(protocol),
);

function protocolCondition(protocol: number): Condition {
  return {what: 'meta l4proto', value: String(protocol), key: 'meta l4proto'};
}

function addAddress(
  conditions: Condition[],
  {side, match, family}: {side: 'saddr' | 'daddr'; match: AddressMatch; family: Family},
): void {
  const field = addressFields[family][side];
  if (match.kind === 'host') {
    conditions.push({what: field, value: address(match.address, family), key: field});
  } else if (match.kind === 'prefix' && match.length > 0) {
    conditions.push({what: field, value: `${address(match.address, family)}/${whole(match.length)}`});
  } else if (match.kind === 'wildcard') {
    const condition = wildcardCondition(field, match);
    if (condition) conditions.push(condition);
  }
}

const addressFields = {
  ipv4: {saddr: 'ip saddr', daddr: 'ip daddr'},
  ipv6: {saddr: 'ip6 saddr', daddr: 'ip6 daddr'},
} as const;

function wildcardCondition(field: string, match: {address: string; wildcard: string}): Condition | undefined {
  const base = parseIpv4(match.address);
  const wildcard = parseIpv4(match.wildcard);
  if (base === undefined || wildcard === undefined) {
    throw new RangeError(
      `${JSON.stringify(match.address)} with ${JSON.stringify(match.wildcard)} is no wildcard match.`,
    );
  }
  if (wildcard === 0xffffffff) return undefined;
  const mask = ~wildcard >>> 0;
  const isPrefix = (wildcard & (wildcard + 1)) === 0;
  const network = formatIpv4((base & mask) >>> 0);
  if (isPrefix) return {what: field, value: `${network}/${Math.clz32(wildcard)}`};
  return {what: `${field} & ${formatIpv4(mask)} ==`, value: network};
}

/** False: nothing can match. */
function addHeader(conditions: Condition[], {dscp, precedence, tos, ttl}: Ace, family: Family): boolean {
  const header = family === 'ipv4' ? 'ip' : 'ip6';
  if (dscp !== undefined) conditions.push({what: `${header} dscp`, value: String(whole(dscp))});
  if (precedence !== undefined) {
    conditions.push({what: `${header} dscp`, value: `${whole(precedence) * 8}-${precedence * 8 + 7}`});
  }
  if (tos !== undefined) conditions.push({what: `@nh,${family === 'ipv4' ? 11 : 7},4`, value: String(whole(tos))});
  if (ttl === undefined) return true;
  const value = numbers(ttl, 255);
  if (value !== 'never') conditions.push({what: family === 'ipv4' ? 'ip ttl' : 'ip6 hoplimit', value});
  return value !== 'never';
}

function transportConditions(ace: Ace, family: Family): Condition[] | 'never' {
  const conditions: Condition[] = [];
  for (const [side, match] of [
    ['sport', ace.sourcePort],
    ['dport', ace.destinationPort],
  ] as const) {
    const condition = match && portCondition(side, match, ace.protocol);
    if (condition === 'never') return 'never';
    if (condition) conditions.push(condition);
  }
  const icmp = family === 'ipv4' ? 'icmp' : 'icmpv6';
  if (ace.established) conditions.push({what: 'tcp flags & (ack | rst) !=', value: '0'});
  if (ace.flags) conditions.push(flagsCondition(ace.flags));
  if (ace.icmp) conditions.push({what: `${icmp} type`, value: String(whole(ace.icmp.type))});
  if (ace.icmp?.code !== undefined) conditions.push({what: `${icmp} code`, value: String(whole(ace.icmp.code))});
  // IOS counts the low half of the first byte, the high half being 1.
  if (ace.igmpType !== undefined) conditions.push({what: '@th,0,8', value: String(16 + whole(ace.igmpType))});
  return conditions;
}

const portFields = {sport: 'th sport', dport: 'th dport'} as const;
const portHeaders: ReadonlyMap<number | undefined, {sport: string; dport: string}> = new Map([
  [protocolNumbers.tcp, {sport: 'tcp sport', dport: 'tcp dport'}],
  [protocolNumbers.udp, {sport: 'udp sport', dport: 'udp dport'}],
  [protocolNumbers.sctp, {sport: 'sctp sport', dport: 'sctp dport'}],
]);

function portCondition(side: 'sport' | 'dport', match: PortMatch, protocol: number | undefined): Condition | 'never' {
  const value = numbers(match, 65535);
  if (value === 'never') return 'never';
  const what = (portHeaders.get(protocol) ?? portFields)[side];
  return match.operator === 'eq' && match.values.length === 1 ? {what, value, key: portFields[side]} : {what, value};
}

function numbers(match: PortMatch, max: number): string {
  switch (match.operator) {
    case 'eq':
      return setOf(match.values);
    case 'neq':
      return `!= ${setOf(match.values)}`;
    case 'gt':
      return match.value >= max ? 'never' : `>= ${whole(match.value) + 1}`;
    case 'lt':
      return match.value <= 0 ? 'never' : `<= ${whole(match.value) - 1}`;
    case 'range':
      return match.from === match.to ? String(whole(match.to)) : `${whole(match.from)}-${whole(match.to)}`;
  }
}

function setOf(values: number[]): string {
  const numbers = values.length === 1 ? values : [...new Set(values)];
  const text = numbers.map(whole).join(', ');
  return numbers.length === 1 ? text : `{ ${text} }`;
}

function flagsCondition({set, clear, any}: NonNullable<Ace['flags']>): Condition {
  const asked = maskOf([...set, ...clear]);
  // All must be as asked; for `any`, not all may be the opposite.
  return any
    ? {what: `tcp flags & ${asked} !=`, value: String(maskOf(clear))}
    : {what: `tcp flags & ${asked} ==`, value: String(maskOf(set))};
}

const flagBits: Record<TcpFlag, number> = {fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32};

function maskOf(flags: TcpFlag[]): number {
  return flags.reduce((mask, flag) => mask | flagBits[flag], 0);
}

function address(text: string, family: Family): string {
  if (family === 'ipv4') {
    if (parseIpv4(text) !== undefined) return text; // there is one way to write it
  } else {
    const ipv6 = parseIpv6(text);
    if (ipv6 !== undefined) return formatIpv6(ipv6);
  }
  throw new RangeError(`${JSON.stringify(text)} is not an ${family === 'ipv4' ? 'IPv4' : 'IPv6'} address.`);
}

function whole(value: number): number {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is not a number of the language.`);
  return value;
}
