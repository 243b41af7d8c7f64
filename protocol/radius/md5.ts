/** MD5 (RFC 1321) and HMAC-MD5 (RFC 2104) of packets. For so few bytes Node's Hash and Hmac objects cost more than the hashing. */
import {hash} from 'node:crypto';
import {remembered} from '#protocol/remembered.ts';

/** Of the parts, one after the other. */
export function md5(...parts: Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const whole = length > room.length ? new Uint8Array(length) : room.subarray(0, length);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return hash('md5', whole, 'buffer');
}

export function hmacMd5(secret: string, message: Uint8Array): Uint8Array {
  const {inner, outer} = keyOf(secret);
  return md5(outer, md5(inner, message));
}

/** A shared secret as it goes into a hash. */
export function secretBytes(secret: string): Uint8Array {
  return keyOf(secret).bytes;
}

/** For every packet that there can be, and a secret. */
const room = new Uint8Array(8192);
const blockBytes = 64;
const encoder = new TextEncoder();

const keyOf = remembered(
  (secret: string) => {
    const bytes = encoder.encode(secret);
    const key = bytes.length > blockBytes ? md5(bytes) : bytes;
    return {bytes, inner: padded(key, 0x36), outer: padded(key, 0x5c)};
  },
  secret => secret,
);

function padded(key: Uint8Array, pad: number): Uint8Array {
  return Uint8Array.from({length: blockBytes}, (_, index) => (key[index] ?? 0) ^ pad);
}
