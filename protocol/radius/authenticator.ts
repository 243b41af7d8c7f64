/**
The authenticator of everything but an Access-Request: MD5 over the packet and the secret, with a substitute in its own place. For a
request that is zeros (RFC 2866 section 3, RFC 5176 section 2.3), for a response the request's authenticator (RFC 2865 section 3).
*/
import {timingSafeEqual} from 'node:crypto';
import {md5, secretBytes} from '#protocol/radius/md5.ts';
import {headerBytes} from '#protocol/radius/packet.ts';

export const zeroAuthenticator: Uint8Array = new Uint8Array(16);

/** Replaces the substitute in `packet` by the authenticator. Nothing may be changed afterwards. */
export function signPacket(packet: Uint8Array, secret: string): void {
  packet.set(computeDigest(packet, secret), 4);
}

/** Checks the authenticator of `packet`, which is overwritten and restored meanwhile. */
export function isAuthentic(packet: Uint8Array, substitute: Uint8Array, secret: string): boolean {
  const claimed = packet.slice(4, headerBytes);
  packet.set(substitute, 4);
  const computed = computeDigest(packet, secret);
  packet.set(claimed, 4);
  return timingSafeEqual(claimed, computed);
}

function computeDigest(packet: Uint8Array, secret: string): Uint8Array {
  return md5(packet, secretBytes(secret));
}
