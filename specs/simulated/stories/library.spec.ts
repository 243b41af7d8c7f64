// Every scenario of the library, in virtual time, with several seeds: what it claims does not depend on chance.
import test from 'ava';
import {playScenario} from '#harness/run-scenario.ts';
import {scenarios} from '#harness/scenarios/all.ts';
import {library} from '#harness/scenarios/library/all.ts';
import {simulatedWorld} from '#harness/simulator/world.ts';

for (const scenario of library) {
  test(`${scenario.name}: ${scenario.claim}`, async t => {
    for (const seed of [1, 2, 3]) {
      const {passed, failure} = await playScenario(scenario, {...simulatedWorld(seed), seed});
      t.true(passed, `seed ${seed}: ${failure?.message}`);
    }
  });
}

test('names are given once, and each scenario says where it comes from', t => {
  const all = [...scenarios, ...library];

  t.is(new Set(all.map(({name}) => name)).size, all.length);
  for (const {why} of library) t.regex(why, /domain\.md/);
});
