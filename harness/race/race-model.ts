/**
The race of domain.md 7 as arithmetic. Its parts are those of 7.2; what the lab itself costs is measured once in the simulator
(calibration.ts), and specs/simulated/stories/race.spec.ts holds the model against whole simulated runs.
*/
import {draw, type Latency} from '#harness/race/latency.ts';
import type {Random} from '#harness/simulator/random.ts';

/** The knobs of 7.5 that decide a first probe. */
export const latencyNames = ['ui', 'coa', 'reauth', 'download', 'install'] as const;

export type LatencyName = (typeof latencyNames)[number];

export type Latencies = Record<LatencyName, Latency>;

/** What passes between the milestones when no knob is turned, in lab milliseconds. */
export interface Calibration {
  /** t1 to t2. */
  shownMs: number;
  /** t1 to t7. */
  installedMs: number;
  /** From sending a probe to the switch's having let its request through: all of ts to tr that the switch can stop. */
  requestMs: number;
}

/** What the agent is told by its profile, and how the switch re-authenticates. */
export interface Habits {
  /** NetworkTransitionDelay. */
  delayMs: number;
  /** StateSyncProbeInterval. */
  intervalMs: number;
  /** Between two probes of a silent round. */
  connectTimeoutMs: number;
  targets: number;
  /** Re-authentications of the Compliant session that are looked at, and how long each leaves the port open (7.3, R7 and R9). */
  reauthentications: number;
  windowMs: number;
}

/**
How late the switch is, in milliseconds after t2: `t7 - t2`, less what the probe's own request takes. A first probe that is sent earlier
than this raises the alarm (7.2: `tr < t7`); one that is sent later meets the deny, with its first packet or its last.
*/
export function drawLatenessMs(latencies: Latencies, calibration: Calibration, random: Random): number {
  const shownMs = calibration.shownMs + draw(latencies.ui, random);
  const installedMs =
    calibration.installedMs +
    draw(latencies.coa, random) +
    draw(latencies.reauth, random) +
    draw(latencies.download, random) +
    draw(latencies.install, random);
  return installedMs - shownMs - calibration.requestMs;
}

/** Whether one of the later probes falls into one of the windows that re-authentication leaves; each window comes at any moment. */
export function meetsWindow(habits: Habits, calibration: Calibration, random: Random): boolean {
  const {intervalMs, connectTimeoutMs, targets, reauthentications, windowMs} = habits;
  const openMs = windowMs - calibration.requestMs;
  if (openMs <= 0) return false;
  const periodMs = intervalMs + targets * connectTimeoutMs;
  for (let count = 0; count < reauthentications; count += 1) {
    const phaseMs = periodMs * random.fraction();
    for (let target = 0; target < targets; target += 1) {
      const sinceMs = (target * connectTimeoutMs - phaseMs + 2 * periodMs) % periodMs;
      if (sinceMs < openMs) return true;
    }
  }
  return false;
}
