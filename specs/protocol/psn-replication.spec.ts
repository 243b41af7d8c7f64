// What policy nodes know of each other's sessions, and what a peer answers with it (domain.md 4.4, 6.2, 11.13, 11.14, 11.28).
import test from 'ava';
import {decodeDiscoveryAnswer, encodeDiscoveryRequest, encodeProbeRequest} from '#protocol/posture/exchange.ts';
import type {PsnSettings} from '#protocol/psn/contract.ts';
import {agent, endpointAddress, mac, PsnBench, sessionId, settingsOf} from '#specs/protocol/psn-bench.ts';

const psn1 = {name: 'psn1', fqdn: 'psn1.posturelab.test', address: '10.10.1.11'};
const psn2 = {name: 'psn2', fqdn: 'psn2.posturelab.test', address: '10.10.2.12'};

test('a peer learns session, addresses and status, and answers probes and discovery with them', t => {
  const {one, two} = pair();
  one.connect();
  one.report(true);
  t.like(two.session(), {postureStatus: 'Compliant', owner: psn1.fqdn, addresses: [endpointAddress], mac});
  t.deepEqual(
    two.of('session-created').map(({origin}) => origin),
    ['replication'],
  );

  const found = decodeDiscoveryAnswer(two.ask(8443, encodeDiscoveryRequest(agent, psn2.fqdn)));
  t.deepEqual(found, {sessionId, owner: psn1.fqdn, status: 'Compliant', probePort: 8449});
  t.is(two.of('discovery-answered')[0]?.found, 'replicated');
  t.is(probe(two), 'Compliant');
  t.is(two.of('alarm-raised')[0]?.details['Server'], 'psn2');
  t.true(one.of('session-replicated').some(event => event.sessionId === sessionId && event.to === 'psn2'));
});

test('the session belongs to its owner: a peer takes neither report nor requirements for it, nor commands', t => {
  const {one, two} = pair();
  one.connect();
  t.is(two.report(true).status, 421);
  t.is(two.requirements().status, 421);
  t.is(two.session()?.postureStatus, 'Unknown');
  t.throws(() => two.command({name: 'reauthenticate', mac, type: 'last'}), {
    message: /belongs to psn1\.posturelab\.test/,
  });
});

test('the end of a session is told too', t => {
  const {one, two} = pair();
  one.connect();
  one.account(2);
  t.is(two.session(), undefined);
  t.deepEqual(
    two.of('session-removed').map(({cause}) => cause),
    ['peer'],
  );
  t.is(probe(two), 'Unknown');
});

test('a Stop that reaches the peer ends the session at the owner as well', t => {
  const {one, two} = pair();
  one.connect();
  two.account(2);
  t.is(one.session(), undefined);
});

test('when the switch fails over, the peer takes the session on with its status, and its owner becomes the peer', t => {
  const {one, two} = pair();
  one.becomeCompliant();
  one.nowMs += 10;
  two.authenticate();
  t.like(two.session(), {owner: psn2.fqdn, postureStatus: 'Compliant', rule: 'Posture-Compliant'});
  t.is(one.session()?.owner, psn2.fqdn);
  t.is(two.of('session-created').length, 1);
});

test('without replication the peer answers Unknown, takes no news, and asks the owner when somebody discovers', t => {
  const {one, two} = pair({replication: false});
  one.becomeCompliant();
  t.is(probe(two), 'Unknown');
  t.deepEqual(two.view().sessions, []);
  t.deepEqual(one.of('session-replicated'), []);
  two.handle({
    kind: 'https-request',
    requestId: 'r',
    localPort: 8443,
    from: {address: endpointAddress, port: 50_000},
    request: encodeDiscoveryRequest(agent, psn2.fqdn),
  });
  t.like(two.of('discovery-answered'), [{sessionId, owner: psn1.fqdn, found: 'peer'}]);
});

test('without replication a failed-over session starts Unknown at the peer, and the one left behind is stale', t => {
  const {one, two} = pair({replication: false});
  one.becomeCompliant();
  two.authenticate();
  t.is(two.session()?.postureStatus, 'Unknown');
  t.is(one.session()?.postureStatus, 'Compliant');
});

test('replication can be switched off, which forgets what peers told, and on, which tells them anew', t => {
  const {one, two} = pair();
  one.connect();
  two.command({name: 'set-replication', enabled: false});
  t.deepEqual(two.view().sessions, []);
  t.is(two.of('session-removed')[0]?.cause, 'replication-off');
  one.report(true);
  t.is(probe(two), 'Unknown');

  two.command({name: 'set-replication', enabled: true});
  t.is(two.session()?.postureStatus, 'Compliant', 'it asked for what it had missed');
  t.true(two.view().replication);
  one.command({name: 'set-replication', enabled: false});
  one.report(false);
  t.is(probe(two), 'Compliant');
  one.command({name: 'set-replication', enabled: true});
  t.is(probe(two), 'NonCompliant');
});

test('the gate replication holds news back, in order, and the delay is between change and call', t => {
  const {one, two} = pair({delaysMs: {coa: 0, replication: 300}});
  one.connect();
  t.is(two.session(), undefined);
  one.elapse(300);
  t.is(two.session()?.postureStatus, 'Unknown');
  one.command({name: 'hold', step: 'replication'});
  one.report(true);
  one.elapse(60_000);
  t.is(two.session()?.postureStatus, 'Unknown');
  t.is(one.of('gate-reached')[0]?.step, 'replication');
  one.command({name: 'release', step: 'replication'});
  t.is(two.session()?.postureStatus, 'Compliant');
});

test('a phantom is told to nobody, and gives way to the session of the node that authenticated it, however old the news', t => {
  const {one, two} = pair({delaysMs: {coa: 0, replication: 500}});
  one.authenticate();
  two.nowMs += 100;
  two.account(3);
  t.is(two.session()?.owner, psn2.fqdn, 'accounting was faster than replication');
  two.elapse(2000);
  t.like(one.session(), {owner: psn1.fqdn, rule: 'Posture-Unknown'});
  one.elapse(500);
  t.like(two.session(), {owner: psn1.fqdn, rule: 'Posture-Unknown'});
});

test('what was being told when replication was switched off is not told again', t => {
  const one = new PsnBench({peers: [psn2]});
  one.authenticate();
  one.command({name: 'set-replication', enabled: false});
  one.handle({kind: 'https-failed', connectionId: 'replication-1', failure: {reason: 'timeout', detail: ''}});
  t.is(one.psn.wakeAtMs(), undefined);
});

test('one call a peer at a time; what changed meanwhile is told once, with the latest', t => {
  const one = new PsnBench({peers: [psn2]});
  one.connect();
  one.report(true);
  one.report(false);
  t.is(calls(one).length, 1);
  const first = calls(one)[0];
  one.handle({
    kind: 'https-response',
    connectionId: first?.connectionId ?? '',
    response: {status: 204, headers: {}, body: ''},
  });
  t.is(calls(one).length, 2);
  t.is(JSON.parse(calls(one)[1]?.request.body ?? '').session.postureStatus, 'NonCompliant');
});

test('a peer that cannot be reached is tried again, less and less often, with the latest news', t => {
  const one = new PsnBench({peers: [psn2]});
  one.authenticate();
  const instants: number[] = [];
  for (let count = 0; count < 6; count += 1) {
    const call = calls(one).at(-1);
    one.handle({
      kind: 'https-failed',
      connectionId: call?.connectionId ?? '',
      failure: {reason: 'timeout', detail: ''},
    });
    const wakeAtMs = one.psn.wakeAtMs() ?? 0;
    instants.push(wakeAtMs - one.nowMs);
    one.elapse(wakeAtMs - one.nowMs);
  }
  t.deepEqual(instants, [5000, 10_000, 20_000, 40_000, 60_000, 60_000]);
  t.is(one.of('session-replicated').length, 0);
});

test('news older than what is known changes nothing', t => {
  const {one, two} = pair();
  one.connect();
  const old = calls(one)[0]?.request;
  one.nowMs += 100;
  one.report(true);
  t.truthy(old);
  if (old === undefined) return;
  t.is(two.ask(8671, old, {address: psn1.address, port: 1}).status, 204);
  t.is(two.session()?.postureStatus, 'Compliant');
});

const session = {
  sessionId,
  mac,
  addresses: [endpointAddress],
  nasAddress: '192.168.255.12',
  nasPortId: '',
  userName: 'x',
  postureStatus: 'Compliant',
  postureAssessmentStatus: 'NotApplicable',
  rule: '',
  profile: '',
  acl: null,
  owner: psn1.fqdn,
  accounting: 'none',
  acctSessionId: '',
  createdAtMs: 1,
  changedAtMs: 1,
};

for (const [what, body, status] of [
  ['no JSON', '{', 400],
  ['another kind', {kind: 'else'}, 400],
  ['no session', {kind: 'session'}, 400],
  ['a session without id', {kind: 'session', session: {...session, sessionId: ''}}, 400],
  ['an id that no header can carry', {kind: 'session', session: {...session, sessionId: 'a\r\nb'}}, 400],
  ['a MAC that is none', {kind: 'session', session: {...session, mac: 'x'}}, 400],
  ['a status that is none', {kind: 'session', session: {...session, postureStatus: 'Fine'}}, 400],
  ['addresses that are no list', {kind: 'session', session: {...session, addresses: 'x'}}, 400],
  ['an instant that is no number', {kind: 'session', session: {...session, changedAtMs: '1'}}, 400],
  ['an owner who does not send it', {kind: 'session', session: {...session, owner: psn2.fqdn}}, 400],
  ['a removal without instant', {kind: 'removed', sessionId}, 400],
  ['a session as it should be', {kind: 'session', session}, 204],
] as const) {
  test(`a message with ${what} is answered ${status}${status === 400 ? ' and changes nothing' : ''}`, t => {
    const {two} = pair();
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const request = {method: 'POST', path: '/messaging/sessions', headers: {}, body: text} as const;
    t.is(two.ask(8671, request, {address: psn1.address, port: 1}).status, status);
    t.is(two.view().sessions.length, status === 204 ? 1 : 0);
  });
}

test('who is no peer is refused on the messaging port, and a peer finds nothing else there', t => {
  const {two} = pair();
  const request = {
    method: 'POST',
    path: '/messaging/sessions',
    headers: {},
    body: JSON.stringify({kind: 'session', session}),
  } as const;
  t.is(two.ask(8671, request, {address: '10.10.1.99', port: 1}).status, 403);
  t.is(two.ask(8671, {...request, path: '/'}, {address: psn1.address, port: 1}).status, 404);
  t.is(two.ask(8905, request, {address: psn1.address, port: 1}).status, 404);
  t.deepEqual(two.view().sessions, []);
});

/** Two nodes, connected: what one calls reaches the other at once, and the answer comes back. */
function pair(changes: Partial<PsnSettings> = {}): {one: PsnBench; two: PsnBench} {
  const one = new ConnectedBench({...changes, ...psn1, peers: [psn2]});
  const two = new ConnectedBench({...changes, ...psn2, peers: [psn1]});
  one.peer = two;
  two.peer = one;
  return {one, two};
}

class ConnectedBench extends PsnBench {
  peer: ConnectedBench | undefined;
  readonly #address: string;

  constructor(settings: Partial<PsnSettings>) {
    super(settings);
    this.#address = settings.address ?? settingsOf().address;
  }

  override handle(input: Parameters<PsnBench['handle']>[0]): ReturnType<PsnBench['handle']> {
    const effects = super.handle(input);
    for (const effect of effects) {
      if (effect.kind !== 'https-call' || this.peer === undefined) continue;
      this.peer.nowMs = Math.max(this.peer.nowMs, this.nowMs);
      const response = this.peer.ask(effect.port, effect.request, {address: this.#address, port: 40_000});
      this.handle({kind: 'https-response', connectionId: effect.connectionId, response});
    }
    return effects;
  }
}

function probe(bench: PsnBench): string | undefined {
  return bench.ask(8449, encodeProbeRequest(agent, psn2.fqdn)).headers['x-emu-posture-status'];
}

function calls(bench: PsnBench) {
  return bench.effects.filter(effect => effect.kind === 'https-call');
}
