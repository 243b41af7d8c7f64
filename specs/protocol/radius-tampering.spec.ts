// What was written is read, and nothing else is: no changed byte, no other secret, no chance bytes.
import test from 'ava';
import fc from 'fast-check';
import {avPair, text} from '#protocol/radius/attributes.ts';
import {decodePacket, type RadiusAttribute} from '#protocol/radius/packet.ts';
import {encodeRequest, readRequest} from '#protocol/radius/request.ts';
import {encodeResponse, readResponse} from '#protocol/radius/response.ts';
import {
  attributeLists,
  datagrams,
  flip,
  flips,
  identifiers,
  secrets,
  sixteenBytes,
} from '#specs/protocol/radius-arbitraries.ts';
import {
  messageAuthenticator,
  randomBytes,
  requestCodes,
  responseCodes,
  secret,
} from '#specs/protocol/radius-by-hand.ts';

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

function isSignature({type, vendor}: RadiusAttribute): boolean {
  return type === messageAuthenticator && vendor === undefined;
}
