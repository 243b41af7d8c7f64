// Whoever does not know the secret gets no answer at all, but is noted (domain.md 5.5, 6.1; RFC 3579, BlastRADIUS).
import test from 'ava';
import {avPair, number, text} from '#protocol/radius/attributes.ts';
import {encodeRequest} from '#protocol/radius/request.ts';
import {mabAttributes, nadSocket, PsnBench, predictable, secret, sessionId} from '#specs/protocol/psn-bench.ts';

interface Case {
  what: string;
  port: number;
  code: number;
  row: 5405 | 5413;
  bytes: (bench: PsnBench) => Uint8Array;
  from?: string;
}

const request = (bench: PsnBench, key = secret) => bench.encode('Access-Request', mabAttributes(), key).bytes;
const accounting = (bench: PsnBench, key = secret) =>
  bench.encode('Accounting-Request', [number('Acct-Status-Type', 1), avPair(`audit-session-id=${sessionId}`)], key)
    .bytes;

const cases: Case[] = [
  {
    what: 'a request from an address that is no network device',
    port: 1812,
    code: 11007,
    row: 5405,
    from: '192.0.2.1',
    bytes: request,
  },
  {
    what: 'accounting from an address that is no network device',
    port: 1813,
    code: 11007,
    row: 5413,
    from: '192.0.2.1',
    bytes: accounting,
  },
  {
    what: 'an Access-Request signed with another secret',
    port: 1812,
    code: 11036,
    row: 5405,
    bytes: bench => request(bench, 'other'),
  },
  {
    what: 'an Accounting-Request signed with another secret',
    port: 1813,
    code: 11038,
    row: 5413,
    bytes: bench => accounting(bench, 'other'),
  },
  {
    what: 'an Access-Request whose attributes were changed on the way',
    port: 1812,
    code: 11036,
    row: 5405,
    bytes: bench => tampered(request(bench), -1),
  },
  {
    what: 'an Accounting-Request whose attributes were changed on the way',
    port: 1813,
    code: 11038,
    row: 5413,
    bytes: bench => tampered(accounting(bench), -1),
  },
  {
    what: 'an Access-Request without Message-Authenticator',
    port: 1812,
    code: 11057,
    row: 5405,
    bytes: bench => unsigned(request(bench)),
  },
  {what: 'an Access-Request on the accounting port', port: 1813, code: 11052, row: 5413, bytes: request},
  {what: 'an Accounting-Request on the authentication port', port: 1812, code: 11037, row: 5405, bytes: accounting},
  {what: 'a CoA-Request', port: 1812, code: 11029, row: 5405, bytes: coaRequest},
  {
    what: 'a datagram that is no RADIUS',
    port: 1812,
    code: 11030,
    row: 5405,
    bytes: () => new TextEncoder().encode('GET / HTTP/1.1'),
  },
  {what: 'an empty datagram', port: 1813, code: 11030, row: 5413, bytes: () => new Uint8Array()},
];

for (const {what, port, code, row, bytes, from = nadSocket.address} of cases) {
  test(`${what} is dropped in silence and noted as ${code}`, t => {
    const bench = new PsnBench();
    const effects = bench.handle({
      kind: 'datagram',
      localPort: port,
      from: {...nadSocket, address: from},
      bytes: bytes(bench),
    });

    t.false(effects.some(effect => effect.kind === 'send'));
    t.deepEqual(
      bench.of('radius-request-dropped').map(event => event.from),
      [from],
    );
    t.regex(bench.of('radius-request-dropped')[0]?.reason ?? '', new RegExp(`^${code} `));
    const last = bench.view().liveLog.at(-1);
    t.is(last?.code, row);
    t.regex(last?.attributes['Failure Reason'] ?? '', new RegExp(`^${code} `));
    t.is(bench.view().counters.dropped, 1);
    t.deepEqual(bench.view().sessions, []);
  });
}

test('a request whose Proxy-State leaves no room for the reply is dropped as 11053', t => {
  const bench = new PsnBench();
  const proxied = [...Array.from({length: 15}, () => 253), 100].map(length => text('Proxy-State', 'x'.repeat(length)));
  t.is(bench.authenticate(sessionId, proxied), undefined);
  t.regex(bench.of('radius-request-dropped')[0]?.reason ?? '', /^11053 /);
});

function tampered(bytes: Uint8Array, at: number): Uint8Array {
  const changed = bytes.slice();
  const index = (at + changed.length) % changed.length;
  changed[index] = (changed[index] ?? 0) ^ 1;
  return changed;
}

/** Message-Authenticator stands first, 18 bytes behind the header; its place is taken by a Proxy-State of the same length. */
function unsigned(bytes: Uint8Array): Uint8Array {
  const changed = bytes.slice();
  changed[20] = 33;
  return changed;
}

function coaRequest(): Uint8Array {
  const attributes = [avPair(`audit-session-id=${sessionId}`)];
  return encodeRequest({code: 'CoA-Request', identifier: 1, attributes, secret, randomBytes: predictable()}).bytes;
}
