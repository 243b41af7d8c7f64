// What a policy node keeps over a restart, when it says so, and how much it keeps at most.
import test from 'ava';
import {encodeProbeRequest} from '#protocol/posture/exchange.ts';
import type {PersistentState, PsnEffect} from '#protocol/psn/contract.ts';
import {recordLimits} from '#protocol/psn/records.ts';
import {agent, mabAttributes, mac, PsnBench, sessionId} from '#specs/protocol/psn-bench.ts';

const persisted = (effects: PsnEffect[]) =>
  effects.filter(effect => effect.kind === 'persist').map(effect => effect.state);

test('an input that changes what is kept asks for one write, before anything is told', t => {
  const bench = new PsnBench();
  const request = bench.encode('Access-Request', mabAttributes());
  const effects = bench.handle({
    kind: 'datagram',
    localPort: 1812,
    from: {address: '192.168.255.12', port: 1},
    bytes: request.bytes,
  });
  t.is(effects[0]?.kind, 'persist');
  t.is(persisted(effects).length, 1);
});

test('what changes nothing that is kept asks for no write', t => {
  const bench = new PsnBench();
  bench.connect();
  t.deepEqual(persisted(bench.handle({kind: 'wake'})), []);
  t.deepEqual(persisted(bench.handle({kind: 'command', id: '1', command: {name: 'view'}})), []);
  const before = bench.effects.length;
  bench.requirements();
  t.deepEqual(persisted(bench.effects.slice(before)), []);
});

test('policy, endpoints, alarms and live log survive a restart; sessions do not', t => {
  const bench = new PsnBench();
  bench.becomeCompliant();
  bench.ask(8449, encodeProbeRequest(agent, 'psn1'));
  bench.command({name: 'save-policy', requirements: []});
  const state = persisted(bench.effects).at(-1) ?? null;

  const restarted = new PsnBench({persisted: state});
  const view = restarted.view();
  t.deepEqual(view.policy, bench.view().policy);
  t.deepEqual(view.alarms, bench.view().alarms);
  t.deepEqual(view.liveLog, bench.view().liveLog);
  t.deepEqual(view.sessions, []);
  t.deepEqual(state?.endpoints, [{mac, postureLeaseUntilMs: null, lastSeenAtMs: 1000}]);
  restarted.authenticate();
  t.is(restarted.session()?.postureStatus, 'Unknown');
});

test('the live log keeps the latest thousand rows', t => {
  const bench = new PsnBench();
  for (let count = 0; count < recordLimits.liveLog + 50; count += 1) {
    bench.account(3, sessionId, []);
    bench.elapse(200);
  }
  const {liveLog} = bench.view();
  t.is(liveLog.length, recordLimits.liveLog);
  t.is(liveLog.at(-1)?.code, 3002);
});

test('the alarms keep the latest thousand', t => {
  const bench = new PsnBench();
  bench.connect();
  bench.report(true);
  for (let count = 0; count < recordLimits.alarms + 5; count += 1) bench.ask(8449, encodeProbeRequest(agent, 'psn1'));
  t.is(bench.view().alarms.length, recordLimits.alarms);
});

test('a report of a megabyte leaves a short row in the live log', t => {
  const bench = new PsnBench();
  bench.connect();
  const results = [{name: 'x'.repeat(1_000_000), passed: true, enforcement: 'audit' as const}];
  bench.ask(8905, {
    method: 'POST',
    path: '/auth/posture/report',
    headers: {'x-emu-session-id': sessionId},
    body: JSON.stringify({sessionId: '', agentVersion: '', operatingSystem: '', results}),
  });
  const row = bench.view().liveLog.find(({code}) => code === 87000);
  t.is(row?.attributes['PostureReport']?.length, recordLimits.attributeCharacters);
});

test('what was handed out to be written never changes afterwards', t => {
  const bench = new PsnBench();
  bench.authenticate();
  const state = persisted(bench.effects).at(-1);
  const copy: PersistentState | undefined = structuredClone(state);
  bench.becomeCompliant('another-session');
  bench.command({name: 'delete-dacl', dacl: 'N'});
  t.deepEqual(state, copy);
});
