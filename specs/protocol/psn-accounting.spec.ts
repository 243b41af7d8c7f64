// Accounting: addresses, ends of sessions, phantoms and stale sessions (domain.md 5.9, 6.1, 6.2).
import test from 'ava';
import {encodeProbeRequest} from '#protocol/posture/exchange.ts';
import {address, avPair, number, text} from '#protocol/radius/attributes.ts';
import {agent, endpointAddress, mac, PsnBench, sessionId, settingsOf} from '#specs/protocol/psn-bench.ts';

for (const [type, name, code] of [
  [1, 'Start', 3000],
  [3, 'Interim-Update', 3002],
  [2, 'Stop', 3001],
  [7, 'Accounting-On', 3003],
  [8, 'Accounting-Off', 3004],
] as const) {
  test(`${name} is answered, told and logged as ${code}`, t => {
    const bench = new PsnBench();
    t.is(bench.account(type)?.code, 'Accounting-Response');
    t.deepEqual(bench.of('accounting-received'), [{kind: 'accounting-received', status: name, sessionId}]);
    t.is(bench.view().liveLog.at(-1)?.code, code);
    t.is(bench.view().counters.accounting, 1);
  });
}

test('an unknown Acct-Status-Type, and none at all, are answered and change nothing', t => {
  const bench = new PsnBench();
  t.is(bench.account(15)?.code, 'Accounting-Response');
  t.is(bench.radius('Accounting-Request', [])?.code, 'Accounting-Response');
  t.deepEqual(bench.view().sessions, []);
});

test('Start and Interim-Update give the session its addresses; a new one of a family replaces the old', t => {
  const bench = new PsnBench();
  bench.authenticate();
  bench.account(1, sessionId, []);
  t.like(bench.session(), {addresses: [], accounting: 'started'});
  bench.account(3, sessionId, [
    address('Framed-IP-Address', '192.168.255.200'),
    address('Framed-IPv6-Address', 'fe80::1'),
  ]);
  t.deepEqual(bench.session()?.addresses, ['192.168.255.200', 'fe80::1']);
  bench.account(3);
  t.deepEqual(bench.session()?.addresses, [endpointAddress, 'fe80::1']);
  bench.account(3, sessionId, []);
  t.deepEqual(bench.session()?.addresses, [endpointAddress, 'fe80::1']);
});

test('Framed-IP-Address of no host is no address', t => {
  const bench = new PsnBench();
  bench.authenticate();
  for (const value of ['0.0.0.0', '255.255.255.255', '255.255.255.254']) {
    bench.account(3, sessionId, [address('Framed-IP-Address', value)]);
  }
  t.deepEqual(bench.session()?.addresses, []);
});

test('Stop removes the session, and the next authentication starts Unknown even with the same id', t => {
  const bench = new PsnBench();
  bench.becomeCompliant();
  bench.account(2);
  t.is(bench.session(), undefined);
  t.deepEqual(bench.of('session-removed'), [{kind: 'session-removed', sessionId, mac, cause: 'accounting-stop'}]);
  bench.authenticate();
  t.is(bench.session()?.postureStatus, 'Unknown');
});

test('the session is found by the echoed Class, and without any id by the MAC', t => {
  const bench = new PsnBench();
  bench.authenticate();
  const calling = text('Calling-Station-Id', '00-50-56-A8-BE-02');
  bench.radius('Accounting-Request', [
    number('Acct-Status-Type', 3),
    calling,
    address('Framed-IP-Address', '10.0.0.7'),
  ]);
  t.deepEqual(bench.session()?.addresses, ['10.0.0.7']);
  bench.radius('Accounting-Request', [number('Acct-Status-Type', 2), text('Class', `CACS:${sessionId}:psn1/1/1`)]);
  t.is(bench.session(), undefined);
});

test('a retransmitted Stop is answered again with the same bytes, and processed once', t => {
  const bench = new PsnBench();
  bench.connect();
  const request = bench.encode('Accounting-Request', [
    number('Acct-Status-Type', 2),
    avPair(`audit-session-id=${sessionId}`),
  ]);
  const first = bench.deliver('Accounting-Request', request.bytes);
  t.deepEqual(bench.deliver('Accounting-Request', request.bytes), first);
  t.is(bench.of('session-removed').length, 1);
});

test('an Interim-Update of a session that nobody authenticated here makes a phantom', t => {
  const bench = new PsnBench();
  bench.account(3);
  t.like(bench.session(), {
    mac,
    postureStatus: 'Unknown',
    rule: '',
    owner: 'psn1.posturelab.test',
    addresses: [endpointAddress],
  });
  t.deepEqual(
    bench.of('session-created').map(({origin}) => origin),
    ['accounting'],
  );

  const probe = bench.ask(8449, encodeProbeRequest(agent, 'psn1'));
  t.is(probe.headers['x-emu-posture-status'], 'Unknown');
});

test('a phantom becomes a session of its own with the first authentication here', t => {
  const bench = new PsnBench();
  bench.account(3);
  bench.authenticate();
  t.like(bench.session(), {rule: 'Posture-Unknown', addresses: [endpointAddress], accounting: 'started'});
  t.is(bench.view().sessions.length, 1);
});

test('accounting that does not tell whose session it is makes no phantom', t => {
  const bench = new PsnBench();
  bench.radius('Accounting-Request', [number('Acct-Status-Type', 3), avPair(`audit-session-id=${sessionId}`)]);
  bench.radius('Accounting-Request', [number('Acct-Status-Type', 3), text('Calling-Station-Id', mac)]);
  t.deepEqual(bench.view().sessions, []);
});

test('a lost Stop leaves a stale session: a report with only the address reaches the one that had it last', t => {
  const bench = new PsnBench();
  bench.connect('old-session');
  bench.authenticate('new-session');
  bench.report(true);
  t.is(bench.session('old-session')?.postureStatus, 'Compliant');
  t.is(bench.session('new-session')?.postureStatus, 'Unknown');

  bench.account(3, 'new-session');
  bench.report(true);
  t.is(bench.session('new-session')?.postureStatus, 'Compliant');
});

test('a switch cannot end or change the session of another switch', t => {
  const other = {name: 'nad2', address: '192.168.254.12', secret: 'bench-secret', coaPort: 1700};
  const bench = new PsnBench({networkDevices: [...settingsOf().networkDevices, other]});
  bench.connect();
  const from = {address: other.address, port: 1646};
  for (const type of [3, 2]) {
    const reply = bench.radius(
      'Accounting-Request',
      [
        number('Acct-Status-Type', type),
        avPair(`audit-session-id=${sessionId}`),
        text('Calling-Station-Id', mac),
        address('Framed-IP-Address', '10.9.9.9'),
      ],
      {from},
    );
    t.is(reply?.code, 'Accounting-Response');
  }
  t.like(bench.session(), {addresses: [endpointAddress], nasAddress: '192.168.255.12'});
});

test('a switch that starts anew leaves its sessions as they are: stale', t => {
  const bench = new PsnBench();
  bench.connect();
  bench.radius('Accounting-Request', [number('Acct-Status-Type', 7)]);
  t.truthy(bench.session());
});
