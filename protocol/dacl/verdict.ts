import type {Ace, Acl, AddressMatch, PortMatch, TcpFlag} from '#protocol/dacl/acl.ts';
import {neighbourDiscoveryTypes} from '#protocol/dacl/ios-icmp.ts';
import {protocolNumbers} from '#protocol/dacl/ios-protocols.ts';
import {parseIpv4, parseIpv6} from '#protocol/dacl/ip-address.ts';

/** What an access list can see of a packet. What is left out, the packet does not have; it then matches no entry that asks for it. */
export interface Packet {
  protocol: number;
  source: string;
  destination: string;
  sourcePort?: number;
  destinationPort?: number;
  flags?: TcpFlag[];
  icmpType?: number;
  icmpCode?: number;
  /** First byte of the message, low half, as IOS counts (`igmpMessages`). */
  igmpType?: number;
  /** The upper six bits of the TOS byte; the lower two (ECN) are taken for 0. Left out: 0. */
  dscp?: number;
  ttl?: number;
  /** Any fragment but the first: it has no ports, flags or message type, whatever else is said here. */
  fragment?: boolean;
}

/**
First match wins; `line` null: no entry matched, and the implicit rules decide. Those deny, except that an IPv6 list permits
neighbour solicitation and advertisement unless it says otherwise. A packet of the other family is denied.

Fragments other than the first go as on IOS: an entry that asks for more than they have (ports, flags, message types) is
passed over if it denies, and matches by addresses and protocol alone if it permits.
*/
export function verdict(acl: Acl, packet: Packet): {verdict: 'permit' | 'deny'; line: number | null} {
  const parse = acl.family === 'ipv4' ? parseIpv4 : parseIpv6;
  const source = parse(packet.source);
  const destination = parse(packet.destination);
  if (source === undefined || destination === undefined) return {verdict: 'deny', line: null};

  for (const ace of acl.entries) {
    if (matches(ace, packet, {source, destination})) return {verdict: ace.action, line: ace.line};
  }
  const isDiscovery = acl.family === 'ipv6' && acl.permitsNeighbourDiscovery !== false && isNeighbourDiscovery(packet);
  return {verdict: isDiscovery ? 'permit' : 'deny', line: null};
}

/** Whether an entry looks at what only the first fragment of a packet has. */
export function looksAtTransport({sourcePort, destinationPort, established, flags, icmp, igmpType}: Ace): boolean {
  return Boolean(sourcePort || destinationPort || established || flags || icmp) || igmpType !== undefined;
}

interface Addresses {
  source: number | bigint;
  destination: number | bigint;
}

function matches(ace: Ace, packet: Packet, {source, destination}: Addresses): boolean {
  if (ace.protocol !== undefined && ace.protocol !== packet.protocol) return false;
  if (!matchesAddress(ace.source, source) || !matchesAddress(ace.destination, destination)) return false;
  if (!matchesHeader(ace, packet)) return false;
  if (ace.fragments && !packet.fragment) return false;
  if (packet.fragment) return !looksAtTransport(ace) || ace.action === 'permit';
  return matchesTransport(ace, packet);
}

function matchesAddress(match: AddressMatch, address: number | bigint): boolean {
  switch (match.kind) {
    case 'any':
      return true;
    case 'host':
      return (typeof address === 'bigint' ? parseIpv6(match.address) : parseIpv4(match.address)) === address;
    case 'wildcard': {
      const [base, wildcard] = [parseIpv4(match.address), parseIpv4(match.wildcard)];
      return (
        typeof address === 'number' &&
        base !== undefined &&
        wildcard !== undefined &&
        ((address ^ base) & ~wildcard) === 0
      );
    }
    case 'prefix': {
      const width = typeof address === 'bigint' ? 128 : 32;
      const base = typeof address === 'bigint' ? parseIpv6(match.address) : parseIpv4(match.address);
      const shift = BigInt(width - match.length);
      return base !== undefined && BigInt(base) >> shift === BigInt(address) >> shift;
    }
  }
}

function matchesHeader(ace: Ace, {dscp = 0, ttl}: Packet): boolean {
  if (ace.dscp !== undefined && ace.dscp !== dscp) return false;
  if (ace.precedence !== undefined && ace.precedence !== dscp >> 3) return false;
  if (ace.tos !== undefined && ace.tos !== ((dscp << 1) & 15)) return false;
  return ace.ttl === undefined || matchesNumber(ace.ttl, ttl);
}

function matchesTransport(ace: Ace, packet: Packet): boolean {
  const flags = packet.flags ?? [];
  if (ace.sourcePort && !matchesNumber(ace.sourcePort, packet.sourcePort)) return false;
  if (ace.destinationPort && !matchesNumber(ace.destinationPort, packet.destinationPort)) return false;
  if (ace.established && !flags.includes('ack') && !flags.includes('rst')) return false;
  if (ace.flags && !matchesFlags(ace.flags, flags)) return false;
  if (ace.icmp && ace.icmp.type !== packet.icmpType) return false;
  if (ace.icmp?.code !== undefined && ace.icmp.code !== packet.icmpCode) return false;
  return ace.igmpType === undefined || ace.igmpType === packet.igmpType;
}

function matchesNumber(match: PortMatch, value: number | undefined): boolean {
  if (value === undefined) return false;
  switch (match.operator) {
    case 'eq':
      return match.values.includes(value);
    case 'neq':
      return !match.values.includes(value);
    case 'gt':
      return value > match.value;
    case 'lt':
      return value < match.value;
    case 'range':
      return value >= match.from && value <= match.to;
  }
}

function matchesFlags({set, clear, any}: NonNullable<Ace['flags']>, flags: TcpFlag[]): boolean {
  const answers = [...set.map(flag => flags.includes(flag)), ...clear.map(flag => !flags.includes(flag))];
  return any ? answers.includes(true) : !answers.includes(false);
}

function isNeighbourDiscovery({protocol, fragment, icmpType}: Packet): boolean {
  return (
    protocol === protocolNumbers.icmpv6 &&
    !fragment &&
    icmpType !== undefined &&
    neighbourDiscoveryTypes.includes(icmpType)
  );
}
