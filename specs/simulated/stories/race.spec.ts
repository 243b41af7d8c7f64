import test from 'ava';
import {raceVerb} from '#harness/cli/verbs/race.ts';
import {defaultSettings} from '#harness/lab-settings.ts';
import {calibrate} from '#harness/race/calibration.ts';
import {confirmCells} from '#harness/race/confirm.ts';
import {answerDelay, upperBound} from '#harness/race/delay-answer.ts';
import {heatMapText} from '#harness/race/heat-map.ts';
import {heatMapSvg} from '#harness/race/heat-map-svg.ts';
import {type Latency, LatencyError, readLatency, readMeasurements} from '#harness/race/latency.ts';
import {type RaceQuestion, raceMap, sample} from '#harness/race/race-map.ts';
import {drawLatenessMs, type Latencies} from '#harness/race/race-model.ts';
import {racePage} from '#harness/race/race-page.ts';
import {isCompliantAcl} from '#harness/scenarios/becomes-compliant.ts';
import {Random} from '#harness/simulator/random.ts';
import {simulate} from '#harness/simulator/simulated-lab.ts';
import {simulatedWorld} from '#harness/simulator/world.ts';
import {called} from '#specs/simulated/called.ts';
import {topology} from '#topologies/two-psn.ts';

const fixed = (ms: number): Latency => ({kind: 'fixed', ms});
const still: Latencies = {ui: fixed(0), coa: fixed(0), reauth: fixed(0), download: fixed(0), install: fixed(0)};
const habits = {
  delayMs: 10_000,
  intervalMs: 10_000,
  connectTimeoutMs: 2000,
  targets: 2,
  reauthentications: 0,
  windowMs: 0,
};
let question: RaceQuestion;
test.before(async () => {
  question = {latencies: still, habits, calibration: await calibrate(topology, 1), seed: 1};
});
const seconds = (from: number, to: number) => Array.from({length: to - from + 1}, (_, index) => (from + index) * 1000);

test('the model and the simulator agree on forty races with latencies by chance', async t => {
  const random = new Random(1, 'spec');
  let alarms = 0;
  for (let index = 0; index < 40; index += 1) {
    const ms = {
      ui: random.between(0, 3000),
      coa: random.between(0, 3000),
      reauth: random.between(0, 3000),
      download: random.between(0, 3000),
      install: random.between(0, 6000),
    };
    const delayS = random.between(2, 12);
    const latencies = Object.fromEntries(Object.entries(ms).map(([name, value]) => [name, fixed(value)])) as Latencies;
    const predicted = drawLatenessMs(latencies, question.calibration, random) > delayS * 1000;
    const played = await playedRace(ms, delayS);
    t.is(played, predicted, `race ${index}: ${JSON.stringify(ms)}, delay ${delayS} s`);
    if (played) alarms += 1;
  }
  t.true(alarms > 5 && alarms < 35, `both outcomes occur: ${alarms} alarms`);
});

async function playedRace(ms: Record<keyof Latencies, number>, delayS: number): Promise<boolean> {
  const healthy = defaultSettings(topology);
  const {ui, coa, reauth, download, install} = ms;
  const settings = {
    ...healthy,
    endpoint: {...healthy.endpoint, reportToUiDelayMs: ui},
    nad: {
      ...healthy.nad,
      coaDelayMs: coa,
      reauthDelayMs: reauth,
      aclDownloadDelayMs: download,
      aclInstallDelayMs: install,
    },
    profile: {xml: null, fields: {NetworkTransitionDelay: String(delayS)}},
  };
  await using lab = await simulate({topology, settings, seed: 1});
  const settled = await lab.until('posture-settled', {where: {status: 'Compliant'}});
  await lab.until('acl-installed', {where: isCompliantAcl, after: settled});
  await lab.until('sync-round-finished', {after: settled});
  return lab.timeline.of('alarm-raised').length > 0;
}

test('a switch that takes evenly 0 to 10 s loses half of its races against a delay of 5 s', t => {
  const map = raceMap(
    {x: {name: 'coa', valuesMs: [0]}, y: {name: 'delay', valuesMs: [0, 5000, 10_100]}, draws: 100_000},
    {...question, latencies: {...still, install: readLatency('0s..10s')}},
  );

  t.true((map.alarms[0]?.[0] ?? 0) > 0.99);
  t.true(Math.abs((map.alarms[1]?.[0] ?? 0) - 0.5) < 0.01);
  t.is(map.alarms[2]?.[0], 0);
});

test('a longer delay never alarms more often, and a slower switch never less often', t => {
  const {alarms} = raceMap(
    {x: {name: 'install', valuesMs: seconds(0, 15)}, y: {name: 'delay', valuesMs: seconds(2, 30)}, draws: 500},
    {...question, latencies: {...still, reauth: readLatency('median 500ms p95 3s')}},
  );

  for (const [row, shares] of alarms.entries()) {
    for (const [column, share] of shares.entries()) {
      t.true(share >= (alarms[row + 1]?.[column] ?? 0));
      t.true(share <= (shares[column + 1] ?? 1));
    }
  }
});

test('a map over two latencies is the map that one would draw cell by cell', t => {
  const latencies = {...still, reauth: readLatency('0s..4s')};
  const x = {name: 'coa' as const, valuesMs: seconds(0, 6)};
  const y = {name: 'ui' as const, valuesMs: seconds(0, 6)};
  const {alarms} = raceMap({x, y, draws: 300}, {...question, habits: {...habits, delayMs: 2000}, latencies});

  for (const [row, uiMs] of y.valuesMs.entries()) {
    for (const [column, coaMs] of x.valuesMs.entries()) {
      const cell = {...question, latencies: {...latencies, ui: fixed(uiMs), coa: fixed(coaMs)}};
      const late = sample(300, cell).filter(lateness => lateness > 2000).length;
      t.is(alarms[row]?.[column], late / 300);
    }
  }
});

test('windows at re-authentication are met as often as probes are under way in them', t => {
  const windows = {...question, habits: {...habits, intervalMs: 10_000, reauthentications: 1, windowMs: 700}};
  const {alarms} = raceMap(
    {x: {name: 'interval', valuesMs: [10_000, 66_000]}, y: {name: 'delay', valuesMs: [10_000]}, draws: 50_000},
    windows,
  );

  // Two probes a period of interval and two timeouts.
  t.true(Math.abs((alarms[0]?.[0] ?? 0) - (2 * 0.7) / 14) < 0.01);
  t.true(Math.abs((alarms[0]?.[1] ?? 0) - (2 * 0.7) / 70) < 0.01);
});

test('the answer is the shortest delay that is good enough, and none where none is', t => {
  const asked = (latency: Latency) =>
    answerDelay({...question, latencies: {...still, install: latency}}, {target: 0.0001, draws: 100_000});

  t.is(asked(fixed(4500)).delayS, 5);
  t.is(asked(fixed(0)).delayS, 2);
  t.is(asked(readLatency('0s..8.9s')).delayS, 9);
  t.is(asked(fixed(31_000)).delayS, null);
  t.deepEqual(
    asked(fixed(4500)).compared.map(({delayS, share}) => [delayS, share]),
    [
      [3, 1],
      [10, 0],
    ],
  );
});

test('few measurements are used, and said to be few', t => {
  const install = readMeasurements('# one switch, one morning\n1.2s 800ms\n2500, 900');
  const answer = answerDelay({...question, latencies: {...still, install}}, {target: 0.0001, draws: 100_000});

  t.deepEqual(install, {kind: 'measured', valuesMs: [1200, 800, 2500, 900]});
  t.is(answer.delayS, 3);
  t.regex(answer.caution ?? '', /install has 4 measurements; to speak of 0\.0001 takes 30000/);
});

test('no alarm in n draws is not the same as none at all', t => {
  t.true(upperBound(0, 1000) > 0.003);
  t.true(upperBound(0, 200_000) < 0.00003);
});

test('what is no latency is refused with what would be one', t => {
  for (const text of ['soon', '5s..1s', 'median 4s p95 2s', '-1s', '']) {
    t.throws(() => readLatency(text), {instanceOf: LatencyError});
  }
});

test('cells that are played come out as the map says', async t => {
  const map = raceMap(
    {x: {name: 'install', valuesMs: seconds(0, 15)}, y: {name: 'delay', valuesMs: seconds(2, 30)}, draws: 100},
    question,
  );
  const {openLab} = simulatedWorld(1);
  const cells = await confirmCells(map, question, {count: 8, topology, openLab, say: () => {}});

  t.is(cells.filter(({expected}) => expected === 'alarm').length, 4);
  t.deepEqual(
    cells.filter(({expected, found}) => expected !== found),
    [],
  );
});

test('picture and page need nothing from elsewhere, and mark where the map was wrong', t => {
  const map = raceMap(
    {x: {name: 'install', valuesMs: seconds(0, 5)}, y: {name: 'delay', valuesMs: seconds(2, 5)}, draws: 10},
    question,
  );
  const confirmed = [{row: 0, column: 5, expected: 'alarm' as const, found: 'no alarm' as const}];
  const answer = answerDelay(question, {target: 0.01, draws: 1000});
  const page = racePage({seed: 1, map, answer, confirmed});

  t.notRegex(page.replaceAll('http://www.w3.org/2000/svg', ''), /https?:|src=|href=|url\(|@import/);
  t.is(heatMapSvg(map).match(/<rect [^>]*><title>/g)?.length, 24);
  t.regex(page, /played in containers: no alarm, the map says alarm/);
  t.regex(heatMapText(map, {width: 80, height: 20, colour: false, confirmed}), /✗/);
});

test('the command prints shades and no colours into a pipe, and one document with --json', async t => {
  const race = (...args: string[]) => called(raceVerb(), ...args);
  const [text, json] = await Promise.all([
    race('--install', '3s'),
    race('--install', '3s', '--json', '--confirm', '2', '--confirm-world', 'simulated', '--cells', '16x29'),
  ]);
  const document = JSON.parse(json.stdout);

  t.false(text.stdout.includes('\u{1b}'));
  t.regex(text.stdout, /A NetworkTransitionDelay of 5 s keeps false alarms below 0\.01 %/);
  t.is(document.answer.delayS, 5);
  t.is(document.confirmed.length, 2);
  t.is((await race('--x', 'weather=1..2')).exitCode, 2);
});
