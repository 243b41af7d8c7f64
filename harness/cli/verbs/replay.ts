import {readFile, writeFile} from 'node:fs/promises';
import process, {stdout} from 'node:process';
import {Command, Option} from 'commander';
import {type Capsule, CapsuleError, type Replay, readCapsule, replayCapsule, specOf} from '#harness/capsule.ts';
import {exitCodes, UsageError} from '#harness/cli/exit.ts';
import {paletteFor, print, printJson, say} from '#harness/cli/output.ts';
import {scenarios} from '#harness/scenarios/all.ts';
import {library} from '#harness/scenarios/library/all.ts';
import {simulatedWorld} from '#harness/simulator/world.ts';

interface ReplayOptions {
  world?: 'containers' | 'simulated';
  spec?: string;
  json?: boolean;
}

export function replayVerb(): Command {
  return new Command('replay')
    .description('play a saved run again, and say whether it comes out the same')
    .argument('<file>', 'a capsule of `posturelab run --save`')
    .addOption(new Option('--world <world>', 'where, if not where it was saved').choices(['containers', 'simulated']))
    .option('--spec <file>', 'write a spec that plays it, instead of playing it')
    .option('--json', 'print one JSON document')
    .action(async (file: string, options: ReplayOptions) => {
      const capsule = await read(file);
      if (options.spec !== undefined) {
        await writeFile(options.spec, specOf(capsule));
        say(`wrote ${options.spec}`);
        return;
      }
      const world = options.world ?? capsule.world;
      const replay = await play(capsule, world);
      if (options.json) printJson({scenario: capsule.scenario, seed: capsule.seed, world, ...replay});
      else tell(capsule, world, replay);
      process.exitCode = replay.isSameStory && replay.isSameTimeline !== false ? exitCodes.done : exitCodes.no;
    });
}

async function read(file: string): Promise<Capsule> {
  try {
    return readCapsule(await readFile(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`${file} is no capsule: ${error instanceof Error ? error.message : error}`);
  }
}

async function play(capsule: Capsule, world: 'containers' | 'simulated'): Promise<Replay> {
  const known = [...scenarios, ...library];
  try {
    if (world === 'simulated') return await replayCapsule(capsule, {...simulatedWorld(capsule.seed), known});
    const {openContainerWorld} = await import('#harness/containers/world.ts');
    await using containers = await openContainerWorld({say, artifacts: 'artifacts'});
    return await replayCapsule(capsule, {openLab: containers.openLab, known});
  } catch (error) {
    throw error instanceof CapsuleError ? new UsageError(error.message) : error;
  }
}

function tell({scenario, seed, passed: passedBefore}: Capsule, world: string, replay: Replay): void {
  const {good, bad} = paletteFor(stdout);
  const {passed, isSameStory, isSameTimeline, differences, failure} = replay;
  print(
    `${scenario}, seed ${seed}, ${world}: ${passed ? good('passed') : bad('FAILED')} (${passedBefore ? 'passed' : 'failed'} when saved)`,
  );
  print(isSameStory ? good('the same story') : bad('another story'));
  for (const difference of differences) print(`  ${difference}`);
  if (isSameTimeline !== null)
    print(isSameTimeline ? good('the same timeline, byte for byte') : bad('another timeline'));
  if (failure !== null) print(failure);
}
