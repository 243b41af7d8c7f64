// A response is believed only if it answers the request that was sent, and proves the shared secret.
import test from 'ava';
import {bytes, readAllBytes, text} from '#protocol/radius/attributes.ts';
import {decodePacket} from '#protocol/radius/packet.ts';
import {encodeResponse, readResponse} from '#protocol/radius/response.ts';
import {
  hex,
  md5,
  messageAuthenticator,
  reasonOf,
  requestOf,
  responseCodes,
  secret,
  signature,
  unsigned,
} from '#specs/protocol/radius-by-hand.ts';

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
