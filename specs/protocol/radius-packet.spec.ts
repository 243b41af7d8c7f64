// Lengths decide what a packet says, so a length that does not add up refuses the packet; what is unknown is kept.
import {Buffer} from 'node:buffer';
import test from 'ava';
import fc from 'fast-check';
import {decodePacket, MalformedPacketError, radiusCodes} from '#protocol/radius/packet.ts';
import {datagrams} from '#specs/protocol/radius-arbitraries.ts';

test('attributes come in the order of the packet, unknown and empty ones among them', t => {
  t.deepEqual(decodePacket(packetOf('01 03 61', 'fa 04 01 02', '4f 02')), {
    code: 'Access-Request',
    identifier: 7,
    authenticator: new Uint8Array(16),
    attributes: [
      {type: 1, value: Uint8Array.of(0x61)},
      {type: 250, value: Uint8Array.of(1, 2)},
      {type: 79, value: new Uint8Array()},
    ],
  });
});

test('a Vendor-Specific attribute may hold several of the vendor, known or not', t => {
  t.deepEqual(decodePacket(packetOf('1a 0d 00000009 01 04 6869 02 03 21', '1a 08 00123456 c8 02')).attributes, [
    {type: 1, vendor: 9, value: Uint8Array.of(0x68, 0x69)},
    {type: 2, vendor: 9, value: Uint8Array.of(0x21)},
    {type: 200, vendor: 0x123456, value: new Uint8Array()},
  ]);
});

test('bytes after the Length are padding', t => {
  const packet = packetOf('01 03 61');

  t.deepEqual(decodePacket(Uint8Array.of(...packet, 1, 0, 255)), decodePacket(packet));
});

test('what was decoded does not change with the buffer it came in', t => {
  const buffer = packetOf('01 03 61');
  const before = decodePacket(buffer);
  const copy = structuredClone(before);

  buffer.fill(0xff);

  t.deepEqual(before, copy);
});

const malformed: Record<string, Uint8Array> = {
  'no bytes at all': new Uint8Array(),
  'less than a header': packetOf().subarray(0, 19),
  'a Length below that of a header': packetOf().with(3, 19),
  'a Length beyond the datagram': packetOf().with(3, 21),
  'a Length beyond 4096': Uint8Array.of(...packetOf(), ...new Uint8Array(4077))
    .with(2, 0x10)
    .with(3, 0x01),
  'an unknown code': packetOf().with(0, 6),
  'code 0': packetOf().with(0, 0),
  'an attribute without a length': packetOf('01'),
  'an attribute of length 0': packetOf('01 00'),
  'an attribute of length 1': packetOf('01 01'),
  'an attribute beyond the packet': packetOf('01 04 61'),
  'a last byte that belongs to no attribute': packetOf('01 03 61', '05'),
  'a Vendor-Specific attribute without a vendor': packetOf('1a 05 000000'),
  'a Vendor-Specific attribute with nothing of the vendor in it': packetOf('1a 06 00000009'),
  'a Vendor-Specific attribute whose inner length is too large': packetOf('1a 0a 00000009 01 05 6869'),
  'a Vendor-Specific attribute whose inner length is too small': packetOf('1a 0a 00000009 01 03 6869'),
  'a Vendor-Specific attribute whose inner length is 0': packetOf('1a 08 00000009 01 00'),
  'a Vendor-Specific attribute whose inner length reaches into the next attribute': packetOf(
    '1a 09 00000009 01 06 68',
    '01 03 61',
  ),
  'a vendor number of more than 24 bits': packetOf('1a 09 01000009 01 03 61'),
};

for (const [what, bytes] of Object.entries(malformed)) {
  test(`${what} is malformed`, t => {
    t.throws(() => decodePacket(bytes), {instanceOf: MalformedPacketError});
  });
}

test('the error says which attribute is wrong, where, and how', t => {
  t.throws(() => decodePacket(packetOf('01 03 61', '1a 0a 00000009 01 05 6869')), {
    message: 'Attribute 1 of vendor 9 at byte 29 claims 5 bytes of the 4 left.',
  });
});

test('every code that is spoken here is known by name', t => {
  const names: string[] = Object.values(radiusCodes).map(code => decodePacket(packetOf().with(0, code)).code);

  t.deepEqual(names, Object.keys(radiusCodes));
});

const seed = 20_865;

test(`whatever bytes come, they are a packet or malformed, seed ${seed}`, t => {
  fc.assert(
    fc.property(datagrams, bytes => {
      try {
        decodePacket(bytes);
      } catch (error) {
        if (!(error instanceof MalformedPacketError)) throw error;
      }
    }),
    {seed, numRuns: 2000},
  );
  t.pass();
});

/** An Access-Request 7 with attributes in hexadecimal; spaces are for the reader. */
function packetOf(...attributes: string[]): Uint8Array {
  const values = new Uint8Array(Buffer.from(attributes.join('').replaceAll(' ', ''), 'hex'));
  return Uint8Array.of(1, 7, 0, 20 + values.length, ...new Uint8Array(16), ...values);
}
