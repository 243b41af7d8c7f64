/**
Plays scenarios in both worlds and says where the stories part: `node scripts/agreement.ts [SCENARIO…]`, without names all of them. What
the specs of specs/flows do for theirs, for the whole library; takes minutes.
*/
import process, {argv, stdout} from 'node:process';
import {agreeing} from '#harness/agreement.ts';
import {openContainerWorld} from '#harness/containers/world.ts';
import {playScenario} from '#harness/run-scenario.ts';
import {scenarios} from '#harness/scenarios/all.ts';
import {library} from '#harness/scenarios/library/all.ts';

const names = argv.slice(2);
const chosen = [...scenarios, ...library].filter(({name}) => names.length === 0 || names.includes(name));
await using containers = await openContainerWorld({say: message => console.error(message), artifacts: 'artifacts'});
let agreed = 0;
for (const scenario of chosen) {
  const {passed, failure} = await playScenario(agreeing(scenario), {...containers, seed: 1});
  if (passed) agreed += 1;
  stdout.write(`${passed ? 'agree' : 'DIFFER'}  ${scenario.name}\n`);
  if (failure)
    stdout.write(
      `        ${failure.message.split('\n').slice(0, 12).join('\n        ')}\n        evidence: ${failure.evidence}\n`,
    );
}
stdout.write(`${agreed} of ${chosen.length} stories are the same in both worlds\n`);
process.exitCode = agreed === chosen.length ? 0 : 1;
