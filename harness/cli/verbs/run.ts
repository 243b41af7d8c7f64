import {writeFile} from 'node:fs/promises';
import {stderr, stdout} from 'node:process';
import {Command, Option} from 'commander';
import {type Capsule, capsuleOf} from '#harness/capsule.ts';
import {exitCodes, UsageError} from '#harness/cli/exit.ts';
import {paletteFor, print, printJson, say} from '#harness/cli/output.ts';
import {scenarioNamed} from '#harness/cli/scenario-named.ts';
import {readSetOptions} from '#harness/cli/set-options.ts';
import {defaultSettings} from '#harness/lab-settings.ts';
import {startOrders} from '#harness/link-directions.ts';
import {tellStory} from '#harness/narrator.ts';
import {type PlayOptions, playScenario, type ScenarioResult} from '#harness/run-scenario.ts';
import type {Scenario} from '#harness/scenario.ts';
import {scenarios} from '#harness/scenarios/all.ts';
import {library} from '#harness/scenarios/library/all.ts';
import {settled} from '#harness/settled.ts';
import {simulatedWorld} from '#harness/simulator/world.ts';
import {iosAclName} from '#protocol/dacl/name.ts';

interface RunOptions {
  world: 'containers' | 'simulated';
  set?: string[];
  seed: string;
  artifacts?: string;
  save?: string;
  quiet?: boolean;
  json?: boolean;
}

export function runVerb(): Command {
  return new Command('run')
    .description('play scenarios and judge them')
    .argument('<scenario...>', `all: ${namesOf(scenarios)}; library: ${namesOf(library)}`)
    .addOption(
      new Option('--world <world>', 'where to play').choices(['containers', 'simulated']).default('containers'),
    )
    .option(
      '--set <key=value...>',
      'change a setting, such as nad.aclInstallDelay=4s, profile=@ISEPostureCFG.xml, profile.NetworkTransitionDelay=10',
    )
    .option('--seed <number>', 'chance in the simulated world; recorded with the result', '1')
    .option('--artifacts <folder>', 'where a failed run leaves its evidence', 'artifacts')
    .option('--save <file>', 'keep the run as a capsule, for posturelab replay')
    .option('-q, --quiet', 'only the verdicts')
    .option('--json', 'print one JSON document a scenario')
    .action(async (names: string[], options: RunOptions) => {
      const chosen = chooseScenarios(names);
      const seed = Number(options.seed);
      if (!Number.isSafeInteger(seed)) throw new UsageError(`--seed ${options.seed}: expected a whole number`);
      if (options.save !== undefined && chosen.length > 1)
        throw new UsageError(`--save ${options.save}: one file holds one run; name one scenario`);
      const adjust = await readSetOptions(options.set ?? []);
      for (const {topology} of chosen) {
        startOrders(topology, adjust(defaultSettings(topology)).links); // what cannot be set is refused before anything starts
      }
      await using world = await openWorld(options, seed);
      let failed = 0;
      for (const scenario of chosen) {
        if (!options.json) print(titleOf(scenario));
        let settings = defaultSettings(scenario.topology);
        const result = await playScenario(options.save === undefined ? scenario : settled(scenario), {
          ...world.play,
          adjust,
          seed,
          onLab: async lab => {
            settings = lab.settings;
            return options.json || options.quiet ? undefined : tellStory(lab.timeline, print, paletteFor(stdout));
          },
        });
        if (options.save !== undefined) await save(options.save, capsuleOf(result, {...scenario, settings}));
        if (!result.passed) failed += 1;
        if (options.json) printJson(result);
        else print(verdictOf(result));
        if (!options.json && !options.quiet) printIdle(result);
      }
      process.exitCode = failed === 0 ? exitCodes.done : exitCodes.no;
    });
}

async function save(file: string, capsule: Capsule): Promise<void> {
  await writeFile(file, `${JSON.stringify(capsule)}\n`);
  say(`wrote ${file}`);
}

/** The engine's libraries are loaded only by those who need an engine. */
async function openWorld(
  {world, artifacts = 'artifacts'}: RunOptions,
  seed: number,
): Promise<AsyncDisposable & {play: Pick<PlayOptions, 'openLab' | 'saveEvidence'>}> {
  if (world === 'simulated') return {play: simulatedWorld(seed), async [Symbol.asyncDispose]() {}};
  const {openContainerWorld} = await import('#harness/containers/world.ts');
  const containers = await openContainerWorld({say, artifacts});
  const {openLab, saveEvidence} = containers;
  return {play: {openLab, saveEvidence}, [Symbol.asyncDispose]: () => containers[Symbol.asyncDispose]()};
}

function chooseScenarios(names: string[]): Scenario[] {
  return names.flatMap(name => {
    if (name === 'all') return scenarios;
    if (name === 'library') return library;
    return scenarioNamed(name, [...scenarios, ...library]);
  });
}

function namesOf(known: readonly Scenario[]): string {
  return known.map(({name}) => name).join(', ');
}

function titleOf({name, claim}: Scenario): string {
  return `\n${paletteFor(stderr).quiet('───')} ${name}: ${claim}`;
}

/** What the story says nothing about: entries of its dACLs that no packet met. */
function printIdle({acls}: ScenarioResult): void {
  const idle = acls.flatMap(({name, entries}) =>
    entries.filter(({matches}) => matches === 0).map(({line, text}) => `${iosAclName(name)} line ${line}: ${text}`),
  );
  if (idle.length === 0) return;
  const {quiet} = paletteFor(stdout);
  const shown = idle.slice(0, mostIdle);
  const more = idle.length - shown.length;
  print(quiet(`        dACL entries that no packet met${more > 0 ? ` (${more} more are in --json)` : ''}:`));
  for (const line of shown) print(quiet(`          ${line}`));
}

const mostIdle = 12;

function verdictOf({passed, scenario, labMs, wallMs, gapMs, alarms, failure}: ScenarioResult): string {
  const {good, bad, quiet} = paletteFor(stdout);
  const figures = quiet(
    `${(labMs / 1000).toFixed(1)} s of lab time in ${(wallMs / 1000).toFixed(1)} s; probe port open while Compliant: ${gapMs} ms; alarms: ${alarms.length}`,
  );
  if (passed) return `${good('passed')}  ${scenario}  ${figures}`;
  const evidence = failure?.evidence ? `\n        evidence: ${failure.evidence}` : '';
  return `${bad('FAILED')}  ${scenario}  ${figures}\n        ${failure?.message.replaceAll('\n', '\n        ')}${evidence}`;
}
