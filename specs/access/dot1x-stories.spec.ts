// The foundation's scenarios, each with 802.1X in the place of MAB: their claims do not depend on how an endpoint gets in, and real daemons
// tell what the simulated world's script of them does. Slower than with MAB: a re-authentication is ten rounds through five processes, and
// on a busy machine it must not take longer than the 10 s of the transition delay, or the alarm that comes is a true one.
import test from 'ava';
import {scenarios} from '#harness/scenarios/all.ts';
import {playsAlike} from '#specs/flows/in-lab.ts';

for (const scenario of scenarios) {
  test(
    `with 802.1X, ${scenario.claim}`,
    playsAlike({
      ...scenario,
      settings: healthy => ({...(scenario.settings?.(healthy) ?? healthy), auth: 'dot1x', timeScale: 3}),
    }),
  );
}
