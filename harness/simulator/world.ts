import type {OpenLab} from '#harness/run-scenario.ts';
import {simulate} from '#harness/simulator/simulated-lab.ts';

/** Virtual time as a place to play scenarios in. Needs nothing but this process. */
export function simulatedWorld(seed: number): {openLab: OpenLab} {
  return {
    openLab: ({scenario, settings, prepare}) => simulate({topology: scenario.topology, settings, seed, prepare}),
  };
}
