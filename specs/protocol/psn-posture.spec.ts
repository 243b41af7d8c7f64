// What agents ask: discovery, requirements, report and probe (domain.md 3.5, 3.8, 3.10, 4.4, 6.3).
import test from 'ava';
import {
  type AgentIdentity,
  decodeDiscoveryAnswer,
  decodeRequirementsAnswer,
  decodeStatusAnswer,
  encodeDiscoveryRequest,
  encodeProbeRequest,
  encodeReportRequest,
  encodeRequirementsRequest,
} from '#protocol/posture/exchange.ts';
import type {RequirementResult} from '#protocol/posture/requirement.ts';
import {address} from '#protocol/radius/attributes.ts';
import {agent, endpointAddress, mac, PsnBench, reportOf, sessionId, settingsOf} from '#specs/protocol/psn-bench.ts';

const host = 'psn1.posturelab.test';
const nobody: AgentIdentity = {macs: [], addresses: [], sessionId: ''};

const ways: [how: string, who: AgentIdentity][] = [
  ['its session id', {...nobody, sessionId}],
  ['its address', {...nobody, addresses: ['10.0.0.1', endpointAddress]}],
  ['its MAC', {...nobody, macs: ['00-00-00-00-00-01', mac.toLowerCase()]}],
  ['its address though its session id is not known', {...agent, sessionId: 'gone'}],
];

for (const [how, who] of ways) {
  test(`discovery finds the session by ${how}`, t => {
    const bench = new PsnBench();
    bench.connect();
    for (const port of [8443, 8905]) {
      t.deepEqual(decodeDiscoveryAnswer(bench.ask(port, encodeDiscoveryRequest(who, host))), {
        sessionId,
        owner: 'psn1.posturelab.test',
        status: 'Unknown',
        probePort: 8449,
      });
    }
    t.like(bench.of('discovery-answered')[0], {sessionId, found: 'local', owner: 'psn1.posturelab.test'});
  });
}

test('the session id goes before the address, and the address before the MAC', t => {
  const bench = new PsnBench();
  bench.connect('one');
  bench.authenticate('two');
  const found = (who: AgentIdentity) =>
    decodeDiscoveryAnswer(bench.ask(8443, encodeDiscoveryRequest(who, host)))?.sessionId;
  t.is(found({...agent, sessionId: 'two'}), 'two');
  t.is(found(agent), 'one');
  t.is(found({...agent, addresses: []}), 'two');
});

test('an IPv6 address is found however it is written', t => {
  const bench = new PsnBench();
  bench.authenticate();
  bench.account(3, sessionId, [address('Framed-IPv6-Address', '2001:db8::1')]);
  const who = {...nobody, addresses: ['2001:0DB8:0:0::0001']};
  t.is(decodeDiscoveryAnswer(bench.ask(8443, encodeDiscoveryRequest(who, host)))?.sessionId, sessionId);
});

test('who has no session here gets no answer that an agent could take for one', t => {
  const bench = new PsnBench();
  const response = bench.ask(8443, encodeDiscoveryRequest(agent, host));
  t.is(response.status, 404);
  t.is(decodeDiscoveryAnswer(response), undefined);
  t.deepEqual(bench.of('discovery-answered'), [
    {kind: 'discovery-answered', sessionId: null, owner: null, found: 'none'},
  ]);
  t.is(bench.requirements().status, 404);
  t.is(bench.report(true).status, 404);
});

test('requirements are those of the policy, and from then on the session is Pending', t => {
  const bench = new PsnBench();
  bench.connect();
  t.deepEqual(decodeRequirementsAnswer(bench.requirements()), settingsOf().policy.requirements);
  t.is(bench.session()?.postureStatus, 'Pending');
  bench.report(true);
  bench.requirements();
  t.is(bench.session()?.postureStatus, 'Compliant', 'asking again takes nothing away');
});

for (const [what, results, status] of [
  ['all passed', [result('Firewall', true), result('Disk', true, 'optional')], 'Compliant'],
  ['an optional requirement failed', [result('Firewall', true), result('Disk', false, 'optional')], 'Compliant'],
  ['a mandatory requirement failed', [result('Firewall', false), result('Disk', true, 'optional')], 'NonCompliant'],
  ['a mandatory requirement was left out', [result('Disk', true, 'optional')], 'NonCompliant'],
  ['a mandatory requirement that failed is called optional', [result('Firewall', false, 'optional')], 'NonCompliant'],
  [
    'a mandatory requirement both passed and failed',
    [result('Firewall', true), result('Firewall', false, 'audit')],
    'NonCompliant',
  ],
] as const) {
  test(`the verdict is ${status} when ${what}`, t => {
    const bench = new PsnBench();
    bench.connect();
    const response = bench.ask(8905, encodeReportRequest(agent, host, reportOf([...results])));
    t.deepEqual(decodeStatusAnswer(response), {status, sessionId});
    t.is(bench.session()?.postureStatus, status);
    t.deepEqual(
      bench.events.filter(event => event.kind.startsWith('posture-')),
      [
        {kind: 'posture-reported', sessionId, mac, passed: status === 'Compliant'},
        {kind: 'posture-settled', sessionId, mac, status},
      ],
    );
    t.deepEqual(
      bench
        .view()
        .liveLog.slice(-2)
        .map(row => row.code),
      [87000, 83015],
    );
  });
}

for (const body of [
  '',
  'null',
  '[]',
  '{"results": 1}',
  '{"sessionId":"x","agentVersion":"1","operatingSystem":"W","results":[{"name":"Firewall"}]}',
]) {
  test(`the report ${JSON.stringify(body.slice(0, 20))} is refused with 400 and settles nothing`, t => {
    const bench = new PsnBench();
    bench.connect();
    const request = {...encodeReportRequest(agent, host, reportOf([])), body};
    t.is(bench.ask(8905, request).status, 400);
    t.is(bench.session()?.postureStatus, 'Unknown');
    t.deepEqual(bench.of('posture-reported'), []);
  });
}

for (const [what, port, request, status] of [
  ['a probe on the posture port', 8905, encodeProbeRequest(agent, host), 404],
  ['a probe on the portal', 8443, encodeProbeRequest(agent, host), 404],
  ['discovery on the probe port', 8449, encodeDiscoveryRequest(agent, host), 404],
  ['a report on the portal', 8443, encodeReportRequest(agent, host, reportOf([])), 404],
  ['requirements on the probe port', 8449, encodeRequirementsRequest(agent, host), 404],
  ['a path that nobody knows', 8443, {...encodeDiscoveryRequest(agent, host), path: '/admin/API/mnt'}, 404],
  ['a probe by POST', 8449, {...encodeProbeRequest(agent, host), method: 'POST' as const}, 405],
  ['a report by GET', 8905, {...encodeReportRequest(agent, host, reportOf([])), method: 'GET' as const}, 405],
] as const) {
  test(`${what} is answered ${status}`, t => {
    const bench = new PsnBench();
    bench.becomeCompliant();
    t.is(bench.ask(port, request).status, status);
    t.deepEqual(bench.of('alarm-raised'), []);
  });
}

test('probes are answered by status; only a Compliant session raises the alarm, each time', t => {
  const bench = new PsnBench();
  const probe = () => decodeStatusAnswer(bench.ask(8449, encodeProbeRequest(agent, host)));
  t.deepEqual(probe(), {status: 'Unknown', sessionId: ''}, 'no session is Unknown');
  bench.connect();
  t.deepEqual(probe(), {status: 'Unknown', sessionId});
  bench.requirements();
  t.is(probe()?.status, 'Pending');
  bench.report(false);
  t.is(probe()?.status, 'NonCompliant');
  t.deepEqual(bench.of('alarm-raised'), []);

  bench.report(true);
  t.is(probe()?.status, 'Compliant');
  probe();
  const details = {Server: 'psn1', 'Calling Station Id': mac, 'Endpoint IP': endpointAddress, 'Session ID': sessionId};
  const alarm = {kind: 'alarm-raised', alarm: 'Posture Configuration Detection', severity: 'Warning', details} as const;
  t.deepEqual(bench.of('alarm-raised'), [alarm, alarm]);
  t.like(bench.view().alarms[0], {
    alarmName: alarm.alarm,
    severity: 'Warning',
    iseNode: 'psn1',
    loggedAtMs: bench.nowMs,
    details,
  });
  t.deepEqual(
    bench.of('probe-received').map(event => event.status),
    ['Unknown', 'Unknown', 'Pending', 'NonCompliant', 'Compliant', 'Compliant'],
  );
  t.is(bench.view().counters.probes, 6);
});

test('the bidirectional port can be another, and then probes are answered there only', t => {
  const bench = new PsnBench({ports: {...settingsOf().ports, probe: 8500}});
  bench.connect();
  t.is(decodeDiscoveryAnswer(bench.ask(8443, encodeDiscoveryRequest(agent, host)))?.probePort, 8500);
  t.is(bench.ask(8500, encodeProbeRequest(agent, host)).status, 200);
  t.is(bench.ask(8449, encodeProbeRequest(agent, host)).status, 404);
});

test('where no profile enables state synchronization, agents are told the default port, which is closed', t => {
  const bench = new PsnBench({ports: {...settingsOf().ports, probe: null}});
  bench.connect();
  t.is(decodeDiscoveryAnswer(bench.ask(8443, encodeDiscoveryRequest(agent, host)))?.probePort, 8449);
  t.is(bench.ask(8449, encodeProbeRequest(agent, host)).status, 404);
});

function result(
  name: string,
  passed: boolean,
  enforcement: RequirementResult['enforcement'] = 'mandatory',
): RequirementResult {
  return {name, passed, enforcement};
}
