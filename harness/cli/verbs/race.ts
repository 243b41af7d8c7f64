import {readFile, writeFile} from 'node:fs/promises';
import {env, stdout} from 'node:process';
import {Command, Option} from 'commander';
import {exitCodes, UsageError} from '#harness/cli/exit.ts';
import {print, printJson, say} from '#harness/cli/output.ts';
import {calibrate} from '#harness/race/calibration.ts';
import {type ConfirmOptions, confirmCells} from '#harness/race/confirm.ts';
import {answerDelay} from '#harness/race/delay-answer.ts';
import {type ConfirmedCell, heatMapText} from '#harness/race/heat-map.ts';
import {heatMapSvg} from '#harness/race/heat-map-svg.ts';
import {type Latency, LatencyError, readLatency, readMeasurements, readSpan} from '#harness/race/latency.ts';
import {type Axis, axisNames, type RaceMap, type RaceQuestion, raceMap} from '#harness/race/race-map.ts';
import {type LatencyName, latencyNames} from '#harness/race/race-model.ts';
import {answerText, racePage} from '#harness/race/race-page.ts';
import {topology} from '#topologies/two-psn.ts';

type RaceOptions = Record<LatencyName, string> & {
  x: string;
  y: string;
  cells: string;
  delay: string;
  interval: string;
  window: string;
  reauthentications: string;
  draws: string;
  target: string;
  seed: string;
  confirm: string;
  confirmWorld: string;
  svg?: string;
  html?: string;
  json?: boolean;
};

const latencyHelp: Record<LatencyName, [string, string]> = {
  ui: ["from the PSN's verdict to the agent's showing it", '0s'],
  coa: ['from CoA-Request to its answer', '50ms..200ms'],
  reauth: ['before the Access-Request of the re-authentication', '50ms..500ms'],
  download: ['before the dACL is asked for', '50ms..500ms'],
  install: ['from having the dACL to its being in force', 'median 800ms p95 2s'],
};

export function raceVerb(): Command {
  const verb = new Command('race')
    .description('map where a correct dACL alarms all the same, and say which transition delay avoids it')
    .option('--x <axis=from..to>', `what to sweep: ${axisNames.join(', ')}`, 'install=0s..15s')
    .option('--y <axis=from..to>', 'what to sweep across it', 'delay=2s..30s')
    .option('--cells <columns x rows>', 'how many values of each', '61x29')
    .option('--delay <span>', 'NetworkTransitionDelay where it is not swept', '10s')
    .option('--interval <span>', 'StateSyncProbeInterval where it is not swept', '10s')
    .option(
      '--window <span>',
      'how long each re-authentication leaves the port open (0: the switch swaps at once)',
      '0s',
    )
    .option('--reauthentications <number>', 'of the Compliant session', '0')
    .option('--draws <number>', 'a cell', '1000')
    .option('--target <share>', 'of false alarms, for the answer', '0.0001')
    .option('--seed <number>', 'chance', '1')
    .option('--confirm <number>', 'cells to play', '0')
    .addOption(
      new Option('--confirm-world <world>', 'where').choices(['containers', 'simulated']).default('containers'),
    )
    .option('--svg <file>', 'write the map as a picture')
    .option('--html <file>', 'write map and answer as one page')
    .option('--json', 'print one JSON document');
  for (const name of latencyNames) {
    const [what, value] = latencyHelp[name];
    verb.option(
      `--${name} <latency>`,
      `${what}: 4s, 200ms..1.5s, "median 300ms p95 2s", or @FILE of measured ones`,
      value,
    );
  }
  return verb.action(async (options: RaceOptions) => {
    try {
      await race(options);
    } catch (error) {
      throw error instanceof LatencyError ? new UsageError(error.message) : error;
    }
  });
}

async function race(options: RaceOptions): Promise<void> {
  const question = await readQuestion(options);
  const [columns, rows] = readCells(options.cells);
  const x = readAxis('--x', options.x, columns);
  const y = readAxis('--y', options.y, rows);
  if (x.name === y.name) throw new UsageError(`--y ${options.y}: ${y.name} is swept by --x already`);
  const map = raceMap({x, y, draws: readWhole('--draws', options.draws)}, question);
  const target = readNumber('--target', options.target);
  if (target < 1e-6 || target >= 1)
    throw new UsageError(`--target ${options.target}: expected a share from 0.000001 up to 1, such as 0.0001`);
  const draws = Math.max(100_000, Math.ceil(20 / target));
  const answer = answerDelay(question, {target, draws});
  const confirmed = await confirm(map, question, options);

  const report = {seed: question.seed, map, answer, confirmed};
  if (options.svg) await writeFile(options.svg, heatMapSvg(map, confirmed));
  if (options.html) await writeFile(options.html, racePage(report));
  if (options.json) {
    printJson(report);
  } else {
    const colour = Boolean(stdout.isTTY) && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
    print(heatMapText(map, {width: Math.min(stdout.columns ?? 100, 120), height: 30, colour, confirmed}));
    print(`\n${answerText(answer)}`);
    for (const file of [options.svg, options.html]) if (file) say(`wrote ${file}`);
  }
  const disagree = confirmed.some(({expected, found}) => expected !== found);
  process.exitCode = answer.delayS === null || disagree ? exitCodes.no : exitCodes.done;
}

async function readQuestion(options: RaceOptions): Promise<RaceQuestion> {
  const seed = readWhole('--seed', options.seed);
  const latencies = await Promise.all(latencyNames.map(async name => [name, await latencyOf(name, options[name])]));
  return {
    latencies: Object.fromEntries(latencies),
    habits: {
      delayMs: readSpan(options.delay),
      intervalMs: readSpan(options.interval),
      connectTimeoutMs: 2000,
      targets: 2,
      reauthentications: readNumber('--reauthentications', options.reauthentications),
      windowMs: readSpan(options.window),
    },
    calibration: await calibrate(topology, seed),
    seed,
  };
}

async function latencyOf(name: string, text: string): Promise<Latency> {
  if (!text.startsWith('@')) return readLatency(text);
  try {
    return readMeasurements(await readFile(text.slice(1), 'utf8'));
  } catch (error) {
    throw new UsageError(`--${name} ${text}: ${error instanceof Error ? error.message : error}`);
  }
}

async function confirm(map: RaceMap, question: RaceQuestion, options: RaceOptions): Promise<ConfirmedCell[]> {
  const count = readNumber('--confirm', options.confirm);
  if (count === 0) return [];
  const play = (openLab: ConfirmOptions['openLab']) => confirmCells(map, question, {count, topology, openLab, say});
  if (options.confirmWorld === 'simulated') {
    const {simulatedWorld} = await import('#harness/simulator/world.ts');
    return play(simulatedWorld(question.seed).openLab);
  }
  const {openContainerWorld} = await import('#harness/containers/world.ts');
  await using world = await openContainerWorld({say, artifacts: 'artifacts'});
  return await play(world.openLab);
}

function readAxis(option: string, text: string, count: number): Axis {
  const [, name = '', from = '', to = ''] = /^(\w+)=(.+?)\.\.(.+)$/.exec(text) ?? [];
  const axis = axisNames.find(candidate => candidate === name);
  if (axis === undefined)
    throw new UsageError(
      `${option} ${text}: expected AXIS=FROM..TO, such as install=0s..15s; axes: ${axisNames.join(', ')}`,
    );
  const [fromMs, toMs] = [readSpan(from), readSpan(to)];
  if (toMs <= fromMs) throw new UsageError(`${option} ${text}: ${to} must be longer than ${from}`);
  const stepMs = count === 1 ? 0 : (toMs - fromMs) / (count - 1);
  return {name: axis, valuesMs: Array.from({length: count}, (_, index) => Math.round(fromMs + index * stepMs))};
}

function readCells(text: string): [columns: number, rows: number] {
  const parts = /^(\d{1,3})x(\d{1,3})$/.exec(text);
  const [columns, rows] = [Number(parts?.[1]), Number(parts?.[2])];
  if (!(columns > 0 && rows > 0)) throw new UsageError(`--cells ${text}: expected columns and rows, such as 100x100`);
  return [columns, rows];
}

function readNumber(option: string, text: string): number {
  const number = Number(text);
  if (text.trim() === '' || !Number.isFinite(number) || number < 0)
    throw new UsageError(`${option} ${text}: expected a number, 0 or more`);
  return number;
}

/** From 1 to a million: more draws a cell say nothing more. */
function readWhole(option: string, text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1 || number > 1_000_000)
    throw new UsageError(`${option} ${text}: expected a whole number from 1 to 1000000`);
  return number;
}
