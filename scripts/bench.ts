/**
Prints what posturelab costs on this machine, all from one run: ratios against docker-compose where there is a peer, medians
elsewhere. Nothing here decides whether a test passes.
*/
import {performance} from 'node:perf_hooks';
import {stdout} from 'node:process';
import {$} from 'zx';
import type {ContainerLab} from '#harness/containers/container-lab.ts';
import {pidsOf} from '#harness/containers/container-lab.ts';
import {deployLab} from '#harness/containers/deploy.ts';
import {type ContainerSession, openSession} from '#harness/containers/session.ts';
import {endpointOf} from '#harness/endpoint-handle.ts';
import {defaultSettings} from '#harness/lab-settings.ts';
import {adminOf, psnOf} from '#harness/psn-handle.ts';
import {isCompliantAcl} from '#harness/scenarios/becomes-compliant.ts';
import {composeFile} from '#scripts/bench-compose.ts';
import {radiusRate} from '#scripts/bench-radius.ts';
import {topology} from '#topologies/two-psn.ts';

$.verbose = false;
const rounds = 5;

await using session = await openSession(message => console.error(message));
const ours = await timeLab(session);
const theirs = await timeCompose(session);
report('deploy of two-psn, four nodes ready', ours.up, theirs.up, 0.75);
report('destroy', ours.down, theirs.down, 0.25);
await measureLab(session);

async function timeLab(session: ContainerSession): Promise<{up: number[]; down: number[]}> {
  const up: number[] = [];
  const down: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const startedMs = performance.now();
    const lab = await deployLab(session, {topology});
    const readyMs = performance.now();
    await lab[Symbol.asyncDispose]();
    if (round === 0) continue; // warm-up
    up.push(readyMs - startedMs);
    down.push(performance.now() - readyMs);
  }
  return {up, down};
}

async function timeCompose({images}: ContainerSession): Promise<{up: number[]; down: number[]}> {
  const up: number[] = [];
  const down: number[] = [];
  const compose = (...args: string[]) =>
    $({
      input: composeFile(topology, images),
      quiet: true,
    })`docker-compose --project-name posturelab-bench --file - ${args}`;
  for (let round = 0; round <= rounds; round += 1) {
    const startedMs = performance.now();
    await compose('up', '--detach');
    const readyMs = performance.now();
    await compose('down', '--timeout', '0');
    if (round === 0) continue;
    up.push(readyMs - startedMs);
    down.push(performance.now() - readyMs);
  }
  return {up, down};
}

async function measureLab(session: ContainerSession): Promise<void> {
  const settings = {...defaultSettings(topology), timeScale: 1};
  await using lab = await deployLab(session, {topology, settings});
  await lab.until('acl-installed', {where: isCompliantAcl});
  await measureControl(lab);
  await measureCoa(lab);
  const pids = await pidsOf(
    session.engine,
    Object.fromEntries(Object.keys(topology.nodes).map(node => [node, lab.containerOf(node).id])),
  );
  line(
    'RADIUS requests at a PSN',
    `${await radiusRate(pids, settings.psn.secret)} per second (MAB, Message-Authenticator verified, radclient with 64 in flight)`,
  );
  for (const node of Object.keys(topology.nodes)) {
    const stats = await lab.containerOf(node).stats({stream: false});
    const {usage = 0, stats: detail} = stats.memory_stats;
    line(
      `memory of ${node}`,
      `${Math.round((usage - (detail?.['total_inactive_file'] ?? 0)) / 1024 / 1024)} MiB (${usage} bytes)`,
    );
  }
}

async function measureControl(lab: ContainerLab): Promise<void> {
  const times: number[] = [];
  for (let index = 0; index < 500; index += 1) {
    const startedMs = performance.now();
    await lab.call('psn2', {name: 'clock'});
    times.push(performance.now() - startedMs);
  }
  line('control round trip', `${median(times).toFixed(2)} ms median of ${times.length}`);
}

/** From the administrator's reauthenticate to the kernel's word that the (new version of the) dACL is in force. */
async function measureCoa(lab: ContainerLab): Promise<void> {
  const times: number[] = [];
  for (let index = 0; index < 20; index += 1) {
    await adminOf(lab).saveDacl('Posture_Compliant', lab.settings.dacl.compliant);
    const fromMs = lab.nowMs();
    await psnOf(lab).reauthenticate(endpointOf(lab).mac);
    const sent = await lab.until('coa-sent', {after: fromMs});
    const installed = await lab.until('acl-installed', {after: sent, where: isCompliantAcl});
    times.push(installed.atMs - sent.atMs);
  }
  line(
    'CoA-Request to new dACL in force',
    `${median(times).toFixed(1)} ms median of ${times.length} (re-authentication, download and kernel commit in it)`,
  );
}

function report(what: string, ours: number[], theirs: number[], bar: number): void {
  const ratio = median(ours) / median(theirs);
  const verdict = ratio <= bar ? 'within' : 'OVER';
  line(
    what,
    `${(median(ours) / 1000).toFixed(2)} s, docker-compose ${(median(theirs) / 1000).toFixed(2)} s: ratio ${ratio.toFixed(2)} (${verdict} the bar of ${bar}; median of ${rounds})`,
  );
}

function line(what: string, value: string): void {
  stdout.write(`${what.padEnd(40)} ${value}\n`);
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
