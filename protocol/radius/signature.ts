/** What proves that a RADIUS packet comes from somebody who knows the secret. Sources: RFC 2865 section 3, 2866 section 3, 3579 section 3.2, 5176 section 2.3 and 3.5. */
import {createHash, createHmac, timingSafeEqual} from 'node:crypto';
import {headerBytes, packetLength} from '#protocol/radius/packet.ts';

export const messageAuthenticator = 80;
export const zeroAuthenticator: Uint8Array = new Uint8Array(16);

/** Where a packet's Message-Authenticator has its 16 bytes; null: it has none; `doubled` or of a wrong length: undefined. */
export function findMessageAuthenticator(bytes: Uint8Array): number | null | undefined {
  const length = packetLength(bytes);
  let found: number | null = null;
  for (let offset = headerBytes; offset + 2 <= length; ) {
    const size = bytes[offset + 1] ?? 0;
    if (bytes[offset] === messageAuthenticator) {
      if (found !== null || size !== 18) return undefined;
      found = offset + 2;
    }
    if (size < 2) return undefined;
    offset += size;
  }
  return found;
}

/** HMAC-MD5 over the packet with `authenticator` in its header and zeros for the signature itself. */
export function signMessage(bytes: Uint8Array, authenticator: Uint8Array, at: number, secret: string): Uint8Array {
  const copy = bytes.slice(0, packetLength(bytes));
  copy.set(authenticator, 4);
  copy.fill(0, at, at + 16);
  return createHmac('md5', secret).update(copy).digest();
}

/** MD5 over the packet with `authenticator` in its header, and the secret: Response Authenticators, and those of accounting and CoA requests. */
export function digestPacket(bytes: Uint8Array, authenticator: Uint8Array, secret: string): Uint8Array {
  const copy = bytes.slice(0, packetLength(bytes));
  copy.set(authenticator, 4);
  return createHash('md5').update(copy).update(secret).digest();
}

export function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
