// What an administrator does to sessions and policy (domain.md 5.4, 5.8, 6.5, 11.12a and b, 11.18, 11.20).
import test from 'ava';
import {encodeProbeRequest} from '#protocol/posture/exchange.ts';
import {avPairValue, number, readAvPairs, readText} from '#protocol/radius/attributes.ts';
import {agent, mac, PsnBench, sessionId, settingsOf} from '#specs/protocol/psn-bench.ts';

test('terminate sends a Disconnect-Request that names the session in every way, and no command', t => {
  const bench = new PsnBench();
  bench.becomeCompliant();
  t.deepEqual(bench.command({name: 'end-session', mac, how: 'terminate'}), {sessionId});
  const request = bench.coaRequests().at(-1)?.packet;
  t.is(request?.code, 'Disconnect-Request');
  t.deepEqual(request && readAvPairs(request), [`audit-session-id=${sessionId}`]);
  t.is(request && readText(request, 'Acct-Session-Id'), '0x00000012');
});

test('a terminated session leaves the cache when the switch acknowledges, not before; the endpoint comes back Unknown', t => {
  const bench = new PsnBench();
  bench.becomeCompliant();
  bench.command({name: 'end-session', mac, how: 'terminate'});
  t.is(bench.session()?.postureStatus, 'Compliant');
  t.throws(() => bench.command({name: 'end-session', mac, how: 'terminate'}), {message: /being terminated/});
  bench.answerCoa('Disconnect-ACK');

  t.is(bench.session(), undefined);
  t.deepEqual(bench.of('session-terminated'), [{kind: 'session-terminated', sessionId, mac, by: 'terminate'}]);
  t.is(bench.of('session-removed')[0]?.cause, 'administrator');
  t.is(bench.view().liveLog.at(-1)?.code, 5205);
  bench.authenticate('C0A8FF0C00000013679EAF99');
  t.is(bench.session('C0A8FF0C00000013679EAF99')?.postureStatus, 'Unknown');
});

for (const [what, answer] of [
  ['a NAK', (bench: PsnBench) => bench.answerCoa('Disconnect-NAK', [number('Error-Cause', 503)])],
  ['silence', (bench: PsnBench) => bench.elapse(15_000)],
] as const) {
  test(`after ${what} the session stays, an alarm tells, and it can be terminated again`, t => {
    const bench = new PsnBench();
    bench.becomeCompliant();
    bench.command({name: 'end-session', mac, how: 'terminate'});
    answer(bench);
    t.is(bench.session()?.postureStatus, 'Compliant');
    t.is(bench.of('alarm-raised').at(-1)?.alarm, 'Dynamic Authorization Failed for Device');
    bench.command({name: 'end-session', mac, how: 'terminate'});
    bench.answerCoa('Disconnect-ACK');
    t.is(bench.session(), undefined);
  });
}

test('an authentication that overtakes the ACK starts Unknown, even with the same session id, and outlives the ACK', t => {
  const bench = new PsnBench();
  bench.becomeCompliant();
  bench.command({name: 'end-session', mac, how: 'terminate'});
  bench.authenticate();
  bench.answerCoa('Disconnect-ACK');
  t.is(bench.session()?.postureStatus, 'Unknown');
});

for (const [how, command] of [
  ['bounce', 'bounce-host-port'],
  ['disable', 'disable-host-port'],
] as const) {
  test(`${how} sends ${command}; the session ends with the Accounting-Stop of the port`, t => {
    const bench = new PsnBench();
    bench.becomeCompliant();
    bench.command({name: 'end-session', mac, how});
    const request = bench.coaRequests().at(-1)?.packet;
    t.is(request?.code, 'CoA-Request');
    t.is(request && avPairValue(request, 'subscriber:command'), command);
    bench.answerCoa('CoA-ACK');
    t.is(bench.of('session-terminated')[0]?.by, how);
    t.truthy(bench.session());
    bench.account(2);
    t.is(bench.session(), undefined);
  });
}

test('delete is the record only: nothing is sent, and probes are answered Unknown', t => {
  const bench = new PsnBench();
  bench.becomeCompliant();
  const sent = bench.coaRequests().length;
  bench.command({name: 'end-session', mac, how: 'delete'});
  t.is(bench.coaRequests().length, sent);
  t.is(bench.session(), undefined);
  t.is(bench.ask(8449, encodeProbeRequest(agent, 'psn1')).headers['x-emu-posture-status'], 'Unknown');
});

for (const [type, pair] of [
  ['default', undefined],
  ['last', 'last'],
  ['rerun', 'rerun'],
] as const) {
  test(`reauthenticate of type ${type} says ${pair ?? 'nothing more'}`, t => {
    const bench = new PsnBench();
    bench.connect();
    bench.command({name: 'reauthenticate', mac: '0050.56a8.be02', type});
    const request = bench.coaRequests().at(-1)?.packet;
    t.is(request && avPairValue(request, 'subscriber:reauthenticate-type'), pair);
  });
}

test('a status set by hand is settled like a reported one, with a CoA', t => {
  const bench = new PsnBench();
  bench.becomeCompliant();
  bench.command({name: 'set-posture-status', mac, status: 'NonCompliant'});
  t.is(bench.of('posture-settled').at(-1)?.status, 'NonCompliant');
  t.is(bench.coaRequests().length, 2);
  bench.authenticate();
  t.is(bench.session()?.rule, 'Posture-NonCompliant');
});

test('commands for who is not there are refused with a reason', t => {
  const bench = new PsnBench();
  t.throws(() => bench.command({name: 'end-session', mac, how: 'terminate'}), {
    message: `psn1 has no session of ${mac}`,
  });
  t.throws(() => bench.command({name: 'reauthenticate', mac: 'bob', type: 'last'}), {
    message: /"bob" is no MAC address/,
  });
  t.throws(() => bench.command({name: 'delete-dacl', dacl: 'X'}), {message: /there is no dACL X; there are C, N, U/});
});

test('every save of a dACL is a new version, also with the same text and within the same second', t => {
  const bench = new PsnBench();
  const text = 'permit ip any any';
  const save = (savedAtS: number) => bench.command({name: 'save-dacl', dacl: {name: 'U', text, savedAtS}});
  const version = () => bench.view().policy.dacls.find(({name}) => name === 'U')?.savedAtS;
  save(0);
  t.is(version(), 1_667_996_521, 'now, if no later instant is given');
  save(0);
  t.is(version(), 1_667_996_522);
  save(1_667_999_000);
  t.is(version(), 1_667_999_000, 'the instant given, so that all nodes name the same version');
  save(1_667_999_000);
  t.is(version(), 1_667_999_001);
  t.deepEqual(
    bench.of('configuration-changed').map(({what}) => what),
    Array(4).fill('dACL U'),
  );
});

test('an edited dACL reaches the switch with the next authentication, not before', t => {
  const bench = new PsnBench();
  bench.authenticate();
  bench.command({name: 'save-dacl', dacl: {name: 'U', text: 'deny ip any any', savedAtS: 0x636b_9999}});
  t.is(bench.session()?.acl, '#ACSACL#-IP-U-636b75ac');
  bench.authenticate();
  t.is(bench.session()?.acl, '#ACSACL#-IP-U-636b9999');
});

for (const [what, name, text, message] of [
  ['a name with a blank', 'my acl', 'permit ip any any', /"my acl" is no name/],
  ['no name', '', 'permit ip any any', /is no name/],
  ['a name that no attribute can hold', 'x'.repeat(250), 'permit ip any any', /too long/],
  ['no entry', 'empty', ' \n ', /has no entry/],
] as const) {
  test(`a dACL with ${what} is refused, and nothing is changed`, t => {
    const bench = new PsnBench();
    t.throws(() => bench.command({name: 'save-dacl', dacl: {name, text, savedAtS: 0}}), {message});
    t.deepEqual(bench.view().policy, settingsOf().policy);
  });
}

test('rules, profiles and requirements are saved one by one or together; a rule must name a profile that is there', t => {
  const bench = new PsnBench();
  bench.command({name: 'save-policy', requirements: []});
  t.deepEqual(bench.view().policy.requirements, []);
  const rules = [{name: 'All', postureStatus: null, profile: 'Guest-AP'}];
  t.throws(() => bench.command({name: 'save-policy', rules}), {
    message: /rule All names the profile Guest-AP; there are Compliant-AP/,
  });
  t.is(bench.view().policy.rules.length, 3);
  bench.command({name: 'save-policy', rules, profiles: [{name: 'Guest-AP', access: 'ACCESS_ACCEPT', daclName: null}]});
  bench.authenticate();
  t.like(bench.session(), {rule: 'All', profile: 'Guest-AP', acl: null});
});

test('a command that is none is refused, not left without an answer', t => {
  const bench = new PsnBench();
  const effects = bench.handle({kind: 'command', id: '7', command: JSON.parse('{"name":"reload"}')});
  t.deepEqual(effects, [{kind: 'refuse', id: '7', message: 'there is no such command'}]);
});
