// Only packets that prove the shared secret are read: no changed byte, no other secret, no answer to another question.
import {Buffer} from 'node:buffer';
import {createHash, createHmac} from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import {avPair, bytes, number, readAllBytes, text} from '#protocol/radius/attributes.ts';
import {decodePacket, OversizeAttributeError, OversizePacketError, type RadiusPacket} from '#protocol/radius/packet.ts';
import {encodeRequest, type RequestCode, readRequest} from '#protocol/radius/request.ts';
import {encodeResponse, type ResponseCode, readResponse} from '#protocol/radius/response.ts';
import {
  attributeLists,
  datagrams,
  flip,
  flips,
  identifiers,
  secrets,
  sixteenBytes,
} from '#specs/protocol/radius-arbitraries.ts';

const secret = 'xyzzy5461';
const messageAuthenticator = 80;

const requestCodes: RequestCode[] = ['Access-Request', 'Accounting-Request', 'CoA-Request', 'Disconnect-Request'];
const responseCodes: ResponseCode[] = [
  'Access-Accept',
  'Access-Reject',
  'Access-Challenge',
  'Accounting-Response',
  'CoA-ACK',
  'CoA-NAK',
  'Disconnect-ACK',
  'Disconnect-NAK',
];

for (const code of requestCodes) {
  test(`${code}: the Message-Authenticator comes first, and what follows comes as it was given`, t => {
    const attributes = [
      text('User-Name', 'alice'),
      avPair('a=b'),
      avPair('c=d'),
      bytes('Class', Uint8Array.of(0, 255)),
    ];
    const {bytes: request, authenticator} = encodeRequest({code, identifier: 9, attributes, secret, randomBytes});
    const read = readRequest(request, secret);

    t.true(read.ok);
    t.like(read, {packet: {code, identifier: 9, authenticator}});
    t.is(request[20], messageAuthenticator);
    t.deepEqual(read.ok && read.packet.attributes.slice(1), attributes);
  });

  test(`${code}: a second Message-Authenticator is refused, even a copy of the first, rightly signed`, t => {
    const packet = assemble(code, [signature(), signature()]);

    t.deepEqual(readRequest(packet, secret), {ok: false, reason: 'it has more than one Message-Authenticator'});
  });

  test(`${code}: a Message-Authenticator of the wrong length is refused`, t => {
    t.like(readRequest(assemble(code, [Uint8Array.of(messageAuthenticator, 3, 0)]), secret), {ok: false});
    t.like(readRequest(assemble(code, [Uint8Array.of(messageAuthenticator, 2)]), secret), {ok: false});
  });

  test(`${code}: a Message-Authenticator may stand last, as some clients send it`, t => {
    t.true(readRequest(assemble(code, [Uint8Array.of(1, 3, 0x61), signature()]), secret).ok);
  });

  test(`${code}: a Message-Authenticator taken over from another packet is left out`, t => {
    const attributes = [{type: messageAuthenticator, value: new Uint8Array(16)}, text('User-Name', 'alice')];
    const read = readRequest(encodeRequest({code, identifier: 1, attributes, secret, randomBytes}).bytes, secret);

    t.is(read.ok && read.packet.attributes.filter(({type}) => type === messageAuthenticator).length, 1);
  });
}

test('an Access-Request without Message-Authenticator is refused, whatever is required of others', t => {
  const packet = assemble('Access-Request', [Uint8Array.of(1, 3, 0x61)]);

  for (const requireMessageAuthenticator of [true, false]) {
    t.deepEqual(readRequest(packet, secret, {requireMessageAuthenticator}), {
      ok: false,
      reason: 'it has no Message-Authenticator',
    });
  }
});

for (const code of ['CoA-Request', 'Disconnect-Request'] as const) {
  test(`${code}: without Message-Authenticator it is refused, unless that is not required`, t => {
    const packet = assemble(code, [Uint8Array.of(1, 3, 0x61)]);

    t.deepEqual(readRequest(packet, secret), {ok: false, reason: 'it has no Message-Authenticator'});
    t.true(readRequest(packet, secret, {requireMessageAuthenticator: false}).ok);
  });

  test(`${code}: a wrong Message-Authenticator is refused even where none is required`, t => {
    const packet = assemble(code, [signature()], {forged: true});

    t.regex(
      reasonOf(readRequest(packet, secret, {requireMessageAuthenticator: false})),
      /Message-Authenticator is wrong/,
    );
  });
}

test('an Accounting-Request needs no Message-Authenticator, but a wrong one is refused', t => {
  t.true(readRequest(assemble('Accounting-Request', []), secret).ok);
  t.regex(
    reasonOf(readRequest(assemble('Accounting-Request', [signature()], {forged: true}), secret)),
    /Message-Authenticator is wrong/,
  );
});

test('a request is no response, and a response no request', t => {
  const {bytes: request, authenticator} = encodeRequest({
    code: 'Access-Request',
    identifier: 1,
    attributes: [],
    secret,
    randomBytes,
  });
  const response = encodeResponse({request: decodePacket(request), code: 'Access-Accept', attributes: [], secret});

  t.is(reasonOf(readResponse(request, {identifier: 1, authenticator, secret})), 'Access-Request is not a response');
  t.is(reasonOf(readRequest(response, secret)), 'Access-Accept is not a request');
});

for (const code of responseCodes) {
  test(`${code}: answers this request only, and ends with its Proxy-State attributes in order`, t => {
    const asked = requestOf([bytes('Proxy-State', Uint8Array.of(2)), bytes('Proxy-State', Uint8Array.of(1))]);
    const response = encodeResponse({request: asked, code, attributes: [text('Reply-Message', 'hello')], secret});
    const read = readResponse(response, {...asked, secret});
    const other = {...asked, authenticator: asked.authenticator.map(byte => byte ^ 1), secret};

    t.true(read.ok);
    t.deepEqual(read.ok && readAllBytes(read.packet, 'Proxy-State'), [Uint8Array.of(2), Uint8Array.of(1)]);
    t.is(read.ok && read.packet.attributes.at(-1)?.type, 33);
    t.regex(reasonOf(readResponse(response, other)), /the authenticator is wrong/);
    t.is(
      reasonOf(readResponse(response, {...asked, identifier: 8, secret})),
      `it answers request ${asked.identifier}, not 8`,
    );
  });
}

test('every response begins with a Message-Authenticator, but for Accounting-Response, which has none', t => {
  for (const code of responseCodes) {
    const response = decodePacket(encodeResponse({request: requestOf([]), code, attributes: [], secret}));

    t.deepEqual(
      response.attributes.map(({type}) => type),
      code === 'Accounting-Response' ? [] : [messageAuthenticator],
      code,
    );
  }
});

test('the Access-Accept of RFC 2865 section 7.1 has a valid Response Authenticator, and is refused for want of a better one', t => {
  const accept = hex('02 00 0026 86fe220e7624ba2a1005f6bf9b55e0b2 0606 00000001 0f06 00000000 0e06 c0a80103');
  const authenticator = hex('0f403f9473978057bd83d5cb98f4227a');

  t.deepEqual(readResponse(accept, {identifier: 0, authenticator, secret}), {
    ok: false,
    reason: 'it has no Message-Authenticator',
  });
  t.regex(reasonOf(readResponse(accept.with(37, 4), {identifier: 0, authenticator, secret})), /authenticator is wrong/);
});

test('an answer to a CoA-Request is valid without Message-Authenticator, and refused with a wrong one', t => {
  const asked = requestOf([]);
  const answer = (...attributes: Uint8Array[]) => {
    const packet = unsigned(44, asked.identifier, asked.authenticator, attributes);
    packet.set(md5(packet), 4);
    return packet;
  };

  t.true(readResponse(answer(), {...asked, secret}).ok);
  t.regex(reasonOf(readResponse(answer(signature()), {...asked, secret})), /Message-Authenticator is wrong/);
});

test('4096 bytes are sent, 4097 are refused with what to do', t => {
  const fill = (last: number) => [
    ...Array.from({length: 15}, () => text('Reply-Message', 'x'.repeat(253))),
    text('Reply-Message', 'x'.repeat(last)),
  ];
  const request = requestOf([]);
  const encode = (last: number) => encodeResponse({request, code: 'Access-Accept', attributes: fill(last), secret});

  t.is(encode(231).length, 4096);
  t.true(readResponse(encode(231), {...request, secret}).ok);
  t.throws(() => encode(232), {instanceOf: OversizePacketError, message: /4097 bytes.*4096.*several packets/});
});

test('a value too long for its attribute is refused, and named', t => {
  const encode = (attribute: RadiusPacket['attributes'][number]) => () =>
    encodeRequest({code: 'CoA-Request', identifier: 1, attributes: [attribute], secret, randomBytes});

  t.notThrows(encode(text('User-Name', 'x'.repeat(253))));
  t.notThrows(encode(avPair('x'.repeat(247))));
  t.throws(encode(text('User-Name', 'x'.repeat(254))), {
    instanceOf: OversizeAttributeError,
    message: /^Attribute 1 has 254/,
  });
  t.throws(encode(avPair('x'.repeat(248))), {
    instanceOf: OversizeAttributeError,
    message: /^Attribute 1 of vendor 9 has 248/,
  });
});

test('numbers that do not fit their field are refused, and not cut', t => {
  const encode = (identifier: number, attribute: RadiusPacket['attributes'][number]) => () =>
    encodeRequest({code: 'CoA-Request', identifier, attributes: [attribute], secret, randomBytes});
  const value = new Uint8Array();

  t.throws(encode(256, {type: 1, value}), {instanceOf: RangeError});
  t.throws(encode(-1, {type: 1, value}), {instanceOf: RangeError});
  t.throws(encode(1, {type: 256, value}), {instanceOf: RangeError});
  t.throws(encode(1, {type: 1, vendor: 0x1000000, value}), {instanceOf: RangeError});
  t.throws(() => number('Session-Timeout', 2 ** 32), {instanceOf: RangeError});
});

const seed = 5176;
const requests = fc.record({
  code: fc.constantFrom(...requestCodes),
  identifier: identifiers,
  attributes: attributeLists,
  secret: secrets,
  random: sixteenBytes,
});
const exchanges = fc.record({request: requests, code: fc.constantFrom(...responseCodes), attributes: attributeLists});

test(`a request is read as it was written, seed ${seed}`, t => {
  fc.assert(
    fc.property(requests, options => {
      const {bytes: request, authenticator} = encodeRequest({...options, randomBytes: () => options.random});
      const read = readRequest(request, options.secret);
      t.like(read, {ok: true, packet: {code: options.code, identifier: options.identifier, authenticator}});
      t.deepEqual(read.ok && read.packet.attributes.slice(1), options.attributes);
    }),
    {seed},
  );
});

test(`a response is read as it was written, seed ${seed}`, t => {
  fc.assert(
    fc.property(exchanges, exchange => {
      const {asked, response, secret} = play(exchange);
      const read = readResponse(response, {...asked, secret});
      t.like(read, {ok: true, packet: {code: exchange.code, identifier: asked.identifier}});
      const given = read.ok ? read.packet.attributes.filter(attribute => !isSignature(attribute)) : [];
      t.deepEqual(given.slice(0, exchange.attributes.length), exchange.attributes);
    }),
    {seed},
  );
});

test(`a request with any one byte changed is refused, seed ${seed}`, t => {
  fc.assert(
    fc.property(requests, flips, (options, change) => {
      const {bytes: request} = encodeRequest({...options, randomBytes: () => options.random});
      for (const requireMessageAuthenticator of [true, false]) {
        t.false(readRequest(flip(request, change), options.secret, {requireMessageAuthenticator}).ok);
      }
    }),
    {seed, numRuns: 500},
  );
});

test(`a response with any one byte changed is refused, seed ${seed}`, t => {
  fc.assert(
    fc.property(exchanges, flips, (exchange, change) => {
      const {asked, response, secret} = play(exchange);
      t.false(readResponse(flip(response, change), {...asked, secret}).ok);
    }),
    {seed, numRuns: 500},
  );
});

test('each of the bits of one MAB request is signed', t => {
  const {bytes: request} = encodeRequest({
    code: 'Access-Request',
    identifier: 1,
    attributes: [text('User-Name', '005056a8be02'), text('User-Password', '005056a8be02'), avPair('method=mab')],
    secret,
    randomBytes,
  });

  for (let bit = 0; bit < 8 * request.length; bit += 1) {
    const changed = request.with(bit >> 3, (request[bit >> 3] ?? 0) ^ (1 << (bit & 7)));
    t.false(readRequest(changed, secret).ok, `bit ${bit}`);
  }
});

test(`another secret is refused, seed ${seed}`, t => {
  fc.assert(
    fc.property(exchanges, secrets, (exchange, other) => {
      // HMAC pads a key with zeros, so such secrets would be the same one.
      fc.pre(other.replace(/\0+$/, '') !== exchange.request.secret.replace(/\0+$/, ''));
      const {asked, response, request} = play(exchange);
      t.false(readRequest(request, other).ok);
      t.false(readResponse(response, {...asked, secret: other}).ok);
    }),
    {seed},
  );
});

test(`whatever bytes come, they are refused and nothing is thrown, seed ${seed}`, t => {
  fc.assert(
    fc.property(datagrams, sixteenBytes, (datagram, authenticator) => {
      t.false(readRequest(datagram, secret, {requireMessageAuthenticator: false}).ok);
      t.false(readResponse(datagram, {identifier: 7, authenticator, secret}).ok);
    }),
    {seed, numRuns: 1000},
  );
});

function play({
  request: options,
  code,
  attributes,
}: typeof exchanges extends fc.Arbitrary<infer Exchange> ? Exchange : never) {
  const {bytes: request} = encodeRequest({...options, randomBytes: () => options.random});
  const asked = decodePacket(request);
  return {
    request,
    asked,
    secret: options.secret,
    response: encodeResponse({request: asked, code, attributes, secret: options.secret}),
  };
}

function isSignature({type, vendor}: RadiusPacket['attributes'][number]): boolean {
  return type === messageAuthenticator && vendor === undefined;
}

function requestOf(attributes: RadiusPacket['attributes']): RadiusPacket {
  return decodePacket(encodeRequest({code: 'Access-Request', identifier: 3, attributes, secret, randomBytes}).bytes);
}

function randomBytes(count: number): Uint8Array {
  return Uint8Array.from({length: count}, (_, index) => 17 * index + 1);
}

function reasonOf(read: {ok: true} | {ok: false; reason: string}): string {
  return read.ok ? 'accepted' : read.reason;
}

function hex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));
}

/** A Message-Authenticator still to be signed. */
function signature(): Uint8Array {
  return Uint8Array.of(messageAuthenticator, 18, ...new Uint8Array(16));
}

/** A request signed after the RFCs' words, by nothing of what is under test; every signature in it with the same digest. */
function assemble(code: RequestCode, attributes: Uint8Array[], {forged = false} = {}): Uint8Array {
  const isAccess = code === 'Access-Request';
  const number = {'Access-Request': 1, 'Accounting-Request': 4, 'CoA-Request': 43, 'Disconnect-Request': 40}[code];
  const packet = unsigned(number, 1, isAccess ? randomBytes(16) : new Uint8Array(16), attributes);
  const digest = createHmac('md5', secret).update(packet).digest();
  let offset = 20;
  for (const attribute of attributes) {
    if (attribute.length === 18 && !forged) packet.set(digest, offset + 2);
    offset += attribute.length;
  }
  if (!isAccess) packet.set(md5(packet), 4);
  return packet;
}

function unsigned(code: number, identifier: number, authenticator: Uint8Array, attributes: Uint8Array[]): Uint8Array {
  const body = attributes.flatMap(attribute => [...attribute]);
  return Uint8Array.of(code, identifier, 0, 20 + body.length, ...authenticator, ...body);
}

function md5(packet: Uint8Array): Uint8Array {
  return createHash('md5').update(packet).update(secret).digest();
}
