import type {Ace, AddressMatch, IcmpMatch, PortMatch} from '#protocol/dacl/acl.ts';
import {icmpMessages, icmpv6Messages, igmpMessages} from '#protocol/dacl/ios-icmp.ts';
import {showPort} from '#protocol/dacl/ios-ports.ts';
import {ipv4Protocols, ipv6Protocols} from '#protocol/dacl/ios-protocols.ts';
import {dscpNames, precedenceNames, tosNames} from '#protocol/dacl/ios-qos.ts';
import {formatIpv4} from '#protocol/dacl/ip-address.ts';

export interface ShowOptions {
  /** Put in the place of an `any` source, as `show ip access-lists interface` does (domain.md 5.6). */
  endpoint?: string;
  /** Left out: `ipv4`. */
  family?: 'ipv4' | 'ipv6';
}

/** One entry as IOS prints it: `deny tcp any host 10.0.0.11 eq 8449`. Without its sequence number. */
export function showAce(ace: Ace, {endpoint, family = 'ipv4'}: ShowOptions = {}): string {
  const source: AddressMatch =
    ace.source.kind === 'any' && endpoint !== undefined ? {kind: 'host', address: endpoint} : ace.source;
  return [
    ace.action,
    showProtocol(ace.protocol, family),
    showAddress(source, family),
    ...showNumbers(ace.sourcePort, port => showPort(port, ace.protocol)),
    showAddress(ace.destination, family),
    ...showNumbers(ace.destinationPort, port => showPort(port, ace.protocol)),
    ...showMessage(ace, family),
    ...(ace.established ? ['established'] : []),
    ...showFlags(ace.flags),
    ...showNamed('dscp', ace.dscp, dscpNames),
    ...showNamed('precedence', ace.precedence, precedenceNames),
    ...showNamed('tos', ace.tos, tosNames),
    ...(ace.ttl ? ['ttl', ...showNumbers(ace.ttl, String)] : []),
    ...(ace.fragments ? ['fragments'] : []),
    ...(ace.log ? [ace.log] : []),
    ...(ace.timeRange === undefined ? [] : ['time-range', ace.timeRange]),
  ].join(' ');
}

function showProtocol(protocol: number | undefined, family: 'ipv4' | 'ipv6'): string {
  return nameOf(protocol ?? null, family === 'ipv4' ? ipv4Protocols : ipv6Protocols) ?? String(protocol);
}

function showAddress(match: AddressMatch, family: 'ipv4' | 'ipv6'): string {
  switch (match.kind) {
    case 'any':
      return 'any';
    case 'host':
      return `host ${match.address}`;
    case 'wildcard':
      return `${match.address} ${match.wildcard}`;
    case 'prefix':
      return family === 'ipv6'
        ? `${match.address}/${match.length}`
        : `${match.address} ${formatIpv4(match.length === 32 ? 0 : 0xffffffff >>> match.length)}`;
  }
}

function showNumbers(match: PortMatch | undefined, show: (value: number) => string): string[] {
  if (match === undefined) return [];
  switch (match.operator) {
    case 'eq':
    case 'neq':
      return [match.operator, ...match.values.map(show)];
    case 'gt':
    case 'lt':
      return [match.operator, show(match.value)];
    case 'range':
      return ['range', show(match.from), show(match.to)];
  }
}

function showMessage({icmp, igmpType}: Ace, family: 'ipv4' | 'ipv6'): string[] {
  if (icmp) return [showIcmp(icmp, family === 'ipv4' ? icmpMessages : icmpv6Messages)];
  return igmpType === undefined ? [] : [nameOf(igmpType, igmpMessages) ?? String(igmpType)];
}

function showIcmp({type, code}: IcmpMatch, messages: ReadonlyMap<string, IcmpMatch>): string {
  for (const [name, message] of messages) {
    if (message.type === type && message.code === code) return name;
  }
  return code === undefined ? String(type) : `${type} ${code}`;
}

/** Flags without a sign mean that one of them is enough, which leaves no way to write one that must be clear. */
function showFlags(flags: Ace['flags']): string[] {
  if (flags === undefined) return [];
  if (flags.any && flags.clear.length === 0) return flags.set;
  return [
    flags.any ? 'match-any' : 'match-all',
    ...flags.set.map(flag => `+${flag}`),
    ...flags.clear.map(flag => `-${flag}`),
  ];
}

function showNamed(keyword: string, value: number | undefined, names: ReadonlyMap<string, number>): string[] {
  return value === undefined ? [] : [keyword, nameOf(value, names) ?? String(value)];
}

function nameOf<Value>(value: Value, names: ReadonlyMap<string, Value>): string | undefined {
  for (const [name, named] of names) {
    if (named === value) return name;
  }
  return undefined;
}
