/**
Compares model and kernel for as long as asked: `node scripts/soak-acl.ts [--minutes N] [--seed N]`. Ends with exit code 1 at the
first disagreement, after printing list, packet and the seed that brings it back.
*/
import {exit, stderr, stdout} from 'node:process';
import {parseArgs} from 'node:util';
import {openProofContainer} from '#harness/acl/proof-container.ts';
import {disagreements, trials} from '#specs/kernel/agreement.ts';

const {values} = parseArgs({
  options: {minutes: {type: 'string', default: '10'}, seed: {type: 'string', default: '1'}},
});
const endMs = performance.now() + Number(values.minutes) * 60_000;
let seed = Number(values.seed);
if (Number.isNaN(endMs) || !Number.isSafeInteger(seed)) {
  stderr.write('soak-acl: --minutes and --seed take numbers, such as --minutes 30 --seed 7\n');
  exit(2);
}
const lists = 20;
const packetsEach = 200;
let packets = 0;
const startedMs = performance.now();

await using bench = await openProofContainer(message => stderr.write(`${message}\n`));
while (performance.now() < endMs) {
  for (const trial of trials({seed, lists, packetsEach})) {
    const [first] = await disagreements(bench, trial);
    packets += trial.packets.length;
    if (first === undefined) continue;
    stdout.write(`seed ${seed}: model and kernel disagree.\n${first}\n`);
    process.exitCode = 1;
    break;
  }
  if (process.exitCode === 1) break;
  seed += 1;
  const perSecond = Math.round((packets * 1000) / (performance.now() - startedMs));
  stderr.write(`seed ${seed - 1}: ${packets} packets agree so far, ${perSecond} per second\n`);
}
stdout.write(`${packets} packets, ${process.exitCode === 1 ? 'one disagreement' : 'no disagreement'}.\n`);
