import {flagNames} from '#protocol/dacl/ace-boxes.ts';
import type {Acl} from '#protocol/dacl/acl.ts';
import {type Box, bit, messageLimit, range} from '#protocol/dacl/box.ts';
import {protocolNumbers} from '#protocol/dacl/ios-protocols.ts';
import {formatIpv4, formatIpv6} from '#protocol/dacl/ip-address.ts';
import type {Packet} from '#protocol/dacl/verdict.ts';

/** A packet of the box, with usual values wherever the box leaves a choice. */
export function exampleOf({ranges, bits}: Box, family: Acl['family']): Packet {
  const pick = (place: number, ...usual: number[]) => {
    const [from = 0, to = 0] = [ranges[place], ranges[place + 1]];
    return usual.find(value => value >= from && value <= to) ?? from;
  };
  const protocol = pick(range.protocol, 6, 17, family === 'ipv4' ? 1 : 58, 47);
  const words = family === 'ipv4' ? 1 : 4;
  const [dscp, dscpMask] = [bits[bit.dscp] ?? 0, bits[bit.dscp + 1] ?? 0];
  const packet: Packet = {
    protocol,
    source: addressOf(bits, {place: bit.source, words, usual: usualAddresses[family].source}),
    destination: addressOf(bits, {place: bit.source + 2 * words, words, usual: usualAddresses[family].destination}),
    ...((dscp & dscpMask) === 0 ? {} : {dscp: dscp & dscpMask}),
    ttl: pick(range.ttl, 64),
  };
  if (pick(range.fragment, 0) === 1) return {...packet, fragment: true};
  if (withPorts.has(protocol)) {
    const ports = {sourcePort: pick(range.first, 50_000), destinationPort: pick(range.second, 443, 8449)};
    return {...packet, ...ports, ...(protocol === protocolNumbers.tcp ? {flags: flagsOf(bits)} : {})};
  }
  if (messageLimit(protocol) === undefined) return packet;
  if (protocol === protocolNumbers.igmp) return {...packet, igmpType: pick(range.first, 6)};
  return {...packet, icmpType: pick(range.first, family === 'ipv4' ? 8 : 128), icmpCode: pick(range.second, 0)};
}

const withPorts: ReadonlySet<number> = new Set([protocolNumbers.tcp, protocolNumbers.udp, protocolNumbers.sctp]);

/** Of networks that are for examples (RFC 5737, RFC 3849). */
const usualAddresses = {
  ipv4: {source: [0xc000020a | 0], destination: [0xc633640a | 0]},
  ipv6: {source: [0x20010db8, 0, 0, 0x10], destination: [0x20010db8, 1, 0, 0x10]},
};

function addressOf(
  bits: readonly number[],
  {place, words, usual}: {place: number; words: number; usual: readonly number[]},
): string {
  const chosen = (word: number) => {
    const [value = 0, mask = 0] = [bits[place + 2 * word], bits[place + 2 * word + 1]];
    return ((value & mask) | ((usual[word] ?? 0) & ~mask)) >>> 0;
  };
  if (words === 1) return formatIpv4(chosen(0));
  let address = 0n;
  for (let word = 0; word < words; word += 1) address = (address << 32n) | BigInt(chosen(word));
  return formatIpv6(address);
}

/** SYN, if the box leaves the choice. */
function flagsOf(bits: readonly number[]): (typeof flagNames)[number][] {
  const [value = 0, mask = 0] = [bits[bit.flags], bits[bit.flags + 1]];
  const chosen = (value & mask) | (2 & ~mask);
  return flagNames.filter((_, index) => (chosen & (1 << index)) !== 0);
}
