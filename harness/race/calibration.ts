import {defaultSettings, type LabSettings} from '#harness/lab-settings.ts';
import type {Calibration} from '#harness/race/race-model.ts';
import {isCompliantAcl} from '#harness/scenarios/becomes-compliant.ts';
import {simulate} from '#harness/simulator/simulated-lab.ts';
import type {Topology} from '#harness/topology.ts';

/** Plays a run in which the alarm comes, and reads off what the lab itself costs. */
export async function calibrate(topology: Topology, seed: number): Promise<Calibration> {
  const healthy = defaultSettings(topology);
  const settings: LabSettings = {...healthy, dacl: {...healthy.dacl, compliant: 'permit ip any any'}};
  await using lab = await simulate({topology, settings, seed});
  const settled = await lab.until('posture-settled', {where: {status: 'Compliant'}});
  const shown = await lab.until('status-shown', {where: {status: 'Compliant'}, after: settled});
  const installed = await lab.until('acl-installed', {where: isCompliantAcl, after: settled});
  const sent = await lab.until('probe-sent', {after: settled});
  const requestMs = await untilRequestPassed(lab, sent.atMs);
  return {shownMs: shown.atMs - settled.atMs, installedMs: installed.atMs - settled.atMs, requestMs};
}

/** The last packet that a probe needs through the switch is the first after its TLS greeting. */
async function untilRequestPassed(lab: Awaited<ReturnType<typeof simulate>>, sentAtMs: number): Promise<number> {
  const passedAtMs: number[] = [];
  lab.onPacket = ({atMs, packet}) => {
    if (packet.destinationPort === lab.settings.psn.probePort && packet.flags?.includes('psh')) passedAtMs.push(atMs);
  };
  await lab.until('probe-received');
  return (passedAtMs.at(-1) ?? sentAtMs) - sentAtMs;
}
