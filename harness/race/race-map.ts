import {draw, type Latency} from '#harness/race/latency.ts';
import {
  type Calibration,
  drawLatenessMs,
  type Habits,
  type Latencies,
  type LatencyName,
  latencyNames,
  meetsWindow,
} from '#harness/race/race-model.ts';
import {Random} from '#harness/simulator/random.ts';

/** What can be swept: a latency of the switch or the agent, the transition delay, the probe interval. */
export type AxisName = LatencyName | 'delay' | 'interval';

export const axisNames: readonly AxisName[] = [...latencyNames, 'delay', 'interval'];

export interface Axis {
  name: AxisName;
  valuesMs: number[];
}

export interface RaceQuestion {
  latencies: Latencies;
  habits: Habits;
  calibration: Calibration;
  seed: number;
}

export interface RaceMap {
  x: Axis;
  y: Axis;
  draws: number;
  /** Rows by `y`, then columns by `x`: the share of draws in which a correct dACL alarms all the same. */
  alarms: number[][];
}

/**
Every cell is asked with the same draws, so that neighbours differ by what the axes say and not by luck. One sample serves all: a
swept latency is the same in every draw of a cell, so it moves the whole sample.
*/
export function raceMap({x, y, draws}: {x: Axis; y: Axis; draws: number}, question: RaceQuestion): RaceMap {
  const lateness = sample(draws, withAxis(withAxis(question, x, 0), y, 0));
  const alarms = y.valuesMs.map(yMs =>
    x.valuesMs.map(xMs => {
      const cell = withAxis(withAxis(question, x, xMs), y, yMs);
      return shareOfAlarms(lateness, cell, shiftMs(x, xMs) + shiftMs(y, yMs));
    }),
  );
  return {x, y, draws, alarms};
}

/** The share of draws in which somebody who has these habits raises a false alarm. `latenessMs`: sorted; `laterMs`: added to each. */
export function shareOfAlarms(
  latenessMs: Float64Array,
  {habits, calibration, seed}: RaceQuestion,
  laterMs = 0,
): number {
  const first = countAbove(latenessMs, habits.delayMs - laterMs);
  if (habits.reauthentications === 0 || habits.windowMs <= calibration.requestMs) return first / latenessMs.length;
  const random = new Random(seed, 'windows');
  let later = 0;
  for (let index = first; index < latenessMs.length; index += 1) {
    if (meetsWindow(habits, calibration, random)) later += 1;
  }
  return (first + later) / latenessMs.length;
}

/** Lateness of so many draws, sorted. */
export function sample(draws: number, {latencies, calibration, seed}: RaceQuestion): Float64Array {
  const random = new Random(seed, 'race');
  return Float64Array.from({length: draws}, () => drawLatenessMs(latencies, calibration, random)).sort();
}

export function withAxis(question: RaceQuestion, {name}: Axis, ms: number): RaceQuestion {
  const {habits, latencies} = question;
  if (name === 'delay') return {...question, habits: {...habits, delayMs: ms}};
  if (name === 'interval') return {...question, habits: {...habits, intervalMs: ms}};
  const fixed: Latency = {kind: 'fixed', ms};
  return {...question, latencies: {...latencies, [name]: fixed}};
}

/** A latency's middle, for playing a cell once. */
export function typicalMs(latency: Latency): number {
  const random = new Random(1, 'typical');
  const values = Float64Array.from({length: 101}, () => draw(latency, random)).sort();
  return values[50] ?? 0;
}

/** The agent's own slowness gives the switch time; the switch's takes it. */
function shiftMs({name}: Axis, ms: number): number {
  if (name === 'delay' || name === 'interval') return 0;
  return name === 'ui' ? -ms : ms;
}

function countAbove(sorted: Float64Array, limit: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) > limit) high = middle;
    else low = middle + 1;
  }
  return sorted.length - low;
}
