// A User-Password crosses the network hidden, and only the secret shows it (RFC 2865 section 5.2).
import {Buffer} from 'node:buffer';
import test from 'ava';
import fc from 'fast-check';
import {readBytes, text} from '#protocol/radius/attributes.ts';
import type {RadiusPacket} from '#protocol/radius/packet.ts';
import {encodeRequest, readRequest} from '#protocol/radius/request.ts';
import {hideUserPassword, readUserPassword} from '#protocol/radius/user-password.ts';
import {secrets, sixteenBytes} from '#specs/protocol/radius-arbitraries.ts';

const secret = 'xyzzy5461';

test('the password of RFC 2865 section 7.1 is hidden as there, and shown', t => {
  const authenticator = hex('0f403f9473978057bd83d5cb98f4227a');
  const hidden = hex('0dbe708d93d413ce3196e43f782a0aee');

  t.deepEqual(hideUserPassword(new TextEncoder().encode('arctangent'), authenticator, secret), hidden);
  t.is(readUserPassword(packetOf(hidden, authenticator), secret), 'arctangent');
});

test('an Access-Request carries it hidden, other packets as they were told', t => {
  const encode = (code: 'Access-Request' | 'CoA-Request') =>
    readRequest(
      encodeRequest({
        code,
        identifier: 1,
        attributes: [text('User-Password', '005056a8be02')],
        secret,
        randomBytes: count => new Uint8Array(count).fill(7),
      }).bytes,
      secret,
    );
  const access = encode('Access-Request');
  const coa = encode('CoA-Request');

  t.is(access.ok && readBytes(access.packet, 'User-Password')?.length, 16);
  t.is(access.ok && readUserPassword(access.packet, secret), '005056a8be02');
  t.is(coa.ok && new TextDecoder().decode(readBytes(coa.packet, 'User-Password')), '005056a8be02');
});

test('what cannot be a hidden password is none', t => {
  const authenticator = new Uint8Array(16);

  for (const length of [0, 1, 15, 17, 144]) {
    t.is(readUserPassword(packetOf(new Uint8Array(length), authenticator), secret), undefined, `${length} bytes`);
  }
  t.is(readUserPassword({code: 'Access-Request', identifier: 1, authenticator, attributes: []}, secret), undefined);
});

test('a password of 128 bytes is hidden, one of 129 refused', t => {
  t.is(hideUserPassword(new Uint8Array(128).fill(1), new Uint8Array(16), secret).length, 128);
  t.throws(() => hideUserPassword(new Uint8Array(129), new Uint8Array(16), secret), {instanceOf: RangeError});
});

const seed = 2865;

test(`every password comes back, and the hidden one tells no more than its length in sixteens, seed ${seed}`, t => {
  const passwords = fc.string({unit: 'binary', maxLength: 32}).filter(password => !password.endsWith('\0'));
  fc.assert(
    fc.property(passwords, secrets, sixteenBytes, (password, secret, authenticator) => {
      const clear = new TextEncoder().encode(password);
      const hidden = hideUserPassword(clear, authenticator, secret);
      t.is(hidden.length, Math.max(16, Math.ceil(clear.length / 16) * 16));
      t.is(readUserPassword(packetOf(hidden, authenticator), secret), password);
    }),
    {seed},
  );
});

function packetOf(password: Uint8Array, authenticator: Uint8Array): RadiusPacket {
  return {code: 'Access-Request', identifier: 1, authenticator, attributes: [{type: 2, value: password}]};
}

function hex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'hex'));
}
