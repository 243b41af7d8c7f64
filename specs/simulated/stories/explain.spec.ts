// A field log read back: logs of simulated runs whose story is known, the cut lines that TAC 222483 prints, and whatever else a file can be.
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import {explainVerb} from '#harness/cli/verbs/explain.ts';
import {endpointOf} from '#harness/endpoint-handle.ts';
import {diagnose} from '#harness/field-log/diagnosis.ts';
import {happeningsOf} from '#harness/field-log/happenings.ts';
import {readLog} from '#harness/field-log/log-line.ts';
import {playScenario} from '#harness/run-scenario.ts';
import type {Scenario} from '#harness/scenario.ts';
import {scenarios} from '#harness/scenarios/all.ts';
import {library} from '#harness/scenarios/library/all.ts';
import {simulatedWorld} from '#harness/simulator/world.ts';
import {called} from '#specs/simulated/called.ts';

const codesOf = (text: string) => diagnose(happeningsOf(readLog(text).lines)).map(({code}) => code);

async function logOf(name: string): Promise<string> {
  const scenario = [...scenarios, ...library].find(candidate => candidate.name === name);
  if (scenario === undefined) throw new Error(`there is no scenario ${name}`);
  let log = '';
  const told: Scenario = {
    ...scenario,
    async play(lab) {
      await scenario.play(lab);
      log = await endpointOf(lab).readLog();
    },
  };
  const {passed, failure} = await playScenario(told, {...simulatedWorld(1), seed: 1});
  if (!passed) throw new Error(failure?.message);
  return log;
}

const known: [scenario: string, codes: string[]][] = [
  ['sync-probing', ['healthy']],
  ['rediscovery', ['lost-session-found']],
  ['permit-above-deny', ['deny-missing']],
  ['probe-before-install', ['deny-missing']],
  ['dacl-race', ['race', 'race']],
  ['interval-absent', ['sync-never-started']],
  ['interval-zero', ['sync-never-started']],
  ['untrusted-psn', ['nothing-to-say']],
];

for (const [name, codes] of known) {
  test(`the log of ${name} is diagnosed as ${codes.join(', ')}`, async t => {
    t.deepEqual(codesOf(await logOf(name)), codes);
  });
}

test('an alarm with a rescan after it, and no restart of the service: latched', async t => {
  const log = await logOf('missing-deny');
  const beforeRestart = log.split('\n').slice(
    0,
    log.split('\n').findLastIndex(line => line.includes('loadXMLCfgFile')),
  );

  t.deepEqual(codesOf(beforeRestart.join('\n')), ['deny-missing', 'latched']);
});

test('a race is told with its gap and a command that plays it again', async t => {
  const {lines} = readLog(await logOf('dacl-race'));
  const [finding] = diagnose(happeningsOf(lines));

  t.regex(finding?.what ?? '', /3 s after Compliant, was answered, although others met silence/);
  t.regex(
    finding?.reproduce ?? '',
    /dacl-late --world simulated --set nad\.aclInstallDelay=5s --set profile\.NetworkTransitionDelay=3$/,
  );
});

/** Cut after `Thread Id: `, as TAC 222483 prints them, and with another program's line between. */
const cut = [
  '2022/11/09 12:22:47 [Information] aciseagent Function: Authenticator::sendUIStatus Thread Id: 0xC60 Fi',
  'some other program says something',
  '2022/11/09 12:22:47 [Information] aciseagent Function: PeriodicProbe::ProcessMessage Thread Id: 0xC60 F',
  '2022/11/09 12:22:47 [Information] aciseagent Function: PeriodicProbe::sessionSyncProbe Thread Id: 0x296',
  '2022/11/09 12:22:47 [Information] aciseagent Function: HttpConnection::MakeRequest Thread Id: 0x296C Fi',
  '2022/11/09 12:26:24 [Information] aciseagent Function: SwiftHttpRunner::restartDiscovery Thread Id: 0xC',
  '2022/11/09 12:26:24 [Information] aciseagent Function: SwiftHttpRunner::restartDiscovery Thread Id: 0xC',
  '2022/11/09 12:26:34 [Information] aciseagent Function: dump_http_headers Thread Id: 0x2750 File: hs_htt',
  '2022/11/09 12:26:34 [Error] aciseagent Function: PeriodicProbe::sessionSyncProbe Thread Id: 0x2750 File',
].join('\n');

test('lines that are cut are read by function, thread and severity', t => {
  const {lines, foreign} = readLog(cut);
  const kinds = happeningsOf(lines).map(({kind}) => kind);

  t.is(foreign, 1);
  t.deepEqual(kinds, [
    'status-shown',
    'sync-started',
    'probe-sent',
    'discovery-restarted',
    'probe-answered',
    'sync-started',
    'wrong-configuration',
  ]);
  t.deepEqual(codesOf(cut), ['deny-missing', 'lost-session-found']);
});

test('three restarts within ten minutes are a loop', t => {
  const at = (time: string) =>
    `2022/11/09 ${time} [Information] aciseagent Function: SwiftHttpRunner::restartDiscovery Thread Id: 0xC60`;

  t.deepEqual(codesOf([at('12:00:00'), at('12:04:00'), at('12:09:59')].join('\n')), ['restart-loop']);
  t.deepEqual(codesOf([at('12:00:00'), at('12:04:00'), at('12:10:01')].join('\n')), ['lost-session-found']);
});

test('a macOS log is read as well', t => {
  const {lines} = readLog(
    'Mar  4 09:15:02 mac csc_iseagentd[411]: Function: loadXMLCfgFile Thread Id: 0xE2801000 File: ConfigData.cpp Line: 43 Level: info :: ISEPostureCFG.xml present. Using it for config',
  );

  t.like(lines[0], {function: 'loadXMLCfgFile', thread: '0xE2801000', severity: 'Information'});
  t.like(happeningsOf(lines)[0], {kind: 'profile', state: 'read'});
});

test('no text makes it fail, and no text makes it say nothing', async t => {
  const log = await logOf('missing-deny');
  fc.assert(
    fc.property(fc.nat(log.length), fc.nat(log.length), fc.string({unit: 'binary'}), (from, to, junk) => {
      const mangled = log.slice(0, from) + junk + log.slice(to);
      t.true(codesOf(mangled).length > 0);
    }),
    {numRuns: 300},
  );
});

test('the command says no to a log with a mistake in it, and names a file that is not there', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'posturelab-explain-'));
  try {
    const file = join(folder, 'AnyConnect_ISEPosture.txt');
    await writeFile(file, cut);
    const mistaken = await called(explainVerb(), file, '--json');
    await writeFile(file, await logOf('sync-probing'));
    const healthy = await called(explainVerb(), file, '--json');

    t.is(mistaken.exitCode, 1);
    t.is(JSON.parse(mistaken.stdout).findings[0].code, 'deny-missing');
    t.is(JSON.parse(healthy.stdout).findings[0].code, 'healthy');
    t.is((await called(explainVerb(), join(folder, 'none.txt'))).exitCode, 2);
  } finally {
    await rm(folder, {recursive: true});
  }
});
