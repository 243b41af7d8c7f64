// What stops state sync, and what only a restart of the service brings back (domain.md 3.7, 3.9, 7.3 R4, 11.10).
import test from 'ava';
import type {AgentCommand} from '#protocol/agent/contract.ts';
import {readProfile} from '#protocol/agent/profile.ts';
import type {PostureStatus} from '#protocol/posture/status.ts';
import {AgentBench, blocked, open, profile, psn1} from '#specs/protocol/agent-bench.ts';

const flap = (bench: AgentBench) => {
  bench.give({kind: 'link', up: false, addresses: []});
  bench.elapse(500);
  bench.give({kind: 'link', up: true, addresses: ['192.168.255.193']});
};
const tell = (command: AgentCommand) => (bench: AgentBench) => void bench.tell(command);

const disturbances: [what: string, disturb: (bench: AgentBench) => void, reason: string][] = [
  ['a rescan', tell({name: 'rescan'}), 'rescan'],
  ['a link flap', flap, 'network-change'],
  [
    'another profile',
    tell({name: 'replace-profile', profile: profile({networkTransitionDelayS: 5})}),
    'profile-replaced',
  ],
  ['a restart of the service', tell({name: 'restart-service'}), 'service-stop'],
];

for (const [what, disturb, reason] of disturbances) {
  test(`${what} stops state sync while it is armed, and while it waits; the next Compliant starts it again`, t => {
    for (const elapsedMs of [0, 8000]) {
      const bench = AgentBench.started();
      bench.elapse(elapsedMs);
      const {state} = bench.view().sync;
      disturb(bench);
      t.like(bench.of('sync-stopped'), [{reason}], state);

      bench.elapse(4000);
      t.is(bench.of('sync-started').length, 2, state);
      t.is(bench.view().state, 'COMPLIANT', state);
    }
  });

  test(`${what} leaves a probe under way alone, unless its process ends: its answer is looked at`, t => {
    const bench = AgentBench.started();
    bench.network = open;
    bench.tell({name: 'hold', step: 'probe-http'});
    bench.elapse(3000);
    t.is(bench.view().sync.state, 'PROBING');
    bench.network = (_, port) => (port === 8449 ? blocked : undefined);
    disturb(bench);
    bench.elapse(1000);
    t.is(bench.view().state, 'COMPLIANT');

    bench.tell({name: 'release', step: 'probe-http'});
    bench.elapse(5);
    const survives = reason !== 'service-stop';
    t.is(bench.of('probe-answered').length, survives ? 1 : 0);
    t.is(bench.of('sync-disabled').length, survives ? 1 : 0);
    t.is(bench.view().sync.latched, survives);
  });
}

for (const status of ['Unknown', 'Pending', 'NonCompliant'] as PostureStatus[]) {
  test(`an answer of ${status} to a probe that was stopped is ignored`, t => {
    const bench = AgentBench.started();
    bench.network = open;
    bench.tell({name: 'hold', step: 'probe-http'});
    bench.elapse(3000);
    bench.network = (_, port) => (port === 8449 ? blocked : undefined);
    bench.tell({name: 'rescan'});
    bench.elapse(1000);
    bench.psn.probeStatus = status;
    bench.tell({name: 'release', step: 'probe-http'});
    bench.elapse(5);

    t.like(bench.of('probe-answered'), [{status}]);
    t.is(bench.of('posture-change-seen').length, 0);
    t.like(bench.view(), {state: 'COMPLIANT', sync: {state: 'ARMED', latched: false}});
  });
}

test('an answer of Compliant that comes while the agent is not Compliant is ignored', t => {
  const bench = AgentBench.started();
  bench.network = open;
  bench.tell({name: 'hold', step: 'probe-http'});
  bench.elapse(3000);
  bench.network = () => blocked;
  bench.tell({name: 'rescan'});
  bench.tell({name: 'release', step: 'probe-http'});
  bench.elapse(5);

  t.like(bench.of('probe-answered'), [{status: 'Compliant'}]);
  t.like(bench.view(), {state: 'DISCOVERY', sync: {state: 'STOPPED', latched: false}});
});

test('a profile with interval 0 stops state sync for good', t => {
  const bench = AgentBench.started();
  bench.elapse(4000);
  bench.tell({name: 'replace-profile', profile: profile({stateSyncProbeIntervalS: 0})});
  bench.elapse(100_000);

  t.like(bench.of('sync-stopped'), [{reason: 'profile-replaced'}]);
  t.like(bench.of('sync-off'), [{reason: 'interval-zero'}]);
  t.is(bench.of('probe-sent').length, 1);
  t.is(bench.view().sync.state, 'OFF');
});

test('a profile that switches state sync on takes effect with the next Compliant', t => {
  const bench = AgentBench.started({profile: profile({stateSyncProbeIntervalS: null})});
  t.is(bench.view().sync.state, 'OFF');
  bench.tell({name: 'replace-profile', profile: profile()});
  bench.elapse(4000);

  t.like(bench.of('discovery-started')[1], {reason: 'profile-replaced'});
  t.is(bench.of('probe-sent').length, 1);
});

test('a latched agent stays latched through rescans, flaps, other profiles, changed facts and a corrected dACL', t => {
  const bench = AgentBench.started({}, it => {
    it.network = open;
  });
  bench.elapse(3000);
  t.is(bench.of('sync-disabled').length, 1);
  const latchedAtMs = bench.nowMs;

  const revivals = [
    tell({name: 'rescan'}),
    flap,
    tell({name: 'replace-profile', profile: profile({stateSyncProbeIntervalS: 1})}),
    tell({name: 'change-facts', facts: {firewall: true, other: 1}}),
    (it: AgentBench) => {
      it.network = (_, port) => (port === 8449 ? blocked : undefined);
    },
    tell({name: 'rescan'}),
  ];
  for (const revive of revivals) {
    revive(bench);
    bench.elapse(60_000);
    t.like(bench.view(), {state: 'COMPLIANT', sync: {state: 'DISABLED_UNTIL_RESTART', latched: true}});
  }
  t.is(bench.of('probe-sent', latchedAtMs).length, 0);
  t.is(bench.of('sync-disabled').length, 1);
  t.like(
    bench.of('sync-off'),
    Array.from({length: 4}, () => ({reason: 'latched'})),
  );

  bench.tell({name: 'restart-service'});
  bench.elapse(5000);
  t.is(bench.of('probe-sent', latchedAtMs).length, 1);
  t.false(bench.view().sync.latched);
});

test('a latch gives up every other probe under way: one alarm in the life of a service', t => {
  const bench = AgentBench.started();
  bench.network = open;
  bench.tell({name: 'hold', step: 'probe-http'});
  for (let stops = 0; stops < 3; stops += 1) {
    bench.elapse(4000);
    bench.tell({name: 'rescan'});
  }
  bench.elapse(4000);
  t.is(bench.of('probe-sent').length, 4);
  bench.tell({name: 'set-delay', step: 'probe-http', delayMs: 0});
  bench.tell({name: 'release', step: 'probe-http'});
  bench.elapse(60_000);

  t.is(bench.of('sync-disabled').length, 1);
  t.is(bench.log.filter(line => line.includes('[Error]')).length, 1);
});

test("a restart forgets everything but files, and keeps what is the host's", t => {
  const bench = AgentBench.started({}, it => {
    it.network = open;
  });
  bench.tell({name: 'change-facts', facts: {disk: 'full'}});
  bench.tell({name: 'replace-profile', profile: profile({stateSyncProbeIntervalS: 30})});
  bench.elapse(5000);
  t.true(bench.view().sync.latched);
  bench.psn.answer = () => ({status: 404, headers: {}, body: ''});
  bench.tell({name: 'restart-service'});
  bench.elapse(100);

  t.like(bench.of('service-started')[1], {profile: 'read', intervalS: 30, transitionDelayS: 3});
  t.like(bench.of('discovery-started').at(-1), {
    reason: 'service-start',
    targets: [`${psn1}:8443`, 'psn2.posturelab.test:8443'],
  });
  t.like(bench.view(), {
    status: 'Unknown',
    sessionId: '',
    psn: null,
    facts: {firewall: true, disk: 'full'},
    sync: {latched: false},
  });
});

test('a restart reads its files: profile and PSNs as they stand there now', t => {
  const bench = AgentBench.started();
  const files = {
    profile: profile({callHomeList: [], networkTransitionDelayS: 30}),
    knownPsns: ['psn9.posturelab.test'],
  };
  bench.tell({name: 'restart-service', files});

  t.like(bench.of('service-started')[1], {transitionDelayS: 30});
  t.deepEqual(bench.of('discovery-started').at(-1)?.targets, ['psn9.posturelab.test:8443']);
});

test('a restart closes the connections of the process that ends, and its late news means nothing to the next', t => {
  const bench = new AgentBench();
  bench.network = () => blocked;
  bench.give({kind: 'start'});
  const before = bench.effects.find(effect => effect.kind === 'https-open');
  bench.tell({name: 'restart-service'});
  const after = bench.effects.findLast(effect => effect.kind === 'https-open');
  t.true(bench.effects.some(effect => effect.kind === 'https-abandon' && effect.connectionId === before?.connectionId));
  t.not(before?.connectionId, after?.connectionId);

  bench.give({kind: 'https-failed', connectionId: before?.connectionId ?? '', failure: blocked});
  t.is(bench.of('discovery-target-failed').length, 0);
});

test('a service that starts with a refused profile says so and runs on defaults', t => {
  const refused = readProfile([{name: 'StateSyncProbeInterval', value: '900', line: 2, column: 3}]);
  const bench = AgentBench.started({profile: refused, knownPsns: [psn1]});

  t.deepEqual(bench.kinds().slice(0, 2), ['profile-refused', 'service-started']);
  t.regex(bench.of('profile-refused')[0]?.problems[0] ?? '', /^line 2, column 3: StateSyncProbeInterval is "900"/);
  t.like(bench.of('service-started'), [{profile: 'defaults', intervalS: 0, transitionDelayS: 3}]);
  t.like(bench.of('sync-off'), [{reason: 'interval-absent'}]);
});

test('a refused profile does not replace the one in force', t => {
  const bench = AgentBench.started();
  const answer = bench.tell({
    name: 'replace-profile',
    profile: readProfile([{name: 'NetworkTransitionDelay', value: '1', line: 2, column: 3}]),
  });

  t.regex(String(answer), /the old one stays in force: line 2, column 3: NetworkTransitionDelay is "1"/);
  t.deepEqual(bench.kinds(900), ['profile-refused']);
  t.like(bench.view(), {state: 'COMPLIANT', profile: {networkTransitionDelayS: 3}, sync: {state: 'ARMED'}});
});

test('without a profile file the service runs on defaults, and refuses nothing', t => {
  const bench = AgentBench.started({profile: {kind: 'absent'}});

  t.like(bench.of('service-started'), [{profile: 'defaults', intervalS: 0}]);
  t.is(bench.of('profile-refused').length, 0);
});

test('a restart takes back the probe under way, wherever it stands', t => {
  const bench = AgentBench.started({delaysMs: {'report-to-ui': 0, 'probe-http': 1000}}, it => {
    it.network = open;
  });
  bench.elapse(2100);
  const probe = bench.effects.findLast(effect => effect.kind === 'https-open');
  t.is(probe?.port, 8449);
  bench.tell({name: 'hold', step: 'probe-http'});
  bench.network = () => blocked;
  bench.tell({name: 'restart-service'});
  bench.elapse(30_000);

  t.true(bench.effects.some(effect => effect.kind === 'https-abandon' && effect.connectionId === probe?.connectionId));
  t.is(bench.of('gate-reached').length, 0);
});
