import {mkdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {stdout} from 'node:process';
import {Command} from 'commander';
import {exitCodes, UsageError} from '#harness/cli/exit.ts';
import {paletteFor, print, printJson, say} from '#harness/cli/output.ts';
import type {Exploration} from '#harness/explore/exploration.ts';
import {type ExploreReport, explore, type Finding} from '#harness/explore/explore.ts';
import {type Played, playExploration} from '#harness/explore/play.ts';
import {readStory} from '#harness/explore/story-file.ts';
import {rules} from '#harness/explore/violation.ts';
import {describeEvent} from '#harness/timeline.ts';

interface ExploreOptions {
  seed: string;
  runs: string;
  story?: string;
  artifacts: string;
  json?: boolean;
}

export function exploreVerb(): Command {
  return new Command('explore')
    .description('play random faults and user actions in virtual time, against what must hold always')
    .option('--seed <number>', 'of the first story; the next one has the next', '1')
    .option('--runs <number>', 'stories', '500')
    .option('--story <file>', 'play one saved story again')
    .option('--artifacts <folder>', 'where the shortest failing story goes', 'artifacts')
    .option('--json', 'print one JSON document')
    .action(async (options: ExploreOptions) => {
      if (options.story === undefined) await lookFor(options);
      else await replay(options.story, options);
    });
}

async function lookFor({seed, runs, artifacts, json}: ExploreOptions): Promise<void> {
  const startedMs = performance.now();
  const report = await explore({firstSeed: readWhole('--seed', seed), runs: readWhole('--runs', runs)});
  const file = report.finding ? await save(report.finding, artifacts) : null;
  if (json) printJson({...report, file});
  else tell(report, file, performance.now() - startedMs);
  process.exitCode = report.finding === null ? exitCodes.done : exitCodes.no;
}

function tell({runs, events, blindSpots, finding}: ExploreReport, file: string | null, tookMs: number): void {
  const {good, bad, quiet} = paletteFor(stdout);
  const spots = Object.entries(blindSpots).map(([name, count]) => `${name} ${count}`);
  const figures = `${runs} stories, ${events} events, ${(tookMs / 1000).toFixed(1)} s; ended in a blind spot: ${spots.join(', ') || 'none'}`;
  if (finding === null) {
    print(`${good('no rule was broken')}  ${quiet(figures)}`);
    return;
  }
  const {seed, violation, story} = finding;
  print(`${bad(`seed ${seed} breaks a rule`)}: ${rules[violation.rule]}`);
  print(`  at ${violation.atMs} ms: ${violation.message}`);
  print(`  the shortest story found, of seed ${story.seed}, in ${JSON.stringify(story.circumstances)}:`);
  for (const {afterMs, deed} of story.steps) print(`    after ${afterMs} ms  ${JSON.stringify(deed)}`);
  print(`  the whole one: posturelab explore --seed ${seed} --runs 1`);
  print(`  the shortest:  posturelab explore --story ${file}`);
}

async function replay(path: string, {json}: ExploreOptions): Promise<void> {
  const played = await playExploration(await storyOf(path));
  if (json) printJson(played);
  else tellPlayed(played);
  process.exitCode = played.violations.length === 0 ? exitCodes.done : exitCodes.no;
}

function tellPlayed({timeline, violations, blindSpots}: Played): void {
  const {good, bad} = paletteFor(stdout);
  for (const event of timeline) print(describeEvent(event));
  for (const {rule, atMs, message} of violations) print(`${bad(rule)} at ${atMs} ms: ${message}`);
  if (violations.length === 0) print(good('no rule was broken'));
  if (blindSpots.length > 0) print(`ended in a blind spot: ${blindSpots.join(', ')}`);
}

async function save({seed, story}: Finding, folder: string): Promise<string> {
  const file = join(folder, `explore-${seed}.json`);
  await mkdir(folder, {recursive: true});
  await writeFile(file, `${JSON.stringify(story, null, 2)}\n`);
  say(`wrote ${file}`);
  return file;
}

async function storyOf(path: string): Promise<Exploration> {
  try {
    return readStory(await readFile(path, 'utf8'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`--story ${path} is no story that explore has written: ${reason}`);
  }
}

function readWhole(option: string, text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(number) || number < 1)
    throw new UsageError(`${option} ${text}: expected a whole number above 0`);
  return number;
}
