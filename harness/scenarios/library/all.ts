import type {Scenario} from '#harness/scenario.ts';
import {daclMistakes} from '#harness/scenarios/library/dacl-mistakes.ts';
import {interleavings} from '#harness/scenarios/library/interleavings.ts';
import {networkTroubles} from '#harness/scenarios/library/network-troubles.ts';
import {redirect} from '#harness/scenarios/library/redirect.ts';
import {surroundings} from '#harness/scenarios/library/surroundings.ts';

/** Beyond the six stories: the interleavings of domain.md 7.3 and the rows of its section 11. */
export const library: readonly Scenario[] = [
  ...interleavings,
  ...daclMistakes,
  ...networkTroubles,
  ...redirect,
  ...surroundings,
];
