import {isHostAddress} from '#protocol/nad/host.ts';
import {formatIpAddress} from '#protocol/radius/ip-address.ts';

const icmpv6 = 58;
const headerBytes = 40;
/** Messages of RFC 4861 section 4 that hosts send. */
const message = {routerSolicitation: 133, neighbourSolicitation: 135, neighbourAdvertisement: 136} as const;
/** Where the options of each begin, from the message's first byte. */
const optionsAt: Record<number, number> = {
  [message.routerSolicitation]: 8,
  [message.neighbourSolicitation]: 24,
  [message.neighbourAdvertisement]: 24,
};
/** Source and Target Link-Layer Address (RFC 4861 4.6.1). */
const linkLayerAddress: readonly number[] = [1, 2];

/**
The address that the sender of an IPv6 packet uses, as neighbour discovery tells it: the source of a solicitation, the target of an
advertisement. null: it is none, or it comes from beyond the link (RFC 4861 6.1.1, 7.1), asks whether an address is free (RFC 4862
5.4.2; the address is not the host's yet), or speaks for another MAC than the frame's (`source`).
*/
export function discoveredAddress(packet: Uint8Array, source: Uint8Array): string | null {
  if (packet.length < headerBytes + 8 || (packet[0] ?? 0) >> 4 !== 6) return null;
  const [nextHeader, hopLimit] = packet.subarray(6, 8);
  const body = packet.subarray(headerBytes);
  const [type = 0, code] = body;
  const options = optionsAt[type];
  if (nextHeader !== icmpv6 || hopLimit !== 255 || code !== 0 || options === undefined) return null;
  if (body.length < options || !speaksFor(source, body.subarray(options))) return null;
  const bytes = type === message.neighbourAdvertisement ? body.slice(8, 24) : packet.slice(8, 24);
  const address = formatIpAddress(bytes);
  return isHostAddress(address) ? address : null;
}

/** Whether no link-layer address among the options is another's. What the capture has cut off is not there. */
function speaksFor(source: Uint8Array, options: Uint8Array): boolean {
  for (let at = 0; at + 8 <= options.length; ) {
    const [type = 0, units = 0] = options.subarray(at);
    if (units === 0) return false; // RFC 4861 4.6: such a packet is to be discarded
    if (linkLayerAddress.includes(type) && source.some((byte, index) => options[at + 2 + index] !== byte)) return false;
    at += 8 * units;
  }
  return true;
}
