// Names, texts, numbers and addresses become the bytes that the RFCs want, and come back; what has the wrong form is not there.
import {isIP} from 'node:net';
import test from 'ava';
import fc from 'fast-check';
import {
  address,
  avPair,
  avPairValue,
  bytes,
  number,
  readAddress,
  readAddresses,
  readAllBytes,
  readAvPairs,
  readBytes,
  readNumber,
  readText,
  text,
} from '#protocol/radius/attributes.ts';
import {formatIpAddress, parseIpAddress} from '#protocol/radius/ip-address.ts';
import type {RadiusAttribute, RadiusPacket} from '#protocol/radius/packet.ts';

test('attributes are made as the RFCs number and lay them out', t => {
  t.deepEqual(text('User-Name', 'é'), {type: 1, value: Uint8Array.of(0xc3, 0xa9)});
  t.deepEqual(bytes('Class', Uint8Array.of(0, 255)), {type: 25, value: Uint8Array.of(0, 255)});
  t.deepEqual(number('Service-Type', 10), {type: 6, value: Uint8Array.of(0, 0, 0, 10)});
  t.deepEqual(number('Error-Cause', 503), {type: 101, value: Uint8Array.of(0, 0, 1, 0xf7)});
  t.deepEqual(number('Event-Timestamp', 0xfedc_ba98), {type: 55, value: Uint8Array.of(0xfe, 0xdc, 0xba, 0x98)});
  t.deepEqual(address('NAS-IP-Address', '192.168.255.12'), {type: 4, value: Uint8Array.of(192, 168, 255, 12)});
  t.deepEqual(avPair('a=b'), {type: 1, vendor: 9, value: Uint8Array.of(0x61, 0x3d, 0x62)});
});

test('the first of several is read, or all where there may be several', t => {
  const packet = packetOf(
    text('Class', 'one'),
    text('Class', 'two'),
    address('Framed-IP-Address', '10.0.0.1'),
    address('Framed-IP-Address', '10.0.0.2'),
  );

  t.is(readText(packet, 'Class'), 'one');
  t.deepEqual(
    readAllBytes(packet, 'Class').map(value => new TextDecoder().decode(value)),
    ['one', 'two'],
  );
  t.is(readAddress(packet, 'Framed-IP-Address'), '10.0.0.1');
  t.deepEqual(readAddresses(packet, 'Framed-IP-Address'), ['10.0.0.1', '10.0.0.2']);
});

test('what is not there is undefined, also if only a vendor has the type', t => {
  const packet = packetOf(
    {type: 1, vendor: 9, value: Uint8Array.of(0x61)},
    {type: 6, vendor: 9, value: new Uint8Array(4)},
  );

  t.is(readText(packet, 'User-Name'), undefined);
  t.is(readBytes(packet, 'State'), undefined);
  t.is(readNumber(packet, 'Service-Type'), undefined);
  t.is(readAddress(packet, 'Framed-IP-Address'), undefined);
  t.deepEqual(readAllBytes(packet, 'Class'), []);
  t.deepEqual(readAvPairs(packetOf({type: 1, vendor: 311, value: Uint8Array.of(0x61)})), []);
});

test('numbers and addresses of the wrong length are not there', t => {
  const packet = packetOf(
    {type: 6, value: new Uint8Array(3)},
    {type: 8, value: new Uint8Array(5)},
    {type: 168, value: new Uint8Array(4)},
  );

  t.is(readNumber(packet, 'Service-Type'), undefined);
  t.is(readAddress(packet, 'Framed-IP-Address'), undefined);
  t.deepEqual(readAddresses(packet, 'Framed-IPv6-Address'), []);
});

test('bytes that are no text can be seen, and none go missing', t => {
  const packet = packetOf({type: 1, value: Uint8Array.of(0xef, 0xbb, 0xbf, 0x61, 0xff)});

  t.is(readText(packet, 'User-Name'), '\ufeffa\ufffd');
});

test('the value of an AVPair begins after its first equals sign, and its key is matched whole', t => {
  const packet = packetOf(
    avPair('url-redirect-acl=REDIRECT'),
    avPair('url-redirect=https://psn1:8443/?a=b&c=d'),
    avPair('url-redirect=second'),
    avPair('flag'),
    avPair('empty='),
  );

  t.is(avPairValue(packet, 'url-redirect'), 'https://psn1:8443/?a=b&c=d');
  t.is(avPairValue(packet, 'empty'), '');
  t.is(avPairValue(packet, 'flag'), undefined);
  t.is(readAvPairs(packet).length, 5);
});

test('an address of the other family, or none at all, is refused by the name of the attribute', t => {
  for (const value of ['2001:db8::1', '10.0.0', '10.0.0.256', '10.0.0.01', 'psn1', '']) {
    t.throws(() => address('NAS-IP-Address', value), {
      instanceOf: RangeError,
      message: /^NAS-IP-Address is an IPv4 address, not "/,
    });
  }
  t.throws(() => address('NAS-IPv6-Address', '10.0.0.1'), {message: /^NAS-IPv6-Address is an IPv6 address/});
});

test('a number that is no whole number of 32 bits is refused by the name of the attribute', t => {
  for (const value of [-1, 2 ** 32, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    t.throws(() => number('Acct-Session-Time', value), {instanceOf: RangeError, message: /^Acct-Session-Time is/});
  }
});

const seed = 5952;

test(`texts, numbers and addresses come back as they went, seed ${seed}`, t => {
  fc.assert(
    fc.property(
      fc.string({unit: 'binary', maxLength: 60}),
      fc.integer({min: 0, max: 0xffff_ffff}),
      fc.ipV4(),
      fc.uint8Array({minLength: 16, maxLength: 16}),
      (name, count, ipv4, ipv6) => {
        const packet = packetOf(
          text('User-Name', name),
          number('Acct-Session-Time', count),
          address('Framed-IP-Address', ipv4),
          address('Framed-IPv6-Address', formatIpAddress(ipv6)),
        );
        t.is(readText(packet, 'User-Name'), name);
        t.is(readNumber(packet, 'Acct-Session-Time'), count);
        t.is(readAddress(packet, 'Framed-IP-Address'), ipv4);
        t.is(readAddress(packet, 'Framed-IPv6-Address'), formatIpAddress(ipv6));
      },
    ),
    {seed},
  );
});

test(`IPv6 addresses are read and written as the platform does, seed ${seed}`, t => {
  const groups = fc.array(fc.oneof({weight: 3, arbitrary: fc.constant(0)}, fc.integer({min: 0, max: 0xffff})), {
    minLength: 8,
    maxLength: 8,
  });
  fc.assert(
    fc.property(groups, values => {
      const bytes = Uint8Array.from(values.flatMap(group => [group >> 8, group & 0xff]));
      const canonical = new URL(`http://[${values.map(group => group.toString(16)).join(':')}]`).hostname.slice(1, -1);
      t.is(formatIpAddress(bytes), canonical);
      t.deepEqual(parseIpAddress(canonical), bytes);
    }),
    {seed, numRuns: 500},
  );
});

test(`a text is an address where the platform says so, and nowhere else, seed ${seed}`, t => {
  const near = fc
    .array(
      fc.constantFrom(':', '::', '.', '0', '1', '10', '255', '256', '01', 'f', 'ffff', 'fffff', 'g', '1.2.3.4', ''),
      {
        maxLength: 14,
      },
    )
    .map(parts => parts.join(''));
  fc.assert(
    fc.property(fc.oneof(near, fc.ipV4(), fc.ipV6(), fc.string()), value => {
      fc.pre(!value.includes('%'));
      t.is(parseIpAddress(value)?.length, {0: undefined, 4: 4, 6: 16}[isIP(value)], value);
    }),
    {seed, numRuns: 3000},
  );
});

test('an IPv6 address may end in IPv4', t => {
  t.is(formatIpAddress(parseIpAddress('::ffff:192.168.255.12') ?? new Uint8Array(4)), '::ffff:c0a8:ff0c');
});

test('other than 4 or 16 bytes are no address', t => {
  t.throws(() => formatIpAddress(new Uint8Array(5)), {instanceOf: RangeError});
});

function packetOf(...attributes: RadiusAttribute[]): RadiusPacket {
  return {code: 'Access-Request', identifier: 1, authenticator: new Uint8Array(16), attributes};
}
