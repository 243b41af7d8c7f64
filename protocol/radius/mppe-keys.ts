import {md5, secretBytes} from '#protocol/radius/md5.ts';
import type {RadiusAttribute} from '#protocol/radius/packet.ts';

/** What MS-MPPE keys are hidden with: the shared secret, and the authenticator of the request that they answer. */
export interface KeyCover {
  secret: string;
  authenticator: Uint8Array;
}

/**
The MS-MPPE-Send-Key and -Recv-Key among `attributes` hidden anew, as a proxy has to (RFC 2548 sections 2.4.2 and 2.4.3); other
attributes stay as they are. Salts are kept: they differ within a packet, which is all that is asked of them.
*/
export function rehideMppeKeys(
  attributes: readonly RadiusAttribute[],
  {from, to}: {from: KeyCover; to: KeyCover},
): RadiusAttribute[] {
  return attributes.map(attribute => {
    if (!isMppeKey(attribute) || !isWhole(attribute.value)) return attribute;
    const salt = attribute.value.subarray(0, saltBytes);
    const hidden = attribute.value.subarray(saltBytes);
    const value = new Uint8Array(attribute.value.length);
    value.set(salt);
    value.set(mask(mask(hidden, salt, from, 'uncover'), salt, to, 'cover'), saltBytes);
    return {...attribute, value};
  });
}

export function isMppeKey({vendor, type}: RadiusAttribute): boolean {
  return vendor === microsoft && (type === sendKey || type === receiveKey);
}

const microsoft = 311;
const sendKey = 16;
const receiveKey = 17;
const saltBytes = 2;
const blockBytes = 16;

function isWhole({length}: Uint8Array): boolean {
  return length > saltBytes && (length - saltBytes) % blockBytes === 0;
}

/** Each block is masked with a hash of the secret and of the hidden block before it; before the first stand authenticator and salt. */
function mask(
  input: Uint8Array,
  salt: Uint8Array,
  {secret, authenticator}: KeyCover,
  way: 'cover' | 'uncover',
): Uint8Array {
  const output = new Uint8Array(input.length);
  let chained: Uint8Array = Uint8Array.of(...authenticator, ...salt);
  for (let start = 0; start < input.length; start += blockBytes) {
    const key = md5(secretBytes(secret), chained);
    for (const [index, byte] of key.entries()) output[start + index] = (input[start + index] ?? 0) ^ byte;
    chained = (way === 'cover' ? output : input).subarray(start, start + blockBytes);
  }
  return output;
}
