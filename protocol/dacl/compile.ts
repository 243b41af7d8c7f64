import type {Ace, Acl, AddressMatch, PortMatch, TcpFlag} from '#protocol/dacl/acl.ts';
import {neighbourDiscoveryTypes} from '#protocol/dacl/ios-icmp.ts';
import {protocolNumbers} from '#protocol/dacl/ios-protocols.ts';
import {formatIpv4, formatIpv6, parseIpv4, parseIpv6} from '#protocol/dacl/ip-address.ts';
import {looksAtTransport} from '#protocol/dacl/verdict.ts';

/** A chain of an nftables table in the netdev family. */
export interface CompiledChain {
  name: string;
  rules: string[];
}

/** What stands in the comment of a rule for no entry. */
export const implicitComment = 'implicit';

/** The line of the entry that a rule was made from, or null for the implicit deny; `undefined`: the comment is not ours. */
export function readRuleComment(comment: string): number | null | undefined {
  if (comment === implicitComment) return null;
  const [, line] = /^line (\d+)$/.exec(comment) ?? [];
  return line === undefined ? undefined : Number(line);
}

/**
Makes the chains that do to packets what `verdict` says: a rule and a counter for each entry, and the implicit deny at the end.
Every rule ends the evaluation. The first chain is the one to go to, with packets of the list's family only; it is named
`chain`, and other chains have names that begin so.

Fragments other than the first have a chain of their own if the list treats them differently. An entry that can match nothing
has no rule, and neither has one in the fragments' chain behind another that matches the same.

Nothing of the list's text gets here, only numbers. Throws RangeError if the list holds what no parser made.
*/
export function compileAcl(acl: Acl, chain: string): CompiledChain[] {
  const rules = acl.entries.filter(ace => !ace.fragments).flatMap(ace => ruleOf(ace, allMatches(ace, acl.family)));
  const permitted = acl.family === 'ipv6' ? [`icmpv6 type { ${neighbourDiscoveryTypes.join(', ')} } accept`] : [];
  const last = `counter drop comment "${implicitComment}"`;
  if (!acl.entries.some(ace => ace.fragments || looksAtTransport(ace))) {
    return [{name: chain, rules: [...rules, ...permitted, last]}];
  }
  const fragments = `${chain}_fragments`;
  return [
    {name: chain, rules: [`${isFragment[acl.family]} goto ${fragments}`, ...rules, ...permitted, last]},
    {name: fragments, rules: [...fragmentRules(acl), last]},
  ];
}

const isFragment = {ipv4: 'ip frag-off & 0x1fff != 0', ipv6: 'frag frag-off != 0'};

function fragmentRules({entries, family}: Acl): string[] {
  const seen = new Set<string>();
  return entries.flatMap(ace => {
    if (looksAtTransport(ace) && ace.action === 'deny') return [];
    const matches = networkMatches(ace, family);
    const key = matches?.join(' ') ?? '';
    if (seen.has(key) || seen.has('')) return [];
    if (matches) seen.add(key);
    return ruleOf(ace, matches);
  });
}

function ruleOf(ace: Ace, matches: string[] | undefined): string[] {
  if (matches === undefined) return [];
  const verdict = ace.action === 'permit' ? 'accept' : 'drop';
  return [[...matches, `counter ${verdict} comment "line ${whole(ace.line)}"`].join(' ')];
}

/** `undefined`: nothing matches. */
function allMatches(ace: Ace, family: Acl['family']): string[] | undefined {
  const network = networkMatches(ace, family);
  const transport = transportMatches(ace, family);
  return network && transport && [...network, ...transport];
}

function networkMatches(ace: Ace, family: Acl['family']): string[] | undefined {
  const header = family === 'ipv4' ? 'ip' : 'ip6';
  const ttl = ace.ttl && numberMatch(family === 'ipv4' ? 'ip ttl' : 'ip6 hoplimit', ace.ttl, 255);
  if (ttl === 'never') return undefined;
  return [
    ...addressMatch(`${header} saddr`, ace.source, family),
    ...addressMatch(`${header} daddr`, ace.destination, family),
    ...(ace.dscp === undefined ? [] : [`${header} dscp ${whole(ace.dscp)}`]),
    ...(ace.precedence === undefined ? [] : [`${header} dscp ${whole(ace.precedence) * 8}-${ace.precedence * 8 + 7}`]),
    ...(ace.tos === undefined ? [] : [`@nh,${family === 'ipv4' ? 11 : 7},4 ${whole(ace.tos)}`]),
    ...(ttl ? [ttl] : []),
    ...(ace.protocol === undefined ? [] : [`meta l4proto ${whole(ace.protocol)}`]),
  ];
}

const portHeaders: Record<number, string> = {
  [protocolNumbers.tcp]: 'tcp',
  [protocolNumbers.udp]: 'udp',
  [protocolNumbers.sctp]: 'sctp',
};

function transportMatches(ace: Ace, family: Acl['family']): string[] | undefined {
  const header = portHeaders[ace.protocol ?? -1] ?? 'th';
  const ports = [
    ...(ace.sourcePort ? [numberMatch(`${header} sport`, ace.sourcePort, 65535)] : []),
    ...(ace.destinationPort ? [numberMatch(`${header} dport`, ace.destinationPort, 65535)] : []),
  ];
  if (ports.includes('never')) return undefined;
  const icmp = family === 'ipv4' ? 'icmp' : 'icmpv6';
  return [
    ...ports,
    ...(ace.established ? ['tcp flags & (ack | rst) != 0'] : []),
    ...(ace.flags ? [flagsMatch(ace.flags)] : []),
    ...(ace.icmp ? [`${icmp} type ${whole(ace.icmp.type)}`] : []),
    ...(ace.icmp?.code === undefined ? [] : [`${icmp} code ${whole(ace.icmp.code)}`]),
    // IOS counts the low half of the first byte; the high half is IGMP's version 1 (domain.md leaves this open; ours).
    ...(ace.igmpType === undefined ? [] : [`@th,0,8 ${16 + whole(ace.igmpType)}`]),
  ];
}

function addressMatch(field: string, match: AddressMatch, family: Acl['family']): string[] {
  switch (match.kind) {
    case 'any':
      return [];
    case 'host':
      return [`${field} ${address(match.address, family)}`];
    case 'prefix':
      return match.length === 0 ? [] : [`${field} ${address(match.address, family)}/${whole(match.length)}`];
    case 'wildcard': {
      const wildcard = parseIpv4(match.wildcard);
      if (wildcard === undefined) throw new RangeError(`${JSON.stringify(match.wildcard)} is not a wildcard mask.`);
      if (wildcard === 0xffffffff) return [];
      const base = address(match.address, 'ipv4');
      const isContiguous = (wildcard & (wildcard + 1)) === 0;
      if (isContiguous) return [`${field} ${base}/${Math.clz32(wildcard)}`];
      const mask = ~wildcard >>> 0;
      return [`${field} & ${formatIpv4(mask)} == ${formatIpv4(((parseIpv4(base) ?? 0) & mask) >>> 0)}`];
    }
  }
}

function numberMatch(field: string, match: PortMatch, max: number): string | 'never' {
  switch (match.operator) {
    case 'eq':
      return `${field} ${setOf(match.values)}`;
    case 'neq':
      return `${field} != ${setOf(match.values)}`;
    case 'gt':
      return match.value >= max ? 'never' : `${field} >= ${whole(match.value) + 1}`;
    case 'lt':
      return match.value <= 0 ? 'never' : `${field} <= ${whole(match.value) - 1}`;
    case 'range':
      return match.from === match.to
        ? `${field} ${whole(match.from)}`
        : `${field} ${whole(match.from)}-${whole(match.to)}`;
  }
}

function setOf(values: number[]): string {
  const numbers = [...new Set(values.map(whole))];
  return numbers.length === 1 ? String(numbers[0]) : `{ ${numbers.join(', ')} }`;
}

function flagsMatch({set, clear, any}: NonNullable<Ace['flags']>): string {
  const asked = maskOf([...set, ...clear]);
  // All must be as asked; or, for `any`, not all may be the opposite.
  return any ? `tcp flags & ${asked} != ${maskOf(clear)}` : `tcp flags & ${asked} == ${maskOf(set)}`;
}

const flagBits: Record<TcpFlag, number> = {fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32};

function maskOf(flags: TcpFlag[]): number {
  return flags.reduce((mask, flag) => mask | flagBits[flag], 0);
}

/** Written anew from its number: what comes from outside is never copied. */
function address(text: string, family: Acl['family']): string {
  if (family === 'ipv4') {
    const ipv4 = parseIpv4(text);
    if (ipv4 !== undefined) return formatIpv4(ipv4);
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
