// AnyConnect_ISEPosture.txt: grammar (domain.md 9.1), sequences (9.3) and tails (9.4).
import test from 'ava';
import {workerThread} from '#protocol/agent/agent-log.ts';
import {AgentBench, blocked, open, psn1} from '#specs/protocol/agent-bench.ts';

const grammar =
  /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d \[(Information|Error|Warning)\] aciseagent Function: \S+ Thread Id: 0x[\dA-F]+ File: \w+\.cpp Line: \d+ Level: (info|warn|error) :: .+$/;

/** The part of a log that begins with the first line of a function after `from`. */
function since(bench: AgentBench, from: number, method: string): string[] {
  const lines = bench.logged(from);
  return lines.slice(lines.findIndex(line => line.startsWith(method)));
}

test('every line follows the grammar', t => {
  const bench = AgentBench.started({facts: {firewall: false}});
  bench.network = open;
  bench.elapse(60_000);
  bench.tell({name: 'change-facts', facts: {firewall: true}});
  bench.elapse(60_000);
  bench.network = () => blocked;
  bench.tell({name: 'rescan'});
  bench.elapse(60_000);

  t.true(bench.log.length > 30);
  t.deepEqual(
    bench.log.filter(line => !grammar.test(line)),
    [],
  );
});

test("dates are the lab's", t => {
  const bench = AgentBench.started({labEpochMs: Date.UTC(2022, 10, 9, 12, 22, 44)});
  bench.elapse(2100);

  t.true(bench.log[0]?.startsWith('2022/11/09 12:22:44 '));
  t.true(bench.log.at(-1)?.startsWith('2022/11/09 12:22:47 '));
});

test('sync start: the five lines of TAC 222483, the last two when the transition delay is over', t => {
  const bench = AgentBench.started();
  bench.elapse(3000);

  t.deepEqual(since(bench, 0, 'Authenticator::sendUIStatus'), [
    'Authenticator::sendUIStatus 0xC60',
    'PeriodicProbe::ProcessMessage 0xC60',
    'PeriodicProbe::sessionSyncProbe 0x296C',
    'PeriodicProbe::sessionSyncProbe 0x296C',
    'HttpConnection::MakeRequest 0x296C',
  ]);
  t.true(bench.log.some(line => line.endsWith(':: State sync probe started, interval=10')));
  t.true(bench.log.some(line => line.endsWith(`:: Probing https://${psn1}:8449`)));
});

test('a blocked probe is silent', t => {
  const bench = AgentBench.started();
  bench.elapse(3000);
  const before = bench.log.length;
  bench.elapse(5000);

  t.is(bench.of('probe-blocked').length, 2);
  t.deepEqual(bench.logged(before), ['PeriodicProbe::sessionSyncProbe 0x296C', 'HttpConnection::MakeRequest 0x296C']);
});

test('status change: the worker finds it, the main thread restarts discovery, then the worker ends', t => {
  const bench = AgentBench.started();
  bench.network = open;
  bench.psn.probeStatus = 'Unknown';
  const before = bench.log.length;
  bench.elapse(2008);

  const lines = since(bench, before, 'dump_http_headers');
  t.deepEqual(lines.slice(lines.findLastIndex(line => line.startsWith('dump_http_headers')) + 1), [
    'PeriodicProbe::sessionSyncProbe 0x296C',
    'PeriodicProbe::sessionSyncProbe 0x296C',
    'SwiftHttpRunner::restartDiscovery 0xC60',
    'SwiftHttpRunner::processMessage 0xC60',
    'SwiftHttpRunner::restartDiscovery 0xC60',
    'SwiftHttpRunner::restartDiscovery 0xC60',
    'hs_transport_free 0xC60',
    'PeriodicProbe::ProcessMessage 0xC60',
    'PeriodicProbe::ProcessMessage 0xC60',
    'PeriodicProbe::sessionSyncProbe 0x296C',
    'getIpAndMacList 0xC60',
  ]);
  t.true(bench.log.some(line => line.endsWith(':: Session posture status changed: Compliant -> Unknown')));
});

test('wrong configuration: the headers, exactly one [Error] line, then the stop', t => {
  const bench = AgentBench.started();
  bench.network = open;
  const before = bench.log.length;
  bench.elapse(60_000);

  t.deepEqual(since(bench, before, 'dump_http_headers'), [
    ...Array.from({length: 4}, () => 'dump_http_headers 0x296C'),
    '[Error] PeriodicProbe::sessionSyncProbe 0x296C',
    'PeriodicProbe::sessionSyncProbe 0x296C',
    'PeriodicProbe::ProcessMessage 0xC60',
    'PeriodicProbe::ProcessMessage 0xC60',
  ]);
  const errors = bench.log.filter(line => line.includes('[Error]'));
  t.is(errors.length, 1);
  t.true(
    errors[0]?.endsWith(
      ':: Wrong configuration detected: probe port reachable for compliant session, stopping state sync',
    ),
  );
});

test('each start of state sync has a worker of its own: 0x296C, then 0x2750', t => {
  const bench = AgentBench.started();
  for (let scans = 0; scans < 2; scans += 1) {
    bench.tell({name: 'rescan'});
    bench.elapse(1000);
  }

  const workers = new Set(bench.logged().flatMap(line => /sessionSyncProbe (0x\w+)/.exec(line)?.[1] ?? []));
  t.deepEqual([...workers].slice(0, 2), ['0x296C', '0x2750']);
  t.is(workers.size, 3);
});

test("worker threads have ids that Windows could give, all different and none the main thread's", t => {
  const ids = Array.from({length: 2048}, (_, start) => workerThread(start));

  t.is(new Set(ids).size, ids.length);
  t.true(ids.every(id => id % 4 === 0 && id >= 0x1000 && id < 0x3000));
  t.is(workerThread(2048), workerThread(0));
});

test('what a server says cannot make a line of its own, nor an endless one', t => {
  const bench = AgentBench.started({}, it => {
    it.network = open;
    it.answer = (request, host, port) =>
      port === 8449
        ? {status: 200, headers: {evil: `a\r\n2022/11/09 12:22:44 [Error] aciseagent ${'x'.repeat(100_000)}`}, body: ''}
        : it.psn.answer(request, host);
  });
  bench.elapse(3000);

  t.true(bench.log.every(line => line.length < 1300 && !/[\r\n]/.test(line)));
  t.deepEqual(
    bench.log.filter(line => line.slice(20).startsWith('[Error]')),
    [],
  );
});
