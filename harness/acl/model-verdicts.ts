import type {Acl} from '#protocol/dacl/acl.ts';
import {formatIpv4, formatIpv6, parseIpv4, parseIpv6} from '#protocol/dacl/ip-address.ts';
import {type Packet, verdict} from '#protocol/dacl/verdict.ts';

export interface Verdict {
  verdict: 'permit' | 'deny';
  /** Of the entry that decided; null: the implicit deny, or the port. */
  line: number | null;
}

/**
What the model says, packet by packet. On a port with a session, packets of other addresses than the endpoint's meet no list and
are dropped (domain.md 10.3).
*/
export function verdictsInModel(
  acl: Acl,
  {packets, endpoint}: {packets: readonly Packet[]; endpoint: string | null},
): Verdict[] {
  return packets.map(packet =>
    endpoint === null || canonical(packet.source) === endpoint ? verdict(acl, packet) : {verdict: 'deny', line: null},
  );
}

function canonical(address: string): string | undefined {
  const ipv4 = parseIpv4(address);
  if (ipv4 !== undefined) return formatIpv4(ipv4);
  const ipv6 = parseIpv6(address);
  return ipv6 === undefined ? undefined : formatIpv6(ipv6);
}
