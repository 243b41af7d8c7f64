// Changes of authorization: when they leave, what they say, and how they end (domain.md 5.8, 6.3, 6.6, 6.7, 11.13, 11.16).
import test from 'ava';
import {avPairValue, number, readAvPairs, readNumber, readText} from '#protocol/radius/attributes.ts';
import {mac, nasAddress, PsnBench, sessionId, settingsOf} from '#specs/protocol/psn-bench.ts';

const commands = (bench: PsnBench) =>
  bench.coaRequests().map(({packet}) => avPairValue(packet, 'subscriber:command') ?? packet.code);

test('a changed status sends one CoA reauthenticate, type last, for the session, to the CoA port of its switch', t => {
  const bench = new PsnBench();
  bench.connect();
  bench.report(true);

  const [request, ...others] = bench.coaRequests();
  t.is(others.length, 0);
  t.deepEqual(request?.to, {address: nasAddress, port: 1700});
  t.is(request?.packet.code, 'CoA-Request');
  t.deepEqual(request && readAvPairs(request.packet), [
    `audit-session-id=${sessionId}`,
    'subscriber:command=reauthenticate',
    'subscriber:reauthenticate-type=last',
  ]);
  t.is(request && readText(request.packet, 'Calling-Station-Id'), '00-50-56-A8-BE-02');
  t.is(request && readText(request.packet, 'Acct-Session-Id'), '0x00000012');
  t.is(request && readNumber(request.packet, 'Event-Timestamp'), 1_667_996_521);
  t.deepEqual(bench.of('coa-sent'), [{kind: 'coa-sent', packet: 'CoA-Request', command: 'reauthenticate', sessionId}]);
});

test('the status is settled before the CoA leaves, and the agent is answered first', t => {
  const bench = new PsnBench();
  bench.connect();
  const from = bench.effects.length;
  bench.report(true);
  const told = bench.effects.slice(from).map(effect => (effect.kind === 'record' ? effect.event.kind : effect.kind));
  t.deepEqual(told, ['persist', 'posture-reported', 'posture-settled', 'https-respond', 'coa-sent', 'send']);
});

test('a report of the same status sends no CoA once the switch has the authorization for it', t => {
  const bench = new PsnBench();
  bench.becomeCompliant();
  bench.report(true);
  t.is(bench.coaRequests().length, 1);
  t.is(bench.of('posture-settled').length, 2);
});

test('a report of the same status sends a CoA if the switch still has the authorization of another, as after a lost CoA', t => {
  const bench = new PsnBench();
  bench.connect();
  bench.report(true);
  bench.elapse(15_000);
  t.is(bench.of('coa-unanswered').length, 1);
  bench.report(true);
  t.is(bench.of('coa-sent').length, 2);
  bench.answerCoa('CoA-ACK');
  bench.authenticate();
  bench.report(true);
  t.is(bench.of('coa-sent').length, 2);
});

test('an edited dACL alone is no reason for a CoA: the switch keeps the old version until it asks again', t => {
  const bench = new PsnBench();
  bench.becomeCompliant();
  bench.command({name: 'save-dacl', dacl: {name: 'C', text: 'permit ip any any', savedAtS: 0}});
  bench.report(true);
  t.is(bench.of('coa-sent').length, 1);
});

test('from Compliant to NonCompliant and back are two changes', t => {
  const bench = new PsnBench();
  bench.becomeCompliant();
  for (const passed of [false, true]) {
    bench.report(passed);
    bench.answerCoa('CoA-ACK');
    bench.authenticate();
  }
  t.deepEqual(commands(bench), ['reauthenticate', 'reauthenticate', 'reauthenticate']);
  t.is(bench.session()?.rule, 'Posture-Compliant');
});

test('an ACK is told, and logged as 5205 with the steps of the exchange', t => {
  const bench = new PsnBench();
  bench.connect();
  bench.report(true);
  bench.answerCoa('CoA-ACK');
  t.deepEqual(bench.of('coa-acknowledged'), [{kind: 'coa-acknowledged', packet: 'CoA-Request', sessionId}]);
  const row = bench.view().liveLog.at(-1);
  t.is(row?.code, 5205);
  t.like(row?.attributes, {
    Step: '11204,11220,11100,11101,11223',
    PostureStatus: 'Compliant',
    'Device CoA type': 'Cisco CoA',
    'Device CoA port': '1700',
    'cisco-av-pair': `audit-session-id=${sessionId}`,
  });
  t.deepEqual(bench.of('alarm-raised'), []);
  t.is(bench.psn.wakeAtMs(), undefined);
});

test('without an answer the same bytes go out as often as set, then the CoA has failed: 5417 with 11213, and an alarm', t => {
  const bench = new PsnBench({coa: {timeoutMs: 2000, attempts: 3}});
  bench.connect();
  bench.report(true);
  bench.elapse(5999);
  t.is(bench.of('coa-unanswered').length, 0);
  bench.elapse(1);

  const sent = bench.coaRequests();
  t.is(sent.length, 3);
  t.deepEqual(new Set(sent.map(({bytes}) => String(bytes))).size, 1);
  t.is(bench.of('coa-sent').length, 1);
  t.deepEqual(bench.of('coa-unanswered'), [{kind: 'coa-unanswered', packet: 'CoA-Request', sessionId}]);
  t.is(bench.view().liveLog.at(-1)?.code, 5417);
  t.regex(bench.view().liveLog.at(-1)?.attributes['Failure Reason'] ?? '', /^11213 /);
  t.like(bench.of('alarm-raised')[0], {alarm: 'Dynamic Authorization Failed for Device', severity: 'Warning'});
  t.like(bench.of('alarm-raised')[0]?.details, {
    Server: 'psn1',
    'Calling Station Id': mac,
    'Network device IP': nasAddress,
    'Network Device Name': 'nad',
  });
  t.is(bench.session()?.postureStatus, 'Compliant', 'what is settled stays settled');
  t.is(bench.psn.wakeAtMs(), undefined);
});

test('a late answer after the last attempt changes nothing more', t => {
  const bench = new PsnBench();
  bench.connect();
  bench.report(true);
  bench.elapse(20_000);
  bench.answerCoa('CoA-ACK');
  t.deepEqual(bench.of('coa-acknowledged'), []);
});

for (const [cause, expected] of [
  [503, 503],
  [undefined, null],
] as const) {
  test(`a NAK with Error-Cause ${cause} is told, logged as 5417 with 11224, and raises the alarm`, t => {
    const bench = new PsnBench();
    bench.connect();
    bench.report(true);
    bench.answerCoa('CoA-NAK', cause === undefined ? [] : [number('Error-Cause', cause)]);
    t.deepEqual(bench.of('coa-refused'), [
      {kind: 'coa-refused', packet: 'CoA-Request', sessionId, errorCause: expected},
    ]);
    t.regex(bench.view().liveLog.at(-1)?.attributes['Failure Reason'] ?? '', /^11224 /);
    t.is(bench.of('alarm-raised').length, 1);
    t.truthy(bench.session(), 'a session the switch does not know is stale, not gone');
  });
}

test('an answer with another secret, of another kind, or to nothing, is none', t => {
  const bench = new PsnBench();
  bench.connect();
  bench.report(true);
  bench.answerCoa('CoA-ACK', [], 'other');
  bench.answerCoa('Disconnect-ACK');
  bench.handle({kind: 'datagram', localPort: 0, from: {address: '10.9.9.9', port: 1700}, bytes: new Uint8Array(20)});
  t.is(bench.of('radius-request-dropped').length, 3);
  t.deepEqual(bench.of('coa-acknowledged'), []);
  bench.answerCoa('CoA-ACK');
  t.is(bench.of('coa-acknowledged').length, 1);
});

test('identifiers differ from request to request, and more than 256 at a time wait for their turn', t => {
  const bench = new PsnBench({sessionLimit: 1000});
  const ids = Array.from({length: 300}, (_, index) => `session-${index}`);
  for (const id of ids) {
    bench.authenticate(id);
    bench.account(1, id, []);
    bench.report(true, {macs: [], addresses: [], sessionId: id});
  }
  t.is(bench.coaRequests().length, 256);
  t.is(new Set(bench.coaRequests().map(({packet}) => packet.identifier)).size, 256);
  bench.answerCoa('CoA-ACK');
  t.is(bench.coaRequests().length, 257);
  bench.elapse(60_000);
  t.is(bench.of('coa-sent').length, 300);
});

test('the gate coa holds the CoA back after the status is settled; what changes meanwhile needs no second one', t => {
  const bench = new PsnBench();
  bench.connect();
  bench.command({name: 'hold', step: 'coa'});
  bench.report(true);
  t.is(bench.session()?.postureStatus, 'Compliant');
  t.deepEqual(bench.of('gate-reached'), [{kind: 'gate-reached', step: 'coa'}]);
  t.deepEqual(bench.view().held, ['coa']);
  bench.report(false);
  bench.report(true);
  bench.elapse(100_000);
  t.deepEqual(bench.coaRequests(), []);

  bench.command({name: 'release', step: 'coa'});
  t.deepEqual(commands(bench), ['reauthenticate']);
  t.deepEqual(
    bench.events.filter(event => event.kind.startsWith('gate-')).map(event => event.kind),
    ['gate-held', 'gate-reached', 'gate-released'],
  );
});

test('the delay of the step coa lies between the status and the CoA', t => {
  const bench = new PsnBench({delaysMs: {coa: 2500, replication: 0}});
  bench.connect();
  bench.report(true);
  bench.elapse(2499);
  t.deepEqual(bench.coaRequests(), []);
  bench.elapse(1);
  t.is(bench.coaRequests().length, 1);
  bench.answerCoa('CoA-ACK');
  bench.command({name: 'set-delay', step: 'coa', delayMs: 0});
  bench.report(false);
  t.is(bench.of('coa-sent').length, 2);
});

test('a session that ended while its CoA waited needs none', t => {
  const bench = new PsnBench({delaysMs: {coa: 1000, replication: 0}});
  bench.connect();
  bench.report(true);
  bench.account(2);
  bench.elapse(5000);
  t.deepEqual(bench.coaRequests(), []);
});

test('a session at a switch that is no network device any more fails at once: 11205 and an alarm', t => {
  const {networkDevices} = settingsOf();
  const bench = new PsnBench({networkDevices});
  bench.connect();
  networkDevices.length = 0;
  bench.report(true);
  t.deepEqual(bench.of('coa-refused'), [{kind: 'coa-refused', packet: 'CoA-Request', sessionId, errorCause: null}]);
  t.regex(bench.of('alarm-raised')[0]?.details['Failure Reason'] ?? '', /^11205 /);
});
