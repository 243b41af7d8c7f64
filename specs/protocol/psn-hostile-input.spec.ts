// Junk on any port: the node never throws, never changes a session, never spins (design.md 7).
import test from 'ava';
import fc from 'fast-check';
import type {HttpRequest} from '#protocol/http.ts';
import {avPair} from '#protocol/radius/attributes.ts';
import {mabAttributes, nadSocket, PsnBench, sessionId} from '#specs/protocol/psn-bench.ts';

const ports = [0, 1700, 1812, 1813, 8443, 8449, 8671, 8905];
const peer = {name: 'psn2', fqdn: 'psn2.posturelab.test', address: '10.10.2.12'};
const senders = [
  nadSocket,
  {address: nadSocket.address, port: 1700},
  {address: peer.address, port: 9},
  {address: '192.0.2.1', port: 9},
];

const bytesSeed = 6101;
test(`arbitrary bytes on any port change no session and are not answered, seed ${bytesSeed}`, t => {
  const bench = compliantBench();
  const before = bench.view().sessions;
  fc.assert(
    fc.property(
      fc.uint8Array({maxLength: 5000}),
      fc.constantFrom(...ports),
      fc.constantFrom(...senders),
      (bytes, localPort, from) => {
        const effects = bench.handle({kind: 'datagram', localPort, from, bytes});
        t.false(effects.some(effect => effect.kind === 'send'));
        t.deepEqual(bench.view().sessions, before);
      },
    ),
    {seed: bytesSeed, numRuns: 2000},
  );
});

const mutationSeed = 6102;
test(`a request with any of its bytes changed is dropped, or means the same, seed ${mutationSeed}`, t => {
  const bench = compliantBench();
  const before = bench.view().sessions;
  const request = bench.encode('Access-Request', [...mabAttributes(), avPair(`audit-session-id=${sessionId}`)]).bytes;
  const change = fc.record({at: fc.nat({max: request.length - 1}), value: fc.integer({min: 0, max: 255})});
  fc.assert(
    fc.property(fc.array(change, {minLength: 1, maxLength: 4}), fc.nat({max: 40}), (changes, cut) => {
      const bytes = request.slice(0, request.length - cut);
      for (const {at, value} of changes) if (at < bytes.length) bytes[at] = value;
      if (String(bytes) === String(request)) return;
      const effects = bench.handle({kind: 'datagram', localPort: 1812, from: nadSocket, bytes});
      t.false(effects.some(effect => effect.kind === 'send'));
      t.deepEqual(bench.view().sessions, before);
    }),
    {seed: mutationSeed, numRuns: 2000},
  );
});

const headers = fc.dictionary(
  fc.constantFrom(
    'x-emu-session-id',
    'x-emu-mac-list',
    'x-emu-ip-list',
    'host',
    'content-type',
    '__proto__',
    'constructor',
  ),
  fc.string({unit: 'binary', maxLength: 60}),
);

const paths = fc.oneof(
  fc.webPath(),
  fc.string(),
  fc.constantFrom(
    '/auth/ng-discovery',
    '/auth/posture/requirements',
    '/auth/posture/report',
    '/auth/status/session',
    '/messaging/sessions',
  ),
);

const bodies = fc.oneof(
  fc.string({unit: 'binary'}),
  fc.json(),
  fc.anything({maxDepth: 3}).map(session => JSON.stringify({kind: 'session', session})),
  fc
    .anything({maxDepth: 3})
    .map(results => JSON.stringify({sessionId, agentVersion: '', operatingSystem: '', results})),
);

const httpRequest: fc.Arbitrary<HttpRequest> = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE'),
  path: paths,
  headers,
  body: bodies,
});

const httpSeed = 6103;
test(`arbitrary HTTP on any port gets one answer that HTTP can carry, and changes no session, seed ${httpSeed}`, t => {
  const bench = compliantBench();
  const before = bench.view().sessions;
  fc.assert(
    fc.property(httpRequest, fc.constantFrom(...ports), fc.constantFrom(...senders), (request, port, from) => {
      const response = bench.ask(port, request, from);
      t.true(response.status >= 200 && response.status < 600);
      for (const value of Object.values(response.headers)) t.regex(value, /^[\x20-\x7e]*$/);
      t.deepEqual(bench.view().sessions, before);
    }),
    {seed: httpSeed, numRuns: 3000},
  );
});

const valuesSeed = 6104;
test(`a signed request with arbitrary attributes is always answered once, and never throws, seed ${valuesSeed}`, t => {
  const attribute = fc.record({
    type: fc.integer({min: 1, max: 255}).filter(type => type !== 26 && type !== 80),
    value: fc.uint8Array({maxLength: 60}),
  });
  const pair = fc.record({type: fc.constant(1), vendor: fc.constant(9), value: fc.uint8Array({maxLength: 60})});
  const bench = compliantBench();
  fc.assert(
    fc.property(fc.array(fc.oneof(attribute, pair), {maxLength: 12}), fc.boolean(), (attributes, isAccess) => {
      const reply = bench.radius(
        isAccess ? 'Access-Request' : 'Accounting-Request',
        attributes.filter(({type}) => type !== 2),
      );
      t.truthy(reply);
    }),
    {seed: valuesSeed, numRuns: 1500},
  );
});

const timeSeed = 6105;
test(`whatever happens, the node asks to be woken ahead of now, and then waits again, seed ${timeSeed}`, t => {
  const act = fc.constantFrom<(bench: PsnBench) => unknown>(
    bench => bench.connect(),
    bench => bench.report(true),
    bench => bench.report(false),
    bench => bench.account(2),
    bench =>
      bench.view().sessions.length > 0 &&
      bench.command({name: 'set-posture-status', mac: '00:50:56:A8:BE:02', status: 'Unknown'}),
    bench => bench.command({name: 'hold', step: 'coa'}),
    bench => bench.command({name: 'release', step: 'coa'}),
    bench => bench.command({name: 'hold', step: 'replication'}),
    bench => bench.command({name: 'release', step: 'replication'}),
    bench => bench.command({name: 'set-delay', step: 'coa', delayMs: 700}),
    bench => bench.command({name: 'set-replication', enabled: false}),
    bench => bench.command({name: 'set-replication', enabled: true}),
    bench => bench.coaRequests().length > 0 && bench.answerCoa('CoA-ACK'),
    bench =>
      bench.handle({kind: 'https-failed', connectionId: 'replication-1', failure: {reason: 'timeout', detail: ''}}),
    bench =>
      bench.handle({
        kind: 'https-response',
        connectionId: 'replication-2',
        response: {status: 204, headers: {}, body: ''},
      }),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(act, fc.constantFrom(0, 1, 699, 5000, 20_000)), {maxLength: 30}), story => {
      const bench = new PsnBench({peers: [peer]});
      for (const [action, thenMs] of story) {
        action(bench);
        bench.elapse(thenMs);
        const wakeAtMs = bench.psn.wakeAtMs();
        t.true(wakeAtMs === undefined || wakeAtMs > bench.nowMs);
      }
    }),
    {seed: timeSeed, numRuns: 300},
  );
});

function compliantBench(): PsnBench {
  const bench = new PsnBench({peers: [peer]});
  bench.becomeCompliant();
  return bench;
}
