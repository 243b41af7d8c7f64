// Whose session it is (domain.md 4.4): the node's own cache by address, then by MAC; else the other nodes by MAC, with or without replication.
import test from 'ava';
import type {HttpResponse} from '#protocol/http.ts';
import {decodeDiscoveryAnswer, encodeDiscoveryRequest} from '#protocol/posture/exchange.ts';
import {encodeOwnerAnswer, encodeOwnerQuestion} from '#protocol/psn/session-owner.ts';
import {agent, mac, PsnBench, sessionId} from '#specs/protocol/psn-bench.ts';

const psn1 = {name: 'psn1', fqdn: 'psn1.posturelab.test', address: '10.10.1.11'};
const psn2 = {name: 'psn2', fqdn: 'psn2.posturelab.test', address: '10.10.2.12'};
const psn3 = {name: 'psn3', fqdn: 'psn3.posturelab.test', address: '10.10.3.13'};
const request = encodeDiscoveryRequest(agent, psn1.fqdn);
const owned = encodeOwnerAnswer({sessionId, owner: psn3.fqdn, status: 'Unknown'});
const none: HttpResponse = {status: 404, headers: {}, body: ''};

/** psn1, asked by an agent that it does not know. */
function asked(): {bench: PsnBench; calls: string[]; answered: () => HttpResponse[]} {
  const bench = new PsnBench({replication: false, peers: [psn2, psn3]});
  const from = {address: '192.168.255.193', port: 50_000};
  const effects = bench.handle({kind: 'https-request', requestId: 'r', localPort: 8443, from, request});
  const calls = effects.flatMap(effect => (effect.kind === 'https-call' ? [effect.connectionId] : []));
  const answered = () => bench.effects.flatMap(effect => (effect.kind === 'https-respond' ? [effect.response] : []));
  return {bench, calls, answered};
}

test('a session that is not here is asked for at all other nodes, and nothing is answered before', t => {
  const {bench, calls, answered} = asked();

  t.is(calls.length, 2);
  t.deepEqual(answered(), []);
  t.deepEqual(bench.of('discovery-answered'), []);
});

test('the first node that owns the session decides, and the answer names it', t => {
  const {bench, calls, answered} = asked();
  const [one = '', other = ''] = calls;
  bench.handle({kind: 'https-response', connectionId: one, response: none});
  t.deepEqual(answered(), []);
  bench.handle({kind: 'https-response', connectionId: other, response: owned});

  t.deepEqual(answered().map(decodeDiscoveryAnswer), [
    {sessionId, owner: psn3.fqdn, status: 'Unknown', probePort: 8449},
  ]);
  t.like(bench.of('discovery-answered'), [{sessionId, owner: psn3.fqdn, found: 'peer'}]);
});

test('the agent is answered once, though a slower node owns one too', t => {
  const {bench, calls, answered} = asked();
  for (const connectionId of calls) bench.handle({kind: 'https-response', connectionId, response: owned});

  t.is(answered().length, 1);
});

test('where nobody owns it, or nobody answers, there is none', t => {
  const {bench, calls, answered} = asked();
  const [one = '', other = ''] = calls;
  bench.handle({kind: 'https-failed', connectionId: one, failure: {reason: 'timeout', detail: ''}});
  bench.handle({kind: 'https-response', connectionId: other, response: {...owned, headers: {}}});

  t.deepEqual(
    answered().map(({status}) => status),
    [404],
  );
  t.like(bench.of('discovery-answered'), [{sessionId: null, found: 'none'}]);
});

test('a node tells its peers which session it authenticated, and nobody else', t => {
  const bench = new PsnBench({replication: false, peers: [psn2]});
  const ask = (from: string, of = mac) =>
    bench.ask(8671, encodeOwnerQuestion([of], psn1.fqdn), {address: from, port: 1}).status;
  t.is(ask(psn2.address), 404);
  bench.authenticate();

  t.is(ask(psn2.address), 200);
  t.is(ask(psn2.address, mac.toLowerCase().replaceAll(':', '-')), 200);
  t.is(ask(psn2.address, '00:50:56:00:00:01'), 404);
  t.is(ask(psn2.address, 'x'), 404);
  t.is(ask('10.10.9.9'), 403);
});

test('a phantom is nobody’s session: a node that has it from accounting alone does not own it', t => {
  const bench = new PsnBench({replication: false, peers: [psn2]});
  bench.account(1);

  t.is(bench.ask(8671, encodeOwnerQuestion([mac], psn1.fqdn), {address: psn2.address, port: 1}).status, 404);
});
