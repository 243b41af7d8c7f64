// Discovery without redirect (domain.md 4.3, 4.4): sequential, call home list first, then the PSNs met before.
import test from 'ava';
import {AgentBench, benchSettings, blocked, profile, psn1, psn2, sessionId} from '#specs/protocol/agent-bench.ts';

const psn3 = 'psn3.posturelab.test';

/** Servers asked for discovery, in order, with the instant. */
const asked = (bench: AgentBench) =>
  bench.effects.flatMap(effect =>
    effect.kind === 'https-open' && effect.port !== 8905 && effect.port !== 8449
      ? [`${effect.host}:${effect.port}`]
      : [],
  );

test('targets are the call home list, then the PSNs met before on 8443, each once', t => {
  const callHomeList = [
    {host: psn1, port: 8443},
    {host: psn2, port: 8500},
  ];
  const bench = AgentBench.started({profile: profile({callHomeList}), knownPsns: [psn3, psn1.toUpperCase(), psn2]});

  t.deepEqual(bench.of('discovery-started'), [
    {
      kind: 'discovery-started',
      reason: 'service-start',
      targets: [`${psn1}:8443`, `${psn2}:8500`, `${psn3}:8443`, `${psn2}:8443`],
      atMs: 0,
    },
  ]);
});

test('one target is asked after the other, and the first that knows the session decides', t => {
  const bench = AgentBench.started({knownPsns: [psn3]}, it => {
    it.network = host => (host === psn1 ? blocked : undefined);
    it.answer = (request, host) =>
      host === psn2 ? {status: 404, headers: {}, body: ''} : it.psn.answer(request, host);
    it.psn.owner = psn3;
  });
  bench.elapse(2000);

  t.deepEqual(asked(bench), [`${psn1}:8443`, `${psn2}:8443`, `${psn3}:8443`]);
  t.like(bench.of('discovery-target-failed'), [
    {target: `${psn1}:8443`, reason: 'timeout', atMs: 2000},
    {target: `${psn2}:8443`, reason: 'no-session', detail: 'HTTP 404 without a session', atMs: 2002},
  ]);
  t.like(bench.of('psn-found'), [{psn: psn3, sessionId, atMs: 2004}]);
});

test('the assessment goes to the PSN that owns the session, on 8905', t => {
  const bench = AgentBench.started({}, it => {
    it.psn.owner = psn2;
  });

  t.deepEqual(
    bench.requests.map(({host, port}) => `${host}:${port}`),
    [`${psn1}:8443`, `${psn2}:8905`, `${psn2}:8905`],
  );
  t.is(bench.view().psn, psn2);
});

test('every request carries all MAC and IP addresses; the session id is known after discovery only', t => {
  const bench = AgentBench.started({macs: ['00:50:56:A8:BE:02', '00:50:56:A8:BE:03']});

  const identities = bench.requests.map(({request}) => request.headers);
  t.true(identities.every(headers => headers['x-emu-mac-list'] === '00:50:56:A8:BE:02,00:50:56:A8:BE:03'));
  t.true(identities.every(headers => headers['x-emu-ip-list'] === '192.168.255.193'));
  t.deepEqual(
    identities.map(headers => headers['x-emu-session-id']),
    ['', sessionId, sessionId],
  );
});

test('PSNs that were met are remembered, the latest first', t => {
  const bench = AgentBench.started({knownPsns: [psn1, psn3]}, it => {
    it.psn.owner = psn2;
  });

  t.deepEqual(
    bench.effects.filter(effect => effect.kind === 'remember-psns'),
    [{kind: 'remember-psns', psns: [psn2, psn1, psn3]}],
  );
});

test('server name rules and time-outs go with every connection', t => {
  const bench = AgentBench.started({profile: profile({serverNameRules: ['*.posturelab.test']})});
  bench.elapse(5000);

  const opened = bench.effects.filter(effect => effect.kind === 'https-open');
  t.true(opened.length > 3);
  t.true(
    opened.every(
      ({serverNameRules, timeoutMs}) => serverNameRules.join() === '*.posturelab.test' && timeoutMs === 2000,
    ),
  );
});

test('an untrusted server is no policy server, and the reason is told', t => {
  const bench = AgentBench.started({}, it => {
    it.network = () => ({reason: 'untrusted', detail: 'the certificate names nobody'});
  });

  t.like(bench.of('discovery-target-failed'), [
    {reason: 'untrusted', detail: 'the certificate names nobody'},
    {reason: 'untrusted'},
  ]);
  t.is(bench.view().state, 'IDLE_NO_SERVER');
});

test('an answer that names an owner no one can connect to is no answer', t => {
  const bench = AgentBench.started({}, it => {
    it.psn.owner = 'not a name';
  });

  t.is(bench.of('psn-found').length, 0);
  t.like(bench.of('discovery-target-failed'), [{reason: 'no-session'}, {reason: 'no-session'}]);
});

test('without a server the agent tries again, each pause twice as long, up to eight-fold', t => {
  const bench = AgentBench.started({}, it => {
    it.network = () => ({reason: 'refused', detail: 'reset'});
  });
  bench.elapse(200_000);

  t.deepEqual(
    bench
      .of('server-not-found')
      .slice(0, 6)
      .map(event => event.retryInMs),
    [5000, 10_000, 20_000, 40_000, 40_000, 40_000],
  );
  t.deepEqual(
    bench
      .of('discovery-started')
      .slice(0, 4)
      .map(event => event.reason),
    ['service-start', 'retry', 'retry', 'retry'],
  );
  const [first, second] = bench.of('discovery-started');
  t.is((second?.atMs ?? 0) - (first?.atMs ?? 0), 5002);
});

test('with no target at all the agent waits and does not spin', t => {
  const bench = AgentBench.started({
    profile: profile({callHomeList: []}),
    timeouts: {...benchSettings().timeouts, retryMs: 0},
  });

  t.true(bench.of('discovery-started').length < 200);
  t.is(bench.view().state, 'IDLE_NO_SERVER');
});

test('a verdict makes the next failure the first again', t => {
  const bench = AgentBench.started({}, it => {
    it.network = () => blocked;
  });
  bench.elapse(20_000);
  bench.network = (_, port) => (port === 8449 ? blocked : undefined);
  bench.elapse(60_000);
  t.is(bench.view().state, 'COMPLIANT');

  bench.network = () => blocked;
  bench.tell({name: 'rescan'});
  bench.elapse(10_000);
  t.is(bench.of('server-not-found').at(-1)?.retryInMs, 5000);
});

test('a link that comes up starts discovery with the new address and announces the host', t => {
  const bench = AgentBench.started({addresses: []});
  t.deepEqual(bench.kinds(), ['service-started']);
  t.is(bench.view().state, 'BOOT');

  bench.give({kind: 'link', up: true, addresses: ['192.168.255.194']});
  bench.elapse(1000);
  t.like(bench.of('discovery-started'), [{reason: 'link-up'}]);
  t.is(bench.requests[0]?.request.headers['x-emu-ip-list'], '192.168.255.194');
  t.is(bench.effects.filter(effect => effect.kind === 'announce').length, 1);
  t.is(bench.view().state, 'COMPLIANT');
});

test('news of a link that has not changed changes nothing', t => {
  const bench = AgentBench.started();
  const before = bench.events.length;
  bench.give({kind: 'link', up: true, addresses: ['192.168.255.193']});
  bench.elapse(1000);

  t.is(bench.events.length, before);
});

test('a link that goes down ends discovery, and no retry is attempted without a link', t => {
  const bench = new AgentBench();
  bench.network = () => blocked;
  bench.give({kind: 'start'});
  bench.elapse(1000);
  bench.give({kind: 'link', up: false, addresses: []});
  bench.elapse(100_000);

  t.deepEqual(bench.kinds(), ['service-started', 'discovery-started', 'network-changed']);
  t.is(bench.effects.filter(effect => effect.kind === 'https-abandon').length, 1);
  t.is(bench.view().state, 'IDLE_NO_SERVER');
  t.is(bench.wakeAtMs(), undefined);
});

test('another address on a link that stays up is a network change', t => {
  const bench = AgentBench.started();
  bench.give({kind: 'link', up: true, addresses: ['10.0.0.5']});

  t.like(bench.of('network-changed'), [{change: 'link-up'}]);
  t.like(bench.of('sync-stopped'), [{reason: 'network-change'}]);
  t.like(bench.of('discovery-started', 0), [{reason: 'link-up'}]);
});
