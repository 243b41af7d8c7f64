import {readFile, writeFile} from 'node:fs/promises';
import process, {stdout} from 'node:process';
import {Command} from 'commander';
import {UsageError} from '#harness/cli/exit.ts';
import {paletteFor, print, printJson, say, table} from '#harness/cli/output.ts';
import {type FleetPlan, playFleet} from '#harness/fleet/fleet.ts';
import {type FleetReport, fleetSvg, reportOf} from '#harness/fleet/fleet-report.ts';
import {checkCosts, type Measured, measuredCosts} from '#harness/fleet/measured-costs.ts';
import type {RequestCosts} from '#harness/fleet/policy-node.ts';
import {LatencyError, readSpan} from '#harness/race/latency.ts';

interface FleetOptions {
  endpoints: string;
  psns: string;
  duration: string;
  interval: string;
  failAt: string;
  failFor: string;
  reauthAt: string;
  reauthWithin: string;
  costs?: string;
  seed: string;
  svg?: string;
  json?: boolean;
}

export function fleetVerb(): Command {
  return new Command('fleet')
    .description(
      'many endpoints through an outage and a mass re-authentication: what the PSNs have to do, and how long it takes',
    )
    .option('--endpoints <number>', 'how many', '50000')
    .option('--psns <number>', 'how many', '2')
    .option('--duration <span>', 'of lab time', '60m')
    .option('--interval <span>', 'StateSyncProbeInterval', '60s')
    .option('--fail-at <span>', 'when psn1 loses its power; none for never', '10m')
    .option('--fail-for <span>', 'for how long', '5m')
    .option('--reauth-at <span>', 'when every switch authenticates its hosts anew; none for never', '15m')
    .option('--reauth-within <span>', 'over how long', '1m')
    .option('--costs <file>', 'what requests cost a PSN, as scripts/measure-costs.ts prints it')
    .option('--seed <number>', 'chance', '1')
    .option('--svg <file>', 'write the plot')
    .option('--json', 'print one JSON document')
    .action(async (options: FleetOptions) => {
      const {measured, ...costs} = options.costs === undefined ? measuredCosts : await readCosts(options.costs);
      const plan = readPlan(options, costs);
      const startedMs = performance.now();
      const report = reportOf(plan, playFleet(plan));
      const tookS = (performance.now() - startedMs) / 1000;
      if (options.svg) await writeFile(options.svg, fleetSvg(report));
      if (options.json)
        printJson({...report, costsMeasured: measured ?? null, tookS, memoryBytes: process.memoryUsage.rss()});
      else tell(report, tookS);
      if (!options.json) tellCosts(costs, measured, options.costs);
      if (options.svg) say(`wrote ${options.svg}`);
    });
}

function tell(
  {plan, nodes, blockedPerSecond, resyncS, endpointsInTenMinutes, events, bytesPerEndpoint}: FleetReport,
  tookS: number,
): void {
  const {quiet} = paletteFor(stdout);
  const head = ['psn', 'radius/s', 'https/s', 'probes/s', 'saturated', 'longest wait', 'given up'];
  const rows = nodes.map(node => [
    node.node,
    String(node.radiusPerSecond),
    String(node.httpsPerSecond),
    String(node.probesPerSecond),
    node.firstSaturatedAtS === null ? 'never' : `${node.saturatedS} s from ${node.firstSaturatedAtS} s`,
    `${node.longestWaitMs} ms`,
    String(node.gaveUp),
  ]);
  print(table(head, rows));
  print(`\nprobes that met the deny: up to ${blockedPerSecond} a second; they cost the PSNs nothing`);
  if (resyncS !== null) {
    const span = (seconds: number | null) => (seconds === null ? 'not within the time played' : `${seconds} s`);
    print(
      `back after the mass re-authentication: half ${span(resyncS.half)}, 99 % ${span(resyncS.most)}, all ${span(resyncS.all)}`,
    );
  }
  print(`at these costs ${plan.psns} PSNs bring at most ${endpointsInTenMinutes} endpoints back in ten minutes`);
  const memoryMb = Math.round(process.memoryUsage.rss() / 1e6);
  print(
    quiet(
      `${plan.endpoints} endpoints, ${events} events in ${tookS.toFixed(1)} s, ${memoryMb} MB in all, ${bytesPerEndpoint} bytes for each endpoint`,
    ),
  );
}

function tellCosts(costs: RequestCosts, measured: Measured | undefined, file: string | undefined): void {
  const {quiet} = paletteFor(stdout);
  const list = Object.entries(costs).map(([kind, ms]) => `${kind} ${ms} ms`);
  const from = `costs: ${list.join(', ')}; ${file === undefined ? 'built in' : `from ${file}`}`;
  if (measured === undefined) {
    print(quiet(`${from}, and nobody says how they were measured`));
    return;
  }
  const {at, machine, saturation} = measured;
  const {predictedPerSecond, measuredPerSecond, share} = saturation;
  print(quiet(`${from}, measured in containers by scripts/measure-costs.ts on ${at} (${machine})`));
  print(
    quiet(
      `held against a container there: ${predictedPerSecond} RADIUS requests a second predicted for one PSN with ${share} of a core, ${measuredPerSecond} measured`,
    ),
  );
}

function readPlan(options: FleetOptions, costs: RequestCosts): FleetPlan {
  const atMs = (option: string, text: string) => (text === 'none' ? null : readTime(option, text));
  const failAtMs = atMs('--fail-at', options.failAt);
  const reauthAtMs = atMs('--reauth-at', options.reauthAt);
  return {
    endpoints: readCount('--endpoints', options.endpoints, 10_000_000),
    psns: readCount('--psns', options.psns, 50),
    durationMs: readDuration(options.duration),
    intervalMs: readTime('--interval', options.interval),
    outage: failAtMs === null ? null : {atMs: failAtMs, forMs: readTime('--fail-for', options.failFor)},
    reauthentication:
      reauthAtMs === null ? null : {atMs: reauthAtMs, withinMs: readTime('--reauth-within', options.reauthWithin)},
    costs,
    seed: readCount('--seed', options.seed, Number.MAX_SAFE_INTEGER),
  };
}

async function readCosts(path: string): Promise<RequestCosts & {measured?: Measured}> {
  try {
    return checkCosts(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    throw new UsageError(`--costs ${path}: ${error instanceof Error ? error.message : error}`);
  }
}

function readTime(option: string, text: string): number {
  try {
    return readSpan(text);
  } catch (error) {
    throw error instanceof LatencyError ? new UsageError(`${option} ${error.message}`) : error;
  }
}

const longestDurationMs = 7 * 24 * 3_600_000;

function readDuration(text: string): number {
  const durationMs = readTime('--duration', text);
  if (durationMs < 1000 || durationMs > longestDurationMs)
    throw new UsageError(`--duration ${text}: expected a second to a week (10080m)`);
  return durationMs;
}

function readCount(option: string, text: string, most: number): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1 || number > most)
    throw new UsageError(`${option} ${text}: expected a whole number from 1 to ${most}`);
  return number;
}
