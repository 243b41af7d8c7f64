/**
Measures what a request costs a PSN, as CPU time of its container, and prints it as `posturelab fleet --costs` reads it:
`node scripts/measure-costs.ts > costs.json`. CPU time, not rate: it holds on a busy machine too.

What the fleet makes of it is held against the container: from the cost of one run it predicts how many RADIUS requests a second one PSN
answers at most, and then the container is asked for as many as it can in another. Of a busy machine it gets a share only; the
prediction is for that share. A node that has just started is slower by far, so it is made warm first. Requests that come few at a
time cost up to four times as much, because little is written together: the costs are those of a PSN that has much to do.
*/
import {availableParallelism, loadavg} from 'node:os';
import {performance} from 'node:perf_hooks';
import {stderr, stdout, version} from 'node:process';
import {type ContainerLab, pidsOf} from '#harness/containers/container-lab.ts';
import {deployLab} from '#harness/containers/deploy.ts';
import {execIn} from '#harness/containers/exec.ts';
import {openSession} from '#harness/containers/session.ts';
import {radiusAtSaturation, type SaturationCheck} from '#harness/fleet/measured-costs.ts';
import type {RequestCosts} from '#harness/fleet/policy-node.ts';
import {isUnknownAcl} from '#harness/scenarios/becomes-compliant.ts';
import {radiusRate} from '#scripts/bench-radius.ts';
import {topology} from '#topologies/two-psn.ts';

const exchanges = 1000;
/** The first time the sessions are made, which costs more; then they are authenticated again, as most of a fleet's are. */
const radius = {requests: 10_000, inFlight: 64};

await using session = await openSession(message => console.error(message));
await using lab = await deployLab(session, {topology});
await lab.until('acl-installed', {where: isUnknownAcl});
const pids = await pidsOf(session.engine, {nad: lab.containerOf('nad').id});

const {secret} = lab.settings.psn;
const load = loadavg()[0] ?? 0;
await radiusRate(pids, secret, radius);
const authentication = await costOf(lab, radius.requests, async () => void (await radiusRate(pids, secret, radius)));
const probe = await costOf(lab, exchanges, () => ask(lab, 8449, '/auth/status/session'));
const discovery = await costOf(lab, exchanges, () => ask(lab, 8443, '/auth/ng-discovery'));
const requirements = await costOf(lab, exchanges, () => ask(lab, 8905, '/auth/posture/requirements'));
const costs: RequestCosts = {
  authentication,
  accounting: authentication, // one request with the same checks, and one change of a session
  probe,
  discovery,
  assessment: 2 * requirements, // requirements and report
  coa: authentication,
};
const saturation = await saturate(lab);
const measured = {
  at: new Date().toISOString().slice(0, 10),
  machine: `${availableParallelism()} cores, load ${load.toFixed(1)}, Node ${version}`,
  saturation,
};
stdout.write(`${JSON.stringify({...costs, measured})}\n`);
stderr.write(
  `RADIUS at one PSN at most: ${saturation.predictedPerSecond} a second predicted for its share of ${saturation.share} of a core, ${saturation.measuredPerSecond} measured\n`,
);

/** As many RADIUS requests as psn1 can answer, and as many as a fleet's PSN with these costs would in the time that it got. */
async function saturate(lab: ContainerLab): Promise<SaturationCheck> {
  const [beforeMs, begunMs] = [await cpuMs(lab), performance.now()];
  const measuredPerSecond = await radiusRate(pids, secret, radius);
  const share = Math.round((100 * ((await cpuMs(lab)) - beforeMs)) / (performance.now() - begunMs)) / 100;
  const predictedPerSecond = Math.round(share * radiusAtSaturation(costs));
  return {predictedPerSecond, measuredPerSecond, share};
}

/** Milliseconds of psn1's CPU a request. */
async function costOf(lab: ContainerLab, requests: number, run: () => Promise<void>): Promise<number> {
  const before = await cpuMs(lab);
  await run();
  return Math.round((1000 * ((await cpuMs(lab)) - before)) / requests) / 1000;
}

async function cpuMs(lab: ContainerLab): Promise<number> {
  const {cpu_stats} = await lab.containerOf('psn1').stats({stream: false, 'one-shot': true});
  return cpu_stats.cpu_usage.total_usage / 1e6;
}

/** HTTPS exchanges, each with a TLS connection of its own, eight at a time, from the switch: no access list is in the way. */
async function ask(lab: ContainerLab, port: number, path: string): Promise<void> {
  const program = `
    const {request} = require('node:https');
    const one = () => new Promise((resolve, reject) => request(
      {host: '10.10.1.11', port: ${port}, path: '${path}', agent: false, rejectUnauthorized: false},
      response => response.resume().once('end', resolve),
    ).once('error', reject).end());
    const worker = async () => { for (let i = 0; i < ${exchanges / 8}; i += 1) await one(); };
    Promise.all(Array.from({length: 8}, worker)).then(() => console.log('done'));`;
  const {stdout: said, stderr} = await execIn(lab.containerOf('nad'), ['node', '-e', program]);
  if (!said.includes('done')) throw new Error(`the exchanges with port ${port} failed: ${stderr}`);
}
