/** A story that a lab is made to play, with what must come of it. Defined once; played by specs, by `posturelab run` and in training. */
import type {Lab} from '#harness/lab.ts';
import type {LabSettings} from '#harness/lab-settings.ts';
import type {Topology} from '#harness/topology.ts';

export interface Scenario {
  name: string;
  /** One sentence: what is claimed. */
  claim: string;
  /** Why it matters, and where it comes from (domain.md section, TAC 222483). */
  why: string;
  topology: Topology;
  /** The lab's settings for this story, from the healthy ones. */
  settings?: (healthy: LabSettings) => LabSettings;
  /** Runs when PSNs and switch take part and no endpoint does yet: for gates that must be closed from the first packet. */
  prepare?: (lab: Lab) => Promise<void>;
  /** Plays it. Throws `ExpectationError` (or `WaitError`) when something comes out otherwise. */
  play: (lab: Lab) => Promise<void>;
}

/** The story came out otherwise; the message says what was expected, what was found, and ends with the timeline. */
export class ExpectationError extends Error {
  override readonly name = 'ExpectationError';
}

/** Checks one expectation of a story. */
export function expect(lab: Lab, holds: boolean, expected: string): void {
  if (!holds) throw new ExpectationError(`expected that ${expected}. What happened:\n${lab.timeline}`);
}
