// Digests are what the RFCs print and what Node's own objects compute, for secrets of any length.
import {Buffer} from 'node:buffer';
import {createHash, createHmac} from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import {hmacMd5, md5, secretBytes} from '#protocol/radius/md5.ts';

test('HMAC-MD5 of RFC 2202 section 2, second case', t => {
  t.is(hex(hmacMd5('Jefe', bytesOf('what do ya want for nothing?'))), '750c783e6ab0b503eaa86e310a5db738');
});

test('what is longer than any packet has its digest too', t => {
  const long = new Uint8Array(10_000).fill(7);
  t.is(hex(md5(long, long)), createHash('md5').update(long).update(long).digest('hex'));
});

test('digests are those of Node, also with a secret longer than a block', t => {
  fc.assert(
    fc.property(
      fc.string({maxLength: 200, unit: 'binary'}),
      fc.array(fc.uint8Array({maxLength: 300}), {maxLength: 4}),
      (secret, parts) => {
        const whole = Buffer.concat(parts);
        t.is(hex(md5(...parts)), createHash('md5').update(whole).digest('hex'));
        t.is(hex(hmacMd5(secret, whole)), createHmac('md5', secret).update(whole).digest('hex'));
        t.is(hex(secretBytes(secret)), Buffer.from(secret).toString('hex'));
      },
    ),
  );
});

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
