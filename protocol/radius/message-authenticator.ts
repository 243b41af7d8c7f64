import {createHmac, timingSafeEqual} from 'node:crypto';
import {headerBytes} from '#protocol/radius/packet.ts';

export const messageAuthenticatorType = 80;

/**
HMAC-MD5 over a packet whose Message-Authenticator is still zeros and whose authenticator field is what the packet's kind wants
there: an Access-Request's own, zeros for other requests, the request's for every response (RFC 3579 section 3.2, RFC 5176
section 3.4).
*/
export function computeMessageAuthenticator(packet: Uint8Array, secret: string): Uint8Array {
  return createHmac('md5', secret).update(packet).digest();
}

/**
Checks the only Message-Authenticator of `packet`, which is what the last function wants but for its value. Overwrites that value
with zeros. Wrong is also one that is there twice, because receivers could choose differently, and one that has not 16 bytes.
*/
export function checkMessageAuthenticator(
  packet: Uint8Array,
  secret: string,
): 'valid' | 'wrong' | 'absent' | 'repeated' {
  const [offset, second] = valueOffsets(packet);
  if (offset === undefined) return 'absent';
  if (second !== undefined) return 'repeated';
  if (packet[offset - 1] !== 18) return 'wrong';
  const claimed = packet.slice(offset, offset + 16);
  packet.fill(0, offset, offset + 16);
  return timingSafeEqual(claimed, computeMessageAuthenticator(packet, secret)) ? 'valid' : 'wrong';
}

function valueOffsets(packet: Uint8Array): number[] {
  const offsets: number[] = [];
  for (let offset = headerBytes; offset < packet.length; offset += packet[offset + 1] ?? 0) {
    if (packet[offset] === messageAuthenticatorType) offsets.push(offset + 2);
  }
  return offsets;
}
