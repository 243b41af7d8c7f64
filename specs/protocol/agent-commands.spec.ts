// Commands to an endpoint: each is answered exactly once, and one that makes no sense is refused with a reason.
import test from 'ava';
import type {AgentCommand} from '#protocol/agent/contract.ts';
import {AgentBench, profile, psn1, psn2} from '#specs/protocol/agent-bench.ts';

/** As a command may come over the wire, where nobody has checked it. */
const untyped = (text: string): AgentCommand => JSON.parse(text) as AgentCommand;

test('the view tells what a user and an engineer want to see', t => {
  const bench = AgentBench.started();

  t.like(bench.view(), {
    state: 'COMPLIANT',
    status: 'Compliant',
    psn: psn1,
    sync: {state: 'ARMED', intervalS: 10, targets: [psn1, psn2], rounds: 0, latched: false},
    facts: {firewall: true},
    held: [],
  });
});

test('without the rescan button there is no rescan', t => {
  const bench = AgentBench.started({profile: profile({enableRescanButton: false})});
  const before = bench.events.length;

  t.is(bench.tell({name: 'rescan'}), 'there is no rescan button: EnableRescanButton is 0 in the profile');
  t.is(bench.events.length, before);
});

test('without a link there is no rescan', t => {
  const bench = AgentBench.started();
  bench.give({kind: 'link', up: false, addresses: []});

  t.is(bench.tell({name: 'rescan'}), 'there is no link to scan over: bring it up first');
});

const senseless: [command: string, message: RegExp][] = [
  ['{"name": "dance"}', /^an endpoint has no command "dance"$/],
  ['{}', /^an endpoint has no command/],
  ['{"name": "hold", "step": "acl-install"}', /^an endpoint has no step "acl-install": report-to-ui, probe-http$/],
  ['{"name": "release"}', /^an endpoint has no step/],
  ['{"name": "set-delay", "step": "probe-http", "delayMs": -1}', /^delayMs must be a number, 0 or more$/],
  ['{"name": "set-delay", "step": "probe-http"}', /^delayMs must be a number, 0 or more$/],
  ['{"name": "set-delay", "step": "probe-http", "delayMs": "5"}', /^delayMs must be a number, 0 or more$/],
  ['{"name": "change-facts", "facts": ["a"]}', /^facts must be/],
  ['{"name": "change-facts", "facts": {"a": null}}', /^facts must be/],
  ['{"name": "change-facts"}', /^facts must be/],
];

for (const [command, message] of senseless) {
  test(`refused: ${command}`, t => {
    const bench = AgentBench.started();
    t.regex(String(bench.tell(untyped(command))), message);
    t.is(bench.view().state, 'COMPLIANT');
  });
}

test('facts are changed by name', t => {
  const bench = AgentBench.started();
  bench.tell({name: 'change-facts', facts: {antivirus: 'on'}});

  t.deepEqual(bench.view().facts, {firewall: true, antivirus: 'on'});
});

test('a gate that is held is told when it is reached, once, and what stood there goes on when it opens', t => {
  const bench = new AgentBench();
  bench.tell({name: 'hold', step: 'report-to-ui'});
  bench.give({kind: 'start'});
  bench.elapse(10_000);
  t.deepEqual(
    bench.kinds().filter(kind => kind.startsWith('gate') || kind === 'status-shown'),
    ['gate-held', 'gate-reached'],
  );
  t.like(bench.view(), {state: 'WAIT_RESULT', held: ['report-to-ui']});

  bench.tell({name: 'release', step: 'report-to-ui'});
  t.like(bench.of('status-shown'), [{atMs: 10_000}]);
  t.like(bench.of('gate-released'), [{step: 'report-to-ui'}]);
});

test('gates and delays outlive a restart of the service', t => {
  const bench = AgentBench.started();
  bench.tell({name: 'hold', step: 'report-to-ui'});
  bench.tell({name: 'restart-service'});
  bench.elapse(1000);

  t.like(bench.view(), {state: 'WAIT_RESULT', held: ['report-to-ui']});
});

test('before the service has started nothing happens but what belongs to the host', t => {
  const bench = new AgentBench({addresses: []});
  bench.give({kind: 'link', up: true, addresses: ['192.168.255.193']});
  bench.tell({name: 'rescan'});
  bench.elapse(60_000);
  t.deepEqual(bench.events, []);

  bench.give({kind: 'start'});
  bench.give({kind: 'start'});
  bench.elapse(100);
  t.is(bench.of('service-started').length, 1);
  t.is(bench.view().state, 'COMPLIANT');
});
