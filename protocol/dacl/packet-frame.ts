import {maskOfFlags} from '#protocol/dacl/ace-boxes.ts';
import {protocolNumbers} from '#protocol/dacl/ios-protocols.ts';
import {parseIpv4, parseIpv6} from '#protocol/dacl/ip-address.ts';
import type {Packet} from '#protocol/dacl/verdict.ts';

/** Where the frame of a packet differs from that of any other: in its source address, which is `02:00` and this number. */
export type Mark = number;

const ethernetBytes = 14;
const payloadBytes = 8;

/** A packet as an Ethernet frame, to nobody's address. Throws RangeError if its addresses are of no, or different, families. */
export function frameOf(packet: Packet, mark: Mark): Uint8Array {
  const source = packet.source.includes(':') ? parseIpv6(packet.source) : parseIpv4(packet.source);
  const destination = packet.destination.includes(':') ? parseIpv6(packet.destination) : parseIpv4(packet.destination);
  const content = contentOf(packet);
  if (typeof source === 'number' && typeof destination === 'number') {
    return framed(ipv4Packet(packet, {source, destination, content}), {type: 0x0800, mark});
  }
  if (typeof source === 'bigint' && typeof destination === 'bigint') {
    return framed(ipv6Packet(packet, {source, destination, content}), {type: 0x86dd, mark});
  }
  throw new RangeError(`No packet goes from ${packet.source} to ${packet.destination}.`);
}

/** An ARP frame, which every port lets pass. */
export function arpFrame(mark: Mark): Uint8Array {
  return framed(new Uint8Array(28), {type: 0x0806, mark});
}

export function macOf(mark: Mark): string {
  const digits = mark.toString(16).padStart(8, '0');
  return `02:00:${digits.match(/../g)?.join(':')}`;
}

/** `undefined`: the frame has another sender. */
export function markOfMac(mac: string): Mark | undefined {
  return mac.startsWith('02:00:') ? Number.parseInt(mac.slice(6).replaceAll(':', ''), 16) : undefined;
}

function framed(content: Uint8Array, {type, mark}: {type: number; mark: Mark}): Uint8Array {
  const frame = new Uint8Array(ethernetBytes + content.length);
  const view = new DataView(frame.buffer);
  frame.set([0x02, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, 0x00]);
  view.setUint32(8, mark);
  view.setUint16(12, type);
  frame.set(content, ethernetBytes);
  return frame;
}

function ipv4Packet(
  {protocol, dscp = 0, ttl = 64, fragment}: Packet,
  {source, destination, content}: {source: number; destination: number; content: Uint8Array},
): Uint8Array {
  const bytes = new Uint8Array(20 + content.length);
  const view = new DataView(bytes.buffer);
  bytes[0] = 0x45;
  bytes[1] = dscp << 2;
  view.setUint16(2, bytes.length);
  view.setUint16(6, fragment ? 1 : 0); // in units of eight bytes
  bytes[8] = ttl;
  bytes[9] = protocol;
  view.setUint32(12, source);
  view.setUint32(16, destination);
  view.setUint16(10, checksum(view, 20));
  bytes.set(content, 20);
  return bytes;
}

/** With a fragment header (RFC 8200 §4.5) for a fragment. */
function ipv6Packet(
  {protocol, dscp = 0, ttl = 64, fragment}: Packet,
  {source, destination, content}: {source: bigint; destination: bigint; content: Uint8Array},
): Uint8Array {
  const extension = fragment ? 8 : 0;
  const bytes = new Uint8Array(40 + extension + content.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0x6000 | (dscp << 6));
  view.setUint16(4, bytes.length - 40);
  bytes[6] = fragment ? 44 : protocol;
  bytes[7] = ttl;
  for (const [at, address] of [
    [8, source],
    [24, destination],
  ] as const) {
    view.setBigUint64(at, address >> 64n);
    view.setBigUint64(at + 8, address & 0xffffffffffffffffn);
  }
  if (fragment) {
    bytes[40] = protocol;
    view.setUint16(42, 1 << 3);
  }
  bytes.set(content, 40 + extension);
  return bytes;
}

function contentOf(packet: Packet): Uint8Array {
  const {
    protocol,
    fragment,
    sourcePort = 0,
    destinationPort = 0,
    flags = [],
    icmpType = 0,
    icmpCode = 0,
    igmpType = 0,
  } = packet;
  if (fragment) return new Uint8Array(16);
  const bytes = new Uint8Array((headerBytes.get(protocol) ?? 8) + payloadBytes);
  const view = new DataView(bytes.buffer);
  switch (protocol) {
    case protocolNumbers.tcp:
      bytes[12] = 5 << 4;
      bytes[13] = maskOfFlags(flags);
      setPorts();
      break;
    case protocolNumbers.udp:
      view.setUint16(4, bytes.length);
      setPorts();
      break;
    case protocolNumbers.sctp:
      setPorts();
      break;
    case protocolNumbers.icmp:
    case protocolNumbers.icmpv6:
      bytes.set([icmpType, icmpCode]);
      break;
    case protocolNumbers.igmp:
      bytes[0] = 0x10 | igmpType;
      break;
  }
  return bytes;

  function setPorts(): void {
    view.setUint16(0, sourcePort);
    view.setUint16(2, destinationPort);
  }
}

const headerBytes: ReadonlyMap<number, number> = new Map([
  [protocolNumbers.tcp, 20],
  [protocolNumbers.sctp, 12],
]);

/** RFC 1071, over an even number of bytes. */
function checksum(view: DataView, bytes: number): number {
  let sum = 0;
  for (let at = 0; at < bytes; at += 2) sum += view.getUint16(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
