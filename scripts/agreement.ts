/**
Plays scenarios in both worlds and says where the stories part: `node scripts/agreement.ts [SCENARIO…]`, without names all of them. What
specs/containers/agreement.spec.ts does for the six stories, for the whole library; takes minutes.
*/
import process, {argv, stdout} from 'node:process';
import {openContainerWorld} from '#harness/containers/world.ts';
import type {LabSettings} from '#harness/lab-settings.ts';
import {type OpenLab, playScenario} from '#harness/run-scenario.ts';
import type {Scenario} from '#harness/scenario.ts';
import {scenarios} from '#harness/scenarios/all.ts';
import {library} from '#harness/scenarios/library/all.ts';
import {simulatedWorld} from '#harness/simulator/world.ts';
import {differencesBetween, type Story, storyOf} from '#harness/story.ts';

/** Whatever was caused by the last thing that a scenario looked at has happened, in either world. */
const settleMs = 2000;
/** As in the spec: slower than elsewhere, because on a busy machine no actor is to miss a deadline in one world only. */
const unhurried = (settings: LabSettings): LabSettings => ({
  ...settings,
  timeScale: 5,
  endpoint: {...settings.endpoint, connectTimeoutMs: 8000},
});

const names = argv.slice(2);
const chosen = [...scenarios, ...library].filter(({name}) => names.length === 0 || names.includes(name));
await using containers = await openContainerWorld({say: message => console.error(message), artifacts: 'artifacts'});
let disagreements = 0;
for (const scenario of chosen) {
  const theirs = await tell(scenario, containers.openLab);
  const ours = await tell(scenario, simulatedWorld(1).openLab);
  const differences = differencesBetween(theirs, ours);
  if (differences.length > 0) disagreements += 1;
  stdout.write(`${differences.length === 0 ? 'agree' : 'DIFFER'}  ${scenario.name}\n`);
  for (const difference of differences) stdout.write(`        ${difference}\n`);
}
stdout.write(`${chosen.length - disagreements} of ${chosen.length} stories are the same in both worlds\n`);
process.exitCode = disagreements === 0 ? 0 : 1;

async function tell(scenario: Scenario, openLab: OpenLab): Promise<Story> {
  const whole: Scenario = {
    ...scenario,
    settings: healthy => unhurried(scenario.settings?.(healthy) ?? healthy),
    async play(lab) {
      await scenario.play(lab);
      await lab.elapse(settleMs);
    },
  };
  const {timeline, failure} = await playScenario(whole, {openLab, seed: 1});
  if (failure) stdout.write(`FAILED  ${scenario.name}: ${failure.message.split('\n')[0]}\n`);
  return storyOf(timeline);
}
