// From a found PSN to its verdict (domain.md 2.2): requirements, facts, remediation, report.
import test from 'ava';
import {decodeReport} from '#protocol/posture/exchange.ts';
import type {PostureStatus} from '#protocol/posture/status.ts';
import {AgentBench, blocked, firewallOn, profile, psn1, sessionId} from '#specs/protocol/agent-bench.ts';

const encrypted = {...firewallOn, name: 'Disk_Encrypted', fact: 'disk.encrypted', enforcement: 'audit'} as const;
const failing = {facts: {firewall: false}};

const reports = (bench: AgentBench) =>
  bench.requests.filter(({request}) => request.method === 'POST').map(({request}) => decodeReport(request));

test('the report says what was checked, and the verdict is shown', t => {
  const bench = AgentBench.started({}, it => {
    it.psn.requirements = [firewallOn, encrypted];
  });

  t.like(bench.of('requirement-checked'), [
    {requirement: 'Firewall_On', passed: true, mandatory: true},
    {requirement: 'Disk_Encrypted', passed: false, mandatory: false},
  ]);
  t.like(reports(bench), [
    {
      sessionId,
      results: [
        {name: 'Firewall_On', passed: true, enforcement: 'mandatory'},
        {name: 'Disk_Encrypted', passed: false, enforcement: 'audit'},
      ],
    },
  ]);
  t.like(bench.of('status-shown'), [{status: 'Compliant', sessionId}]);
  t.like(bench.view(), {state: 'COMPLIANT', status: 'Compliant', sessionId, psn: psn1});
});

test('without requirements everybody passes', t => {
  const bench = AgentBench.started({}, it => {
    it.psn.requirements = [];
  });
  t.is(bench.view().state, 'COMPLIANT');
});

test('a failed mandatory requirement starts remediation, and nothing is reported before its time is up', t => {
  const bench = AgentBench.started({...failing, profile: profile({remediationTimerMin: 12})});
  t.like(bench.of('remediation-started'), [{requirements: ['Firewall_On'], timeoutMs: 720_000}]);
  t.is(bench.view().state, 'REMEDIATE');

  bench.elapse(718_000);
  t.is(bench.of('report-sent').length, 0);
  bench.elapse(2000);
  t.like(bench.of('status-shown'), [{status: 'NonCompliant'}]);
  t.like(bench.view(), {state: 'NONCOMPLIANT', status: 'NonCompliant'});
  t.is(bench.wakeAtMs(), undefined);
});

test('a host that is put right in time is Compliant at once', t => {
  const bench = AgentBench.started({...failing});
  bench.elapse(60_000);
  bench.tell({name: 'change-facts', facts: {unrelated: 1}});
  t.is(bench.view().state, 'REMEDIATE');

  bench.tell({name: 'change-facts', facts: {firewall: true}});
  bench.elapse(100);
  t.is(bench.view().state, 'COMPLIANT');
  t.is(reports(bench).length, 1);
  bench.elapse(600_000);
  t.is(reports(bench).length, 1);
});

test('facts that change while Compliant change nothing until a scan', t => {
  const bench = AgentBench.started();
  const before = bench.events.length;
  bench.tell({name: 'change-facts', facts: {firewall: false}});
  bench.elapse(1000);
  t.is(bench.events.length, before);

  bench.tell({name: 'rescan'});
  bench.elapse(300_000);
  t.is(bench.view().state, 'NONCOMPLIANT');
});

test('a NonCompliant host that is put right and scanned again is Compliant', t => {
  const bench = AgentBench.started({...failing});
  bench.elapse(300_000);
  t.is(bench.view().state, 'NONCOMPLIANT');
  bench.tell({name: 'change-facts', facts: {firewall: true}});
  bench.elapse(1000);
  t.is(bench.view().state, 'NONCOMPLIANT');

  bench.tell({name: 'rescan'});
  bench.elapse(100);
  t.is(bench.view().state, 'COMPLIANT');
});

test('the PSN has the last word on the verdict', t => {
  const bench = AgentBench.started({}, it => {
    it.answer = (request, host) => {
      const answer = it.psn.answer(request, host);
      return request.method === 'POST'
        ? {...answer, headers: {...answer.headers, 'x-emu-posture-status': 'NonCompliant'}}
        : answer;
    };
  });
  t.is(bench.view().state, 'NONCOMPLIANT');
});

const wrongAnswers: Record<
  string,
  [method: 'GET' | 'POST', status: number, headers: Record<string, string>, body: string]
> = {
  'requirements that are refused': ['GET', 421, {}, ''],
  'requirements that are no JSON': ['GET', 200, {}, '<html>'],
  'requirements that are no list': ['GET', 200, {}, '{"requirements": 3}'],
  'a requirement with an unknown operator': [
    'GET',
    200,
    {},
    '{"requirements": [{"name":"a","fact":"b","operator":"resembles","enforcement":"mandatory"}]}',
  ],
  'a verdict that is refused': ['POST', 503, {}, ''],
  'a verdict without a status': ['POST', 200, {}, ''],
  'a verdict that is none': ['POST', 200, {'x-emu-posture-status': 'Pending' satisfies PostureStatus}, ''],
  'a verdict that nobody knows': ['POST', 200, {'x-emu-posture-status': 'Splendid'}, ''],
};

for (const [what, [method, status, headers, body]] of Object.entries(wrongAnswers)) {
  test(`${what}: no verdict, discovery is tried again`, t => {
    const bench = AgentBench.started({}, it => {
      it.answer = (request, host, port) =>
        port === 8905 && request.method === method ? {status, headers, body} : it.psn.answer(request, host);
    });
    t.like(bench.of('discovery-target-failed'), [{target: `${psn1}:8905`}]);
    t.like(bench.of('server-not-found'), [{retryInMs: 5000}]);
    t.like(bench.view(), {state: 'IDLE_NO_SERVER', status: 'Unknown', psn: null});

    bench.answer = (request, host) => bench.psn.answer(request, host);
    bench.elapse(6000);
    t.is(bench.view().state, 'COMPLIANT');
  });
}

test('an assessment that cannot be reached ends in a retry', t => {
  const bench = AgentBench.started({}, it => {
    it.network = (_, port) => (port === 8905 ? blocked : undefined);
  });
  bench.elapse(2000);
  t.like(bench.of('discovery-target-failed'), [{target: `${psn1}:8905`, reason: 'timeout'}]);
  t.is(bench.view().state, 'IDLE_NO_SERVER');
});

test('the verdict can be held back from the user: t1 and t2 come apart', t => {
  const bench = AgentBench.started({delaysMs: {'report-to-ui': 4000, 'probe-http': 0}});
  t.is(bench.psn.status, 'Compliant');
  t.like(bench.view(), {state: 'WAIT_RESULT', status: 'Unknown'});

  bench.elapse(4000);
  t.like(bench.of('status-shown'), [{atMs: 4006}]);
});

test('a verdict that is overtaken by a rescan or a lost link is never shown', t => {
  for (const disturb of [
    (bench: AgentBench) => void bench.tell({name: 'rescan'}),
    (bench: AgentBench) => void bench.give({kind: 'link', up: false, addresses: []}),
  ]) {
    const bench = AgentBench.started({delaysMs: {'report-to-ui': 4000, 'probe-http': 0}});
    bench.network = () => blocked;
    disturb(bench);
    bench.elapse(60_000);
    t.is(bench.of('status-shown').length, 0);
  }
});
