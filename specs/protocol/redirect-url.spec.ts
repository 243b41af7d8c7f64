// The redirect URL has the shape of domain.md 4.2, and what comes out of it is what went in.
import test from 'ava';
import fc from 'fast-check';
import {decodeRedirectUrl, encodeRedirectUrl} from '#protocol/posture/redirect-url.ts';

test('the URL is as on a live system', t => {
  t.is(
    encodeRedirectUrl({host: 'psn1.posturelab.test', port: 8443, sessionId: 'C0A8FF0C1', portal: 'uuid', token: 'ab'}),
    'https://psn1.posturelab.test:8443/portal/gateway?sessionId=C0A8FF0C1&portal=uuid&action=cpp&token=ab',
  );
});

test('reading gives back what was written', t => {
  fc.assert(
    fc.property(
      fc.record({
        host: fc.domain().map(name => name.toLowerCase()),
        port: fc.integer({min: 8000, max: 8999}),
        sessionId: fc.stringMatching(/^[0-9A-F]{24}$/),
        portal: fc.uuid(),
        token: fc.stringMatching(/^[0-9a-f]{32}$/),
      }),
      parts => t.deepEqual(decodeRedirectUrl(encodeRedirectUrl(parts)), parts),
    ),
  );
  t.pass();
});

test('no text makes reading fail, and nothing but HTTPS to a portal is taken', t => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.webUrl()), text => decodeRedirectUrl(text) === undefined));
  t.pass();
});
