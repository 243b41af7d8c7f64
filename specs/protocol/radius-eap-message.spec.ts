// An EAP packet may be larger than an attribute, so it travels in pieces (RFC 3579 section 3.1).
import test from 'ava';
import fc from 'fast-check';
import {text} from '#protocol/radius/attributes.ts';
import {joinEapMessage, splitEapMessage} from '#protocol/radius/eap-message.ts';
import type {RadiusAttribute, RadiusPacket} from '#protocol/radius/packet.ts';

test('253 bytes are one attribute, 254 are two, the first of them full', t => {
  const lengths = (count: number) => splitEapMessage(new Uint8Array(count)).map(({value}) => value.length);

  t.deepEqual(lengths(253), [253]);
  t.deepEqual(lengths(254), [253, 1]);
  t.deepEqual(lengths(506), [253, 253]);
});

test('EAP-Start is one empty attribute, and is told from no EAP at all', t => {
  t.deepEqual(splitEapMessage(new Uint8Array()), [{type: 79, value: new Uint8Array()}]);
  t.deepEqual(joinEapMessage(packetOf(splitEapMessage(new Uint8Array()))), new Uint8Array());
  t.is(joinEapMessage(packetOf([text('User-Name', 'alice')])), undefined);
});

const seed = 3579;

test(`an EAP packet comes back as it went, seed ${seed}`, t => {
  fc.assert(
    fc.property(fc.uint8Array({maxLength: 2000, size: 'max'}), eap => {
      const attributes = [text('User-Name', 'alice'), ...splitEapMessage(eap), text('NAS-Port-Id', 'FastEthernet0/12')];
      t.deepEqual(joinEapMessage(packetOf(attributes)), eap);
    }),
    {seed},
  );
});

function packetOf(attributes: RadiusAttribute[]): RadiusPacket {
  return {code: 'Access-Request', identifier: 1, authenticator: new Uint8Array(16), attributes};
}
