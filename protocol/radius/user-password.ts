import {md5, secretBytes} from '#protocol/radius/md5.ts';
import type {RadiusPacket} from '#protocol/radius/packet.ts';

export const userPasswordType = 2;

/** What `User-Password` holds (RFC 2865 section 5.2): 16 to 128 bytes. Throws RangeError for a password of more than 128. */
export function hideUserPassword(password: Uint8Array, authenticator: Uint8Array, secret: string): Uint8Array {
  if (password.length > longestBytes) {
    throw new RangeError(`A User-Password has at most ${longestBytes} bytes, not ${password.length}.`);
  }
  const hidden = new Uint8Array(Math.max(1, Math.ceil(password.length / 16)) * 16);
  hidden.set(password);
  let previous = authenticator;
  for (let start = 0; start < hidden.length; start += 16) {
    const block = hidden.subarray(start, start + 16);
    mask(block, previous, secret);
    previous = block;
  }
  return hidden;
}

/**
The User-Password of an Access-Request whose signature was verified, in the clear and without the zeros at its end; `undefined` if
there is none, or one of a length that cannot be.
*/
export function readUserPassword({attributes, authenticator}: RadiusPacket, secret: string): string | undefined {
  const hidden = attributes.find(({type, vendor}) => type === userPasswordType && vendor === undefined)?.value;
  if (hidden === undefined || hidden.length === 0 || hidden.length % 16 !== 0 || hidden.length > longestBytes)
    return undefined;
  const password = new Uint8Array(hidden);
  let previous = authenticator;
  for (let start = 0; start < hidden.length; start += 16) {
    mask(password.subarray(start, start + 16), previous, secret);
    previous = hidden.subarray(start, start + 16);
  }
  return decoder.decode(password.subarray(0, password.findLastIndex(byte => byte !== 0) + 1));
}

const longestBytes = 128;
const decoder = new TextDecoder('utf-8', {ignoreBOM: true});

function mask(block: Uint8Array, previous: Uint8Array, secret: string): void {
  const key = md5(secretBytes(secret), previous);
  for (let index = 0; index < block.length; index += 1) block[index] = (block[index] ?? 0) ^ (key[index] ?? 0);
}
