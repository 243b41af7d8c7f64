/**
Prints what the simulated world costs on this machine: `node scripts/bench-simulator.ts`. Needs no engine. Medians when V8 has compiled what
is hot, because start-up is not what is measured; the first, cold figure stands beside them.
*/
import {performance} from 'node:perf_hooks';
import process, {stdout} from 'node:process';
import {explore} from '#harness/explore/explore.ts';
import {type FleetPlan, playFleet} from '#harness/fleet/fleet.ts';
import {measuredCosts} from '#harness/fleet/measured-costs.ts';
import {calibrate} from '#harness/race/calibration.ts';
import {readLatency} from '#harness/race/latency.ts';
import {type Axis, raceMap} from '#harness/race/race-map.ts';
import {playScenario} from '#harness/run-scenario.ts';
import {scenarios} from '#harness/scenarios/all.ts';
import {Random} from '#harness/simulator/random.ts';
import {Simulation} from '#harness/simulator/simulation.ts';
import {simulatedWorld} from '#harness/simulator/world.ts';
import {topology} from '#topologies/two-psn.ts';

/** Rounds of the six flows: until V8 has compiled what it will, and after that. */
const [warmUp, timedRounds] = [250, 100];

await benchFlows();
benchEvents();
await benchRaceMap();
await benchExploration();
await benchFleet();

async function benchFlows(): Promise<void> {
  const times: number[] = [];
  const busy: number[] = [];
  for (let round = 0; round < warmUp + timedRounds; round += 1) {
    const before = process.threadCpuUsage();
    times.push(
      await timed(async () => {
        for (const scenario of scenarios) {
          const {passed, failure} = await playScenario(scenario, {...simulatedWorld(1), seed: 1});
          if (!passed) throw new Error(failure?.message);
        }
      }),
    );
    const {user, system} = process.threadCpuUsage(before);
    busy.push((user + system) / 1000);
  }
  const warm = times.slice(warmUp);
  const [first = Number.NaN] = times;
  const fastest = Math.min(...warm).toFixed(0);
  line(
    'the six flows together',
    `${median(warm).toFixed(0)} ms (bar 50 ms; fastest ${fastest} ms, cold ${first.toFixed(0)} ms), ${median(busy.slice(warmUp)).toFixed(0)} ms of processor`,
  );
}

/** Timers that set the next one, a thousand at a time: the event queue and nothing else. */
function benchEvents(): void {
  const simulation = new Simulation();
  const random = new Random(1, 'bench');
  const again = () => simulation.after(random.between(1, 1000), again);
  for (let count = 0; count < 1000; count += 1) again();
  const rate = () => {
    const startedMs = performance.now();
    for (let count = 0; count < 1_000_000; count += 1) simulation.step();
    return 1000 / (performance.now() - startedMs);
  };
  const rates = Array.from({length: 5}, rate);
  line('events of the simulator', `${median(rates).toFixed(2)} million a second on one core (bar 1)`);
}

async function benchRaceMap(): Promise<void> {
  const values = (toMs: number) => Array.from({length: 100}, (_, index) => (index * toMs) / 99);
  const [x, y]: Axis[] = [
    {name: 'install', valuesMs: values(15_000)},
    {name: 'delay', valuesMs: values(30_000)},
  ];
  if (x === undefined || y === undefined) return;
  const latency = readLatency('median 300ms p95 2s');
  const times: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    times.push(
      await timed(async () => {
        const calibration = await calibrate(topology, 1);
        const habits = {
          delayMs: 0,
          intervalMs: 0,
          connectTimeoutMs: 2000,
          targets: 2,
          reauthentications: 0,
          windowMs: 0,
        };
        const latencies = {ui: latency, coa: latency, reauth: latency, download: latency, install: latency};
        raceMap({x, y, draws: 10_000}, {latencies, habits, calibration, seed: 1});
      }),
    );
  }
  line('race map of 100 × 100 cells', `${median(times).toFixed(0)} ms with 10,000 draws a cell (bar 2000 ms)`);
}

async function benchExploration(): Promise<void> {
  const runs = 200;
  await explore({firstSeed: 1, runs: 50});
  const tookMs = await timed(async () => void (await explore({firstSeed: 1, runs})));
  line(
    'exploration',
    `${(tookMs / runs).toFixed(1)} ms a story, ${Math.round((1000 * runs) / tookMs)} stories a second`,
  );
}

async function benchFleet(): Promise<void> {
  const plan: FleetPlan = {
    endpoints: 1_000_000,
    psns: 2,
    durationMs: 3_600_000,
    intervalMs: 60_000,
    outage: {atMs: 600_000, forMs: 300_000},
    reauthentication: {atMs: 900_000, withinMs: 60_000},
    costs: measuredCosts,
    seed: 1,
  };
  let events = 0;
  const tookMs = await timed(async () => {
    events = playFleet(plan).events;
  });
  const rate = (events / tookMs / 1000).toFixed(1);
  const memoryMb = Math.round(process.memoryUsage.rss() / 1e6);
  line(
    'fleet of 1,000,000 over an hour',
    `${(tookMs / 1000).toFixed(1)} s (bar 600 s), ${memoryMb} MB (bar 4000 MB), ${rate} million events a second`,
  );
}

async function timed(run: () => Promise<void>): Promise<number> {
  const startedMs = performance.now();
  await run();
  return performance.now() - startedMs;
}

function line(what: string, value: string): void {
  stdout.write(`${what.padEnd(40)} ${value}\n`);
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
