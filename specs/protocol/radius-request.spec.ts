// A request is read only if it proves the shared secret in every way that its kind asks for.
import test from 'ava';
import {avPair, bytes, number, text} from '#protocol/radius/attributes.ts';
import {decodePacket, OversizeAttributeError, OversizePacketError, type RadiusPacket} from '#protocol/radius/packet.ts';
import {encodeRequest, readRequest} from '#protocol/radius/request.ts';
import {encodeResponse, readResponse} from '#protocol/radius/response.ts';
import {
  assemble,
  messageAuthenticator,
  randomBytes,
  reasonOf,
  requestCodes,
  requestOf,
  secret,
  signature,
} from '#specs/protocol/radius-by-hand.ts';

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
