// The foundation's scenarios, each with 802.1X in the place of MAB: their claims do not depend on how an endpoint gets in.
import test from 'ava';
import {scenarios} from '#harness/scenarios/all.ts';
import {plays} from '#specs/flows/in-lab.ts';

for (const scenario of scenarios) {
  test.serial(
    `with 802.1X, ${scenario.claim}`,
    plays({
      ...scenario,
      settings: healthy => ({...(scenario.settings?.(healthy) ?? healthy), auth: 'dot1x'}),
    }),
  );
}
