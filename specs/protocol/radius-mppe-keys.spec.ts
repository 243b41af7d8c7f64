// Two ends that hide keys with different secrets meet in a proxy. That real peers accept the result, specs/access/eapol-test.spec.ts shows.

import test from 'ava';
import fc from 'fast-check';
import {rehideMppeKeys} from '#protocol/radius/mppe-keys.ts';
import type {RadiusAttribute} from '#protocol/radius/packet.ts';

const cover = fc.record({
  secret: fc.string({minLength: 1}),
  authenticator: fc.uint8Array({minLength: 16, maxLength: 16}),
});
const key = fc
  .tuple(fc.constantFrom(16, 17), fc.uint8Array({minLength: 34, maxLength: 34}))
  .map(([type, value]): RadiusAttribute => ({vendor: 311, type, value}));

test('keys hidden anew and back again are the same, and their salts stay', t => {
  fc.assert(
    fc.property(key, cover, cover, (hidden, from, to) => {
      const [there] = rehideMppeKeys([hidden], {from, to});
      const [back] = rehideMppeKeys(there ? [there] : [], {from: to, to: from});
      t.deepEqual(back, hidden);
      t.deepEqual(there?.value.subarray(0, 2), hidden.value.subarray(0, 2));
    }),
  );
});

test('with another secret the hidden bytes are others', t => {
  const authenticator = new Uint8Array(16);
  const hidden: RadiusAttribute = {vendor: 311, type: 16, value: new Uint8Array(50).fill(7)};
  const [anew] = rehideMppeKeys([hidden], {from: {secret: 'a', authenticator}, to: {secret: 'b', authenticator}});
  t.notDeepEqual(anew?.value.subarray(2), hidden.value.subarray(2));
});

test('what is no MPPE key, or has no whole blocks, is left alone', t => {
  const authenticator = new Uint8Array(16);
  const others: RadiusAttribute[] = [
    {type: 16, value: new Uint8Array(34)},
    {vendor: 311, type: 7, value: new Uint8Array(34)},
    {vendor: 311, type: 17, value: new Uint8Array(33)},
    {vendor: 311, type: 17, value: new Uint8Array(2)},
    {vendor: 311, type: 17, value: new Uint8Array(0)},
  ];
  t.deepEqual(rehideMppeKeys(others, {from: {secret: 'a', authenticator}, to: {secret: 'b', authenticator}}), others);
});
