// Posture State Synchronization at the agent: when it probes, whom, and what an answer does (domain.md 3, 7.4).
import test from 'ava';
import type {HttpResponse, HttpsFailure} from '#protocol/http.ts';
import type {PostureStatus} from '#protocol/posture/status.ts';
import {AgentBench, blocked, open, profile, psn1, psn2, sessionId} from '#specs/protocol/agent-bench.ts';

const psn3 = 'psn3.posturelab.test';
const psn4 = 'psn4.posturelab.test';
/** From start to the status shown on the bench. */
const shownAtMs = 6;

const sent = (bench: AgentBench) => bench.of('probe-sent').map(({target, atMs}) => `${target.split('.')[0]} ${atMs}`);

test('a blocked port is the healthy state: round after round, silence', t => {
  const bench = AgentBench.started();
  bench.elapse(55_000);

  t.is(bench.of('probe-blocked').length, bench.of('probe-sent').length);
  t.true(bench.of('sync-round-finished').length >= 3);
  t.true(bench.of('sync-round-finished').every(round => !round.answered));
  t.like(bench.view(), {status: 'Compliant', sync: {state: 'WAITING', latched: false}});
});

for (const delayS of [2, 3, 10, 30]) {
  test(`with a network transition delay of ${delayS} s the first probe leaves ${delayS} s after the status is shown`, t => {
    const bench = AgentBench.started({profile: profile({networkTransitionDelayS: delayS})});
    bench.elapse(40_000);

    t.like(bench.of('sync-started'), [{delayMs: delayS * 1000, atMs: shownAtMs}]);
    t.is(bench.of('probe-sent')[0]?.atMs, shownAtMs + delayS * 1000);
  });
}

test('the transition delay is waited for after every transition to Compliant', t => {
  const bench = AgentBench.started();
  bench.elapse(5000);
  bench.tell({name: 'rescan'});
  bench.elapse(10_000);

  const again = bench.of('status-shown')[1]?.atMs ?? 0;
  t.is(bench.of('probe-sent', again)[0]?.atMs, again + 3000);
});

test('the interval runs from the end of a round; a round lasts as long as its targets are silent', t => {
  const bench = AgentBench.started();
  bench.elapse(20_000);

  t.deepEqual(sent(bench), ['psn1 3006', 'psn2 5006', 'psn1 17006', 'psn2 19006']);
  t.like(bench.of('sync-round-finished'), [{round: 1, answered: false, atMs: 7006}]);
});

test('a lost session is seen within one interval and the time-outs of the targets before the one that answers', t => {
  const bench = AgentBench.started({profile: profile({stateSyncProbeIntervalS: 10})});
  bench.elapse(6007); // the round has just ended
  t.is(bench.view().sync.state, 'WAITING');
  bench.psn.status = 'Unknown';
  bench.network = (host, port) => (port === 8449 && host === psn1 ? blocked : undefined);
  const lostAtMs = bench.nowMs;
  bench.elapse(20_000);

  const [restarted] = bench.of('discovery-restarted');
  t.like(restarted, {target: psn2});
  t.is((restarted?.atMs ?? 0) - lostAtMs, 10_000 - 1 + 2000 + 2);
});

test('targets: the connected PSN and any two others where the backup list is empty', t => {
  const bench = AgentBench.started({knownPsns: [psn4, psn3]}, it => {
    it.psn.owner = psn2;
  });
  t.deepEqual(bench.of('sync-started')[0]?.targets, [psn2, psn1, psn4]);
});

test('targets: the limit on backups is a setting', t => {
  const bench = AgentBench.started({knownPsns: [psn3, psn4], backupPsnLimit: 9});
  t.deepEqual(bench.of('sync-started')[0]?.targets, [psn1, psn2, psn3, psn4]);

  const alone = AgentBench.started({knownPsns: [psn3, psn4], backupPsnLimit: 0});
  t.deepEqual(alone.of('sync-started')[0]?.targets, [psn1]);
});

test('targets: the connected PSN and the backup list, however long', t => {
  const stateSyncProbeBackupList = [psn4, psn3, 'psn5.posturelab.test', psn1.toUpperCase()];
  const bench = AgentBench.started({profile: profile({stateSyncProbeBackupList}), knownPsns: ['psn6.posturelab.test']});

  t.deepEqual(bench.of('sync-started')[0]?.targets, [psn1, psn4, psn3, 'psn5.posturelab.test']);
});

test('probes go to the port that the portal told', t => {
  const bench = AgentBench.started({}, it => {
    it.psn.probePort = 8500;
    it.network = (_, port) => (port === 8500 ? blocked : undefined);
  });
  bench.elapse(3000);

  t.is(bench.of('sync-started')[0]?.port, 8500);
  t.is(bench.of('probe-sent')[0]?.port, 8500);
});

for (const [interval, reason] of [
  [null, 'interval-absent'],
  [0, 'interval-zero'],
] as const) {
  test(`an interval that is ${interval === null ? 'absent' : interval} switches state sync off: no probe, no log line`, t => {
    const bench = AgentBench.started({profile: profile({stateSyncProbeIntervalS: interval})}, it => {
      it.network = open;
    });
    bench.elapse(700_000);

    t.like(bench.of('sync-off'), [{reason}]);
    t.is(bench.of('sync-started').length + bench.of('probe-sent').length, 0);
    t.is(bench.view().sync.state, 'OFF');
    t.false(bench.log.some(line => line.includes('PeriodicProbe')));
  });
}

// domain.md 3.5 and 3.10: the port is open, the answering PSN believes this, the agent believes Compliant.
for (const status of ['Unknown', 'Pending', 'NonCompliant'] as PostureStatus[]) {
  test(`an answer of ${status} restarts discovery, and state sync waits for the next Compliant`, t => {
    const bench = AgentBench.started();
    bench.network = open;
    bench.psn.probeStatus = status;
    bench.elapse(2008);

    t.deepEqual(bench.kinds(3000), [
      'probe-sent',
      'probe-answered',
      'sync-round-finished',
      'posture-change-seen',
      'discovery-restarted',
      'sync-stopped',
      'discovery-started',
    ]);
    t.like(bench.of('posture-change-seen'), [{target: psn1, from: 'Compliant', to: status}]);
    t.like(bench.of('sync-stopped'), [{reason: 'posture-status-changed'}]);
    t.like(bench.of('discovery-started')[1], {reason: 'posture-status-changed'});
    t.like(bench.view(), {state: 'DISCOVERY', status: 'Unknown', sync: {state: 'STOPPED', latched: false}});

    bench.network = (_, port) => (port === 8449 ? blocked : undefined);
    bench.elapse(10_000);
    t.is(bench.of('sync-started').length, 2);
    t.is(bench.view().state, 'COMPLIANT');
  });
}

test('an answer of Compliant is the wrong configuration: state sync is disabled at once', t => {
  const bench = AgentBench.started({}, it => {
    it.network = open;
  });
  bench.elapse(600_000);

  t.deepEqual(bench.kinds(3000), [
    'probe-sent',
    'probe-answered',
    'sync-round-finished',
    'sync-stopped',
    'sync-disabled',
  ]);
  t.like(bench.of('sync-stopped'), [{reason: 'wrong-configuration'}]);
  t.like(bench.of('sync-disabled'), [{target: psn1, reason: 'wrong-configuration'}]);
  t.like(bench.view(), {
    state: 'COMPLIANT',
    status: 'Compliant',
    sync: {state: 'DISABLED_UNTIL_RESTART', latched: true},
  });
});

test('a PSN whose deny is missing is found although the one before it is blocked', t => {
  const bench = AgentBench.started({}, it => {
    it.network = (host, port) => (port === 8449 && host === psn1 ? blocked : undefined);
  });
  bench.elapse(10_000);

  t.like(bench.of('sync-disabled'), [{target: psn2}]);
});

test('the first PSN that answers decides, whatever the next one believes', t => {
  const bench = AgentBench.started({}, it => {
    it.network = open;
    it.answer = (request, host) => {
      it.psn.probeStatus = host === psn1 ? 'Unknown' : 'Compliant';
      return it.psn.answer(request, host);
    };
  });
  bench.elapse(2100);

  t.like(bench.of('discovery-restarted'), [{target: psn1}]);
  t.is(bench.of('sync-disabled').length, 0);
});

const failures: HttpsFailure[] = [
  {reason: 'timeout', detail: 'no handshake'},
  {reason: 'refused', detail: 'reset'},
  {reason: 'untrusted', detail: 'a certificate of nobody'},
  {reason: 'unreachable', detail: 'no route'},
  {reason: 'broken', detail: 'TLS alert'},
];

for (const failure of failures) {
  test(`a probe that ends ${failure.reason} is blocked, and the next PSN is asked`, t => {
    const bench = AgentBench.started({}, it => {
      it.network = (_, port) => (port === 8449 ? failure : undefined);
    });
    bench.elapse(7000);

    t.like(bench.of('probe-blocked'), [
      {round: 1, target: psn1, reason: failure.reason},
      {round: 1, target: psn2, reason: failure.reason},
    ]);
    t.is(bench.view().sync.state, 'WAITING');
  });
}

test('a connection that opens but is never answered is blocked (R5: the deny arrived in between)', t => {
  const bench = AgentBench.started({}, it => {
    it.network = open;
    it.answer = (request, host, port) =>
      port === 8449 ? {reason: 'timeout', detail: 'no response'} : it.psn.answer(request, host);
  });
  bench.elapse(3000);

  t.like(bench.of('probe-blocked'), [{target: psn1, reason: 'timeout'}, {target: psn2}]);
  t.is(bench.of('sync-disabled').length, 0);
});

const unusable: [what: string, response: HttpResponse, detail: string][] = [
  ['HTTP 500', {status: 500, headers: {'x-emu-posture-status': 'Compliant'}, body: ''}, 'HTTP 500'],
  ['HTTP 503', {status: 503, headers: {}, body: 'busy'}, 'HTTP 503'],
  ['a redirect', {status: 302, headers: {location: 'https://psn1:8443/portal'}, body: ''}, 'HTTP 302'],
  ['a page without status', {status: 200, headers: {}, body: '<html>'}, 'no posture status in the headers'],
  ['garbage', {status: 200, headers: {'x-emu-posture-status': '\u0000'}, body: ''}, 'no posture status in the headers'],
];

for (const [what, response, detail] of unusable) {
  test(`${what} counts as no answer: told, and the next PSN is asked`, t => {
    const bench = AgentBench.started({}, it => {
      it.network = open;
      it.answer = (request, host, port) => (port === 8449 ? response : it.psn.answer(request, host));
    });
    bench.elapse(3000);

    t.like(bench.of('probe-unusable'), [
      {round: 1, target: psn1, httpStatus: response.status, detail},
      {round: 1, target: psn2, httpStatus: response.status, detail},
    ]);
    t.like(bench.of('sync-round-finished'), [{answered: false}]);
    t.is(bench.log.filter(line => line.includes('[Warning]')).length, 2);
    t.is(bench.view().sync.state, 'WAITING');
  });
}

test('a probe asks for the session of its agent', t => {
  const bench = AgentBench.started({}, it => {
    it.network = open;
  });
  bench.elapse(3000);

  const {request, host, port} = bench.requests.at(-1) ?? {};
  t.is(`${host}:${port}`, `${psn1}:8449`);
  t.like(request?.headers, {
    host: `${psn1}:8449`,
    'x-emu-session-id': sessionId,
    'x-emu-mac-list': '00:50:56:A8:BE:02',
    'x-emu-ip-list': '192.168.255.193',
  });
});

test('a NonCompliant endpoint does not probe', t => {
  const bench = AgentBench.started({facts: {firewall: false}}, it => {
    it.network = open;
  });
  bench.elapse(600_000);

  t.is(bench.view().state, 'NONCOMPLIANT');
  t.is(bench.of('probe-sent').length, 0);
});

test('where NonCompliant endpoints probe, the same known status is the wrong configuration, another one a change', t => {
  const settings = {facts: {firewall: false}, probeWhenNonCompliant: true};
  const same = AgentBench.started(settings, it => {
    it.network = open;
  });
  same.elapse(250_000);
  t.like(same.of('sync-disabled'), [{target: psn1}]);

  const other = AgentBench.started(settings, it => {
    it.network = open;
    it.psn.probeStatus = 'Unknown';
  });
  other.elapse(250_000);
  t.like(other.of('posture-change-seen')[0], {from: 'NonCompliant', to: 'Unknown'});
});

test('between connection and request a probe can be held: the gate is told, and the request leaves when it opens', t => {
  const bench = AgentBench.started({}, it => {
    it.network = open;
  });
  bench.tell({name: 'hold', step: 'probe-http'});
  bench.elapse(30_000);
  t.deepEqual(bench.kinds(1000), ['probe-sent', 'gate-reached']);
  t.is(bench.requests.filter(({port}) => port === 8449).length, 0);
  t.like(bench.view(), {held: ['probe-http'], sync: {state: 'PROBING'}});

  bench.tell({name: 'release', step: 'probe-http'});
  bench.elapse(10);
  t.is(bench.of('sync-disabled').length, 1);
});

test('a connection that is lost while its request is held is a blocked probe', t => {
  const bench = AgentBench.started({}, it => {
    it.network = open;
  });
  bench.tell({name: 'hold', step: 'probe-http'});
  bench.elapse(3000);
  const connectionId = bench.effects.findLast(effect => effect.kind === 'https-open')?.connectionId ?? '';
  bench.network = () => blocked;
  bench.give({kind: 'https-failed', connectionId, failure: {reason: 'broken', detail: 'the server closed'}});
  t.like(bench.of('probe-blocked'), [{target: psn1, reason: 'broken'}]);

  bench.tell({name: 'release', step: 'probe-http'});
  bench.elapse(3000);
  t.is(bench.requests.filter(({port}) => port === 8449).length, 0);
});

test('a probe that is lost on its way to a held gate never reaches it', t => {
  const bench = AgentBench.started({delaysMs: {'report-to-ui': 0, 'probe-http': 1000}}, it => {
    it.network = open;
  });
  bench.tell({name: 'hold', step: 'probe-http'});
  bench.elapse(2100);
  const connectionId = bench.effects.findLast(effect => effect.kind === 'https-open')?.connectionId ?? '';
  bench.network = () => blocked;
  bench.give({kind: 'https-failed', connectionId, failure: {reason: 'broken', detail: 'the server closed'}});
  bench.elapse(60_000);

  t.is(bench.of('gate-reached').length, 0);
});

test('a connection that is said to be open twice carries one request', t => {
  const bench = AgentBench.started({}, it => {
    it.network = open;
  });
  bench.tell({name: 'hold', step: 'probe-http'});
  bench.elapse(3000);
  const connectionId = bench.effects.findLast(effect => effect.kind === 'https-open')?.connectionId ?? '';
  bench.give({kind: 'https-opened', connectionId});
  bench.tell({name: 'release', step: 'probe-http'});

  t.is(bench.requests.filter(({port}) => port === 8449).length, 1);
});

test('rounds are counted from each start of state sync', t => {
  const bench = AgentBench.started();
  bench.elapse(22_000);
  bench.tell({name: 'rescan'});
  bench.elapse(8000);

  t.deepEqual(
    bench.of('sync-round-finished').map(({round}) => round),
    [1, 2, 1],
  );
  t.is(bench.view().sync.rounds, 1);
});
