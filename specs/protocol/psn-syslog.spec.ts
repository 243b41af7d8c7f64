// Both shapes of a policy node's syslog (domain.md 6.6, 6.7), as written and as read, and that a node sends them from where it logs.
import test from 'ava';
import fc from 'fast-check';
import {encodeProbeRequest} from '#protocol/posture/exchange.ts';
import type {Alarm} from '#protocol/psn/contract.ts';
import {alarmLine, maxLineBytes, messageLines} from '#protocol/psn/syslog.ts';
import {
  readAlarmLine,
  readMessage,
  readNumberedLine,
  readSyslogLine,
  SyslogFormatError,
} from '#protocol/psn/syslog-reader.ts';
import {agent, mac, PsnBench, sessionId, settingsOf} from '#specs/protocol/psn-bench.ts';

const collector = {address: '10.10.1.12', port: 20_514};
const origin = {host: 'psn1', labEpochMs: Date.UTC(2022, 8, 6, 7, 22, 57)};
const bytesOf = (text: string) => new TextEncoder().encode(text).length;

test('a short row is one numbered line', t => {
  const attributes = {'Calling-Station-ID': mac, Step: '11001,11017', Reason: 'a, b \\ c'};
  const row = {atMs: 120, code: 5200, text: 'Authentication succeeded', attributes};
  t.deepEqual(messageLines(row, origin, 42), [
    '<181>Sep  6 07:22:57 psn1 CISE_Passed_Authentications 0000000042 1 0 2022-09-06 07:22:57.120 +00:00 0000000042 5200 NOTICE ' +
      `Passed-Authentication: Authentication succeeded, Calling-Station-ID=${mac}, Step=11001, Step=11017, Reason=a\\, b \\\\ c,`,
  ]);
});

const kinds = [
  [3000, 'RADIUS_Accounting', 'Radius-Accounting'],
  [3001, 'RADIUS_Accounting', 'Radius-Accounting'],
  [3002, 'RADIUS_Accounting', 'Radius-Accounting'],
  [5200, 'Passed_Authentications', 'Passed-Authentication'],
  [5205, 'Passed_Authentications', 'Dynamic-Authorization'],
  [5232, 'Passed_Authentications', 'Passed-Authentication'],
  [5400, 'Failed_Attempts', 'Failed-Attempt'],
  [5417, 'Failed_Attempts', 'Dynamic-Authorization'],
  [5419, 'Failed_Attempts', 'Failed-Attempt'],
  [87_000, 'Posture_and_Client_Provisioning_Audit', 'Posture'],
] as const;

test('a code has its category and its class', t => {
  for (const [code, category, messageClass] of kinds) {
    const lines = messageLines({atMs: 0, code, text: 'T', attributes: {}}, origin, 1).map(readNumberedLine);
    t.is(lines[0]?.category, category);
    t.like(readMessage(lines), {code, messageClass, text: 'T', pairs: []});
  }
});

test('what does not fit goes on in segments that carry pairs only', t => {
  const attributes = Object.fromEntries(['A', 'B', 'C', 'D'].map(name => [name, name.repeat(80)]));
  const lines = messageLines({atMs: 0, code: 5400, text: 'Authentication failed', attributes}, origin, 7, 300);
  t.deepEqual(
    lines.map(line => line.replace(/^.* CISE_/, '').slice(0, 45)),
    [
      'Failed_Attempts 0000000007 3 0 2022-09-06 07:2',
      `Failed_Attempts 0000000007 3 1  ${'B='}${'B'.repeat(40)}`,
      `Failed_Attempts 0000000007 3 2  ${'D='}${'D'.repeat(40)}`,
    ].map(line => line.slice(0, 45)),
  );
  const message = readMessage(lines.toReversed().map(readNumberedLine));
  t.deepEqual(Object.fromEntries(message.pairs), attributes);
  t.throws(() => readMessage(lines.slice(1).map(readNumberedLine)), {instanceOf: SyslogFormatError});
});

test('whatever the values are: no line is too long or more than one, and what fits is read back', t => {
  const value = fc.string({unit: 'binary', maxLength: 1000});
  const name = fc.stringMatching(/^[A-Z][A-Za-z -]{0,20}[a-z]$/).filter(one => one !== 'Step');
  const attributes = fc.dictionary(name, value, {maxKeys: 12});
  fc.assert(
    fc.property(attributes, written => {
      const lines = messageLines({atMs: 0, code: 87_000, text: 'T', attributes: {...written}}, origin, 1);
      t.true(lines.every(line => bytesOf(line) <= maxLineBytes && !/\p{Cc}/u.test(line)));
      const {pairs} = readMessage(lines.map(readNumberedLine));
      const sent = Object.entries(written).map(([name, text]) => [
        name,
        text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' '),
      ]);
      t.deepEqual(
        pairs,
        sent.map(([name = '', text = ''], at) => {
          const read = pairs[at]?.[1] ?? '';
          const isCut = bytesOf(text) > 400 && text.startsWith(read);
          return [name, isCut ? read : text];
        }),
      );
    }),
  );
});

test('an alarm has a name and details, and no numbered header', t => {
  const details = {Server: 'psn1', 'Calling Station Id': mac};
  const alarm: Alarm = {
    severity: 'Warning',
    alarmName: 'Posture Configuration Detection',
    loggedAtMs: 0,
    iseNode: 'psn1',
    description: '',
    suggestedActions: '',
    details,
  };
  const line = alarmLine(alarm, origin);
  t.is(
    line,
    `<178>Sep  6 07:22:57 psn1 CISE_Alarm WARN: Posture Configuration Detection : Server=psn1; Calling Station Id=${mac}`,
  );
  t.deepEqual(readAlarmLine(line), {severity: 'WARN', alarmName: alarm.alarmName, details});
  t.deepEqual(readSyslogLine(line), {shape: 'alarm', ...readAlarmLine(line)});
  t.throws(() => readNumberedLine(line), {instanceOf: SyslogFormatError, message: /found "WARN: Posture/});
});

test('what is no syslog of ISE is refused by name', t => {
  for (const line of [
    '',
    'hello',
    '<181>Sep  6 07:22:57 psn1 sshd: no',
    '<181>Sep  6 07:22:57 psn1 CISE_Failed_Attempts 1 2 3 x',
  ])
    t.throws(() => readSyslogLine(line), {instanceOf: SyslogFormatError});
});

test('a node without targets sends none', t => {
  const bench = new PsnBench();
  bench.becomeCompliant();
  t.false(bench.effects.some(effect => effect.kind === 'send' && effect.to.port === collector.port));
});

test('a node tells its target what it logs, row by row, and its alarms', t => {
  const bench = new PsnBench({syslogTargets: [collector]});
  const syslogLines = () =>
    bench.effects.flatMap(effect =>
      effect.kind === 'send' && effect.to === collector ? [new TextDecoder().decode(effect.bytes)] : [],
    );
  bench.authenticate();
  bench.account(1);
  bench.report(true);
  bench.ask(8449, encodeProbeRequest(agent, 'psn1'));

  const read = syslogLines().map(readSyslogLine);
  const numbered = read.filter(line => line.shape === 'numbered');
  const messages = [...Map.groupBy(numbered, ({id}) => id).values()].map(readMessage);
  const {liveLog, alarms} = bench.view();
  t.deepEqual(
    messages.map(({code, text}) => ({code, text})),
    liveLog.map(({code, text}) => ({code, text})),
  );
  t.deepEqual(
    messages.map(({code}) => code),
    [5200, 3000, 87_000, 83_015],
  );
  t.true(messages.every(({pairs}) => pairs.some(([name, value]) => name === 'CPMSessionID' && value === sessionId)));
  t.deepEqual(
    read.filter(line => line.shape === 'alarm').map(({alarmName, details}) => ({alarmName, details})),
    alarms.map(({alarmName, details}) => ({alarmName, details})),
  );
});

test('a logging target records what comes, as one line, cut at 8 KiB', t => {
  const ports = {...settingsOf().ports, syslog: collector.port};
  const bench = new PsnBench({ports});
  const from = {address: '10.10.1.12', port: 5000};
  const send = (text: string) =>
    bench.handle({kind: 'datagram', localPort: collector.port, from, bytes: new TextEncoder().encode(text)});
  send('<181>one\ntwo');
  send('x'.repeat(60_000));
  const [first, second] = bench.of('syslog-received');
  t.like(first, {from: from.address, line: '<181>one two'});
  t.is(second?.line.length, 8192);
});
