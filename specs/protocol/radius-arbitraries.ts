/** RADIUS for fast-check: what may be in a packet, and how a packet is broken. */
import fc from 'fast-check';
import type {RadiusAttribute} from '#protocol/radius/packet.ts';

const messageAuthenticator = 80;
const vendorSpecific = 26;
const userPassword = 2;

function bytesUpTo(maxLength: number): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({maxLength, size: 'max'});
}

/** Any type but those that encoding treats in its own way. */
const plain: fc.Arbitrary<RadiusAttribute> = fc.record({
  type: fc
    .integer({min: 0, max: 255})
    .filter(type => ![messageAuthenticator, vendorSpecific, userPassword].includes(type)),
  value: bytesUpTo(253),
});

const ofVendor: fc.Arbitrary<RadiusAttribute> = fc.record({
  type: fc.integer({min: 0, max: 255}),
  vendor: fc.oneof(fc.constant(9), fc.integer({min: 0, max: 0xffffff})),
  value: bytesUpTo(247),
});

/** So few that two lists fit one packet. */
export const attributeLists = fc.array(fc.oneof(plain, ofVendor), {maxLength: 7});

export const secrets = fc.string({minLength: 1, maxLength: 40, unit: 'binary'});

export const identifiers = fc.integer({min: 0, max: 255});

export const sixteenBytes = fc.uint8Array({minLength: 16, maxLength: 16});

/** Where to change a packet, as a share of its length, and how: never not at all. */
export const flips = fc.record({
  at: fc.double({min: 0, max: 1, maxExcluded: true, noNaN: true}),
  mask: fc.integer({min: 1, max: 255}),
});

export function flip(packet: Uint8Array, {at, mask}: {at: number; mask: number}): Uint8Array {
  const index = Math.floor(at * packet.length);
  return packet.with(index, (packet[index] ?? 0) ^ mask);
}

/** Any bytes, and bytes that have the header of a packet of just their length, so that the attributes are looked at. */
export const datagrams = fc.oneof(
  bytesUpTo(5000),
  fc
    .record({code: fc.constantFrom(1, 2, 3, 4, 5, 11, 40, 41, 42, 43, 44, 45), rest: bytesUpTo(600)})
    .map(({code, rest}) => {
      const packet = new Uint8Array(20 + rest.length);
      packet.set([code, 7, packet.length >> 8, packet.length & 0xff]);
      packet.set(rest, 20);
      return packet;
    }),
);
