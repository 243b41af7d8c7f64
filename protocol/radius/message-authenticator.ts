/**
The Message-Authenticator: HMAC-MD5 over the packet, with zeros in its own place and, in the authenticator's place, what the kind of
packet wants there: an Access-Request's own, zeros for other requests, the request's for a response (RFC 3579 section 3.2, RFC
5176 section 3.4).
*/
import {timingSafeEqual} from 'node:crypto';
import {hmacMd5} from '#protocol/radius/md5.ts';
import {headerBytes, type RadiusAttribute} from '#protocol/radius/packet.ts';

/**
Puts an empty Message-Authenticator first, where it protects best (draft-ietf-radext-deprecating-radius, "BlastRADIUS"). One that is
among `attributes` is left out: it belongs to the packet they were taken from.
*/
export function withMessageAuthenticator(attributes: readonly RadiusAttribute[]): RadiusAttribute[] {
  return [{type: messageAuthenticator, value: new Uint8Array(digestBytes)}, ...withoutMessageAuthenticator(attributes)];
}

export function withoutMessageAuthenticator(attributes: readonly RadiusAttribute[]): RadiusAttribute[] {
  return attributes.filter(({type, vendor}) => type !== messageAuthenticator || vendor !== undefined);
}

/** Fills in the Message-Authenticator that is the first attribute of `packet`. */
export function signMessageAuthenticator(packet: Uint8Array, secret: string): void {
  packet.set(hmacMd5(secret, packet), headerBytes + 2);
}

/**
Checks the one Message-Authenticator of `packet`, which is overwritten and restored meanwhile. `substitute` is what stood in the
authenticator's place. Wrong is also one that has not 16 bytes; there must not be two, because receivers could choose differently.
*/
export function checkMessageAuthenticator(
  packet: Uint8Array,
  substitute: Uint8Array,
  secret: string,
): 'valid' | 'wrong' | 'absent' | 'repeated' {
  const [offset, second] = valueOffsets(packet);
  if (offset === undefined) return 'absent';
  if (second !== undefined) return 'repeated';
  if (packet[offset - 1] !== 2 + digestBytes) return 'wrong';
  const authenticator = packet.slice(4, headerBytes);
  const claimed = packet.slice(offset, offset + digestBytes);
  packet.set(substitute, 4);
  packet.fill(0, offset, offset + digestBytes);
  const computed = hmacMd5(secret, packet);
  packet.set(authenticator, 4);
  packet.set(claimed, offset);
  return timingSafeEqual(claimed, computed) ? 'valid' : 'wrong';
}

const messageAuthenticator = 80;
const digestBytes = 16;

function valueOffsets(packet: Uint8Array): number[] {
  const offsets: number[] = [];
  for (let offset = headerBytes; offset < packet.length; offset += packet[offset + 1] ?? 0) {
    if (packet[offset] === messageAuthenticator) offsets.push(offset + 2);
  }
  return offsets;
}
