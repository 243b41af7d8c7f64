import {hrtime} from 'node:process';

/** Lab time: milliseconds since the lab's zero. Every node of a lab has the same zero and the same scale. */
export interface LabClock {
  nowMs(): number;
  /** Real milliseconds from now until a lab instant, rounded up to what a timer can wait; 0 if it is past. */
  untilMs(atMs: number): number;
  /** Real milliseconds that a span of lab time takes. */
  realMs(labMs: number): number;
}

/** How lab time follows from the machine's: both fields are chosen by the harness, once for all nodes. */
export interface ClockSettings {
  /** CLOCK_MONOTONIC of the engine's kernel at lab time 0, in milliseconds. Containers share that clock. */
  originMonotonicMs: number;
  /** Lab seconds per real second. */
  timeScale: number;
}

export function labClock({originMonotonicMs, timeScale}: ClockSettings): LabClock {
  const nowMs = () => Math.round((monotonicMs() - originMonotonicMs) * timeScale * 1000) / 1000;
  return {
    nowMs,
    untilMs: atMs => Math.max(0, Math.ceil((atMs - nowMs()) / timeScale)),
    realMs: labMs => labMs / timeScale,
  };
}

export function monotonicMs(): number {
  return Number(hrtime.bigint()) / 1e6;
}
