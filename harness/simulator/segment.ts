/** What travels in the simulated network besides the header that an access list sees. */
import {smallestFrameBytes} from '#harness/simulator/link.ts';
import type {TcpFlag} from '#protocol/dacl/acl.ts';
import type {Packet} from '#protocol/dacl/verdict.ts';
import type {HttpRequest, HttpResponse} from '#protocol/http.ts';

export type Payload =
  | {kind: 'udp'; bytes: Uint8Array}
  | {kind: 'tcp'; segment: Segment}
  /** ICMP: a router had no way for `about`. */
  | {kind: 'unreachable'; about: Packet};

/** A TCP segment by what it carries of TLS and HTTP; a flight of TLS is one segment. */
export type Segment =
  | {kind: 'syn' | 'syn-ack' | 'rst' | 'fin' | 'client-hello' | 'request-ack' | 'response-ack'}
  | {kind: 'server-hello'; certificate: ServerCertificate}
  | {kind: 'request'; request: HttpRequest; clientIsTrusted: boolean}
  | {kind: 'response'; response: HttpResponse};

/** What matters of a certificate. */
export interface ServerCertificate {
  names: string[];
  /** It leads to the authority that everybody in the lab trusts. */
  isTrusted: boolean;
  /** In lab time. */
  fromMs: number;
  toMs: number;
}

export const tcp = 6;
export const udp = 17;
export const icmp = 1;
export const icmpv6 = 58;

const flagsOf: Record<Segment['kind'], TcpFlag[]> = {
  syn: ['syn'],
  'syn-ack': ['syn', 'ack'],
  rst: ['rst', 'ack'],
  fin: ['fin', 'ack'],
  'client-hello': ['psh', 'ack'],
  'server-hello': ['psh', 'ack'],
  request: ['psh', 'ack'],
  'request-ack': ['ack'],
  response: ['psh', 'ack'],
  'response-ack': ['ack'],
};

/** The header of a segment between two ends. */
export function headerOf(
  segment: Segment,
  {from, to}: {from: {address: string; port: number}; to: {address: string; port: number}},
): Packet {
  return {
    protocol: tcp,
    source: from.address,
    sourcePort: from.port,
    destination: to.address,
    destinationPort: to.port,
    flags: flagsOf[segment.kind],
  };
}

/** Bytes that a flight of TLS is taken for: with a certificate of 256-bit keys, a small request, a small answer (as in containers). */
const flightBytes: Partial<Record<Segment['kind'], number>> = {
  'client-hello': 580,
  'server-hello': 1400,
  request: 700,
  response: 900,
};
const headerBytes = {udp: 42, tcp: 66};

/** How long a packet is as a frame: what a slow link asks. */
export function frameBytes(payload: Payload): number {
  if (payload.kind === 'udp') return Math.max(smallestFrameBytes, headerBytes.udp + payload.bytes.length);
  if (payload.kind === 'unreachable') return 70;
  return headerBytes.tcp + (flightBytes[payload.segment.kind] ?? 0);
}
