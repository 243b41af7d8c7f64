import {createHash, timingSafeEqual} from 'node:crypto';
import {headerBytes} from '#protocol/radius/packet.ts';

export const zeroAuthenticator: Uint8Array = new Uint8Array(16);

/**
MD5 over a packet and the secret. With zeros in the authenticator field it is the Request Authenticator of everything but an
Access-Request (RFC 2866 section 3, RFC 5176 section 2.3), with the request's authenticator there the Response Authenticator (RFC
2865 section 3).
*/
export function computeAuthenticator(packet: Uint8Array, secret: string): Uint8Array {
  return createHash('md5').update(packet).update(secret).digest();
}

/**
Checks a packet's authenticator; `substitute` is what stood in its place when it was computed, and stays there afterwards, so that
the Message-Authenticator can be checked next.
*/
export function checkAuthenticator(packet: Uint8Array, substitute: Uint8Array, secret: string): boolean {
  const claimed = packet.slice(4, headerBytes);
  packet.set(substitute, 4);
  return timingSafeEqual(claimed, computeAuthenticator(packet, secret));
}
