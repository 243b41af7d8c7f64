/** What the simulator claims, the containers confirm: a story that is told in one world is to be told in the other. */
import type {LabSettings} from '#harness/lab-settings.ts';
import {type OpenLab, playScenario} from '#harness/run-scenario.ts';
import type {Scenario} from '#harness/scenario.ts';
import {settled} from '#harness/settled.ts';
import {simulatedWorld} from '#harness/simulator/world.ts';
import {differencesBetween, type Story, storyOf} from '#harness/story.ts';
import {unhurried} from '#harness/unhurried.ts';

/** The simulated world tells another story; one line for each strand where they part. */
export class DisagreementError extends Error {
  override readonly name = 'DisagreementError';

  constructor(differences: readonly string[]) {
    super(`the simulated world tells another story (containers ≠ simulated):\n${differences.join('\n')}`);
  }
}

/** A scenario for containers that passes if it comes out as claimed and as the simulated world tells it. */
export function agreeing(scenario: Scenario): Scenario {
  const whole = comparable(scenario);
  return {
    ...whole,
    async play(lab) {
      await whole.play(lab);
      const differences = differencesBetween(
        storyOf(lab.timeline.all()),
        await storyOfWorld(scenario, simulatedWorld(1).openLab),
      );
      if (differences.length > 0) throw new DisagreementError(differences);
    },
  };
}

/** As a scenario is played where its story is compared with another world's. */
export function comparable(scenario: Scenario): Scenario {
  return settled({...scenario, settings: healthy => unhurried(scenario.settings?.(healthy) ?? healthy)});
}

/** The story of a scenario in a world, whether it comes out as claimed or not. `change`: what is otherwise than the scenario says. */
export async function storyOfWorld(
  scenario: Scenario,
  openLab: OpenLab,
  change: (settings: LabSettings) => LabSettings = settings => settings,
): Promise<Story> {
  const whole = comparable({
    ...scenario,
    settings: healthy => change(scenario.settings?.(healthy) ?? healthy),
    play: lab => scenario.play(lab).catch(() => {}),
  });
  return storyOf((await playScenario(whole, {openLab, seed: 1})).timeline);
}
