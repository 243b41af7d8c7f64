// Every scenario in virtual time: what it claims depends neither on chance nor on how fast the machine is.
import test from 'ava';
import {comparable} from '#harness/agreement.ts';
import {type OpenLab, playScenario} from '#harness/run-scenario.ts';
import type {Scenario} from '#harness/scenario.ts';
import {scenarios} from '#harness/scenarios/all.ts';
import {library} from '#harness/scenarios/library/all.ts';
import {settled} from '#harness/settled.ts';
import {SimulatedLab} from '#harness/simulator/simulated-lab.ts';
import {simulatedWorld} from '#harness/simulator/world.ts';
import {differencesBetween, type Story, storyOf} from '#harness/story.ts';

/** Of each hop, in lab time. With its TLS an exchange takes most of a second of real time then, as in containers on a machine that is overrun. */
const busy = {delayMs: 100, jitterMs: 300};

for (const scenario of [...scenarios, ...library]) {
  test(`${scenario.name}: ${scenario.claim}`, async t => {
    const idle = await storyOfPassed(settled(scenario), 1);
    await storyOfPassed(scenario, 2);
    const overrun = await storyOfPassed(comparable(scenario), 3, onBusyMachine);

    t.deepEqual(differencesBetween(idle, overrun), [], 'the containers would tell another story on a busy machine');
  });
}

test('names are given once, and each scenario says where it comes from', t => {
  const all = [...scenarios, ...library];

  t.is(new Set(all.map(({name}) => name)).size, all.length);
  for (const {why} of library) t.regex(why, /domain\.md/);
});

/** Throws if it does not come out as claimed. */
async function storyOfPassed(
  scenario: Scenario,
  seed: number,
  on: (openLab: OpenLab) => OpenLab = openLab => openLab,
): Promise<Story> {
  const {timeline, failure} = await playScenario(scenario, {openLab: on(simulatedWorld(seed).openLab), seed});
  if (failure) throw new Error(`seed ${seed}: ${failure.message}`);
  return storyOf(timeline);
}

function onBusyMachine(openLab: OpenLab): OpenLab {
  return options =>
    openLab({
      ...options,
      async prepare(lab) {
        if (lab instanceof SimulatedLab) for (const link of lab.network.links()) link.cable = busy;
        await options.prepare?.(lab);
      },
    });
}
