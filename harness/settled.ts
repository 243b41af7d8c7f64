import type {Scenario} from '#harness/scenario.ts';

/** Whatever was caused by the last thing that a scenario looked at has happened, in either world: the story has an end. */
const settleMs = 2000;

/** A scenario whose story has an end, so that it can be compared with another. */
export function settled(scenario: Scenario): Scenario {
  return {
    ...scenario,
    async play(lab) {
      await scenario.play(lab);
      await lab.elapse(settleMs);
    },
  };
}
