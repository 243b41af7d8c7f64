/**
Prints what many endpoints on one switch cost in containers: `node scripts/bench-scale.ts [PORTS…]`, without numbers 24 and 200. Each
endpoint authenticates by MAB, becomes Compliant, and probes; then psn1 is gone, and they go on. Time is real (timeScale 1).
*/
import {readFileSync} from 'node:fs';
import {performance} from 'node:perf_hooks';
import {argv, stdout} from 'node:process';
import {deployLab} from '#harness/containers/deploy.ts';
import {openSession} from '#harness/containers/session.ts';
import {defaultSettings} from '#harness/lab-settings.ts';
import {nodesOf} from '#harness/topology.ts';
import {accessSwitch} from '#topologies/access-switch.ts';

const seconds = (fromMs: number) => ((performance.now() - fromMs) / 1000).toFixed(1);

await using session = await openSession(message => console.error(message));
for (const ports of argv.length > 2 ? argv.slice(2).map(Number) : [24, 200]) await measure(ports);

async function measure(ports: number): Promise<void> {
  const topology = accessSwitch(ports);
  const healthy = defaultSettings(topology);
  const settings = {...healthy, timeScale: 1, endpoint: {...healthy.endpoint, connectTimeoutMs: 10_000}};
  const endpoints = nodesOf(topology, 'endpoint').map(([node]) => node);
  const before = availableMiB();
  const startedMs = performance.now();
  await using lab = await deployLab(session, {topology, settings});
  const deployed = seconds(startedMs);
  const withinMs = 600_000;
  await Promise.all(endpoints.map(node => lab.until('status-shown', {where: {node, status: 'Compliant'}, withinMs})));
  const compliant = seconds(startedMs);
  const memory = (before - availableMiB()) / ports;
  await Promise.all(endpoints.map(node => lab.until('sync-round-finished', {where: {node}, withinMs})));
  await lab.stopNode('psn1');
  const lost = await lab.until('node-stopped');
  const rounds = await Promise.all(
    endpoints.map(node => lab.until('sync-round-finished', {where: {node}, after: lost, withinMs})),
  );
  const alarms = lab.timeline.of('alarm-raised').length;
  const restarts = lab.timeline.of('discovery-restarted').length;
  stdout.write(
    `${ports} endpoints on one switch`.padEnd(40) +
      ` deployed in ${deployed} s, all Compliant after ${compliant} s, ${memory.toFixed(0)} MiB of the machine each; without psn1 ` +
      `${rounds.filter(({answered}) => !answered).length} of ${ports} polls met silence, ${alarms} alarms, ${restarts} restarts\n`,
  );
}

/** What the machine has left, so that everything counts: containers, engine, kernel. */
function availableMiB(): number {
  return Number(/^MemAvailable:\s+(\d+)/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1] ?? Number.NaN) / 1024;
}
