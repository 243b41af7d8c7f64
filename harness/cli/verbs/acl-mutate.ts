import {Command, Option} from 'commander';
import {type Played, playWithAcl} from '#harness/acl/strength.ts';
import {type AclOptions, withAclOptions} from '#harness/cli/acl-options.ts';
import {exitCodes} from '#harness/cli/exit.ts';
import {print, printJson, say} from '#harness/cli/output.ts';
import {readAcl} from '#harness/cli/read-acl.ts';
import {readTextOf} from '#harness/cli/read-text.ts';
import {scenarioNamed} from '#harness/cli/scenario-named.ts';
import type {DaclPlace} from '#harness/lab-settings.ts';
import type {Scenario} from '#harness/scenario.ts';
import {scenarios} from '#harness/scenarios/all.ts';
import type {Ace, Acl} from '#protocol/dacl/acl.ts';
import {changesOf} from '#protocol/dacl/acl-changes.ts';
import {showAce} from '#protocol/dacl/show.ts';

interface MutateOptions extends AclOptions {
  run: string[];
  as: DaclPlace;
  seed: string;
}

export function aclMutateVerb(): Command {
  return withAclOptions(
    new Command('mutate').description(
      'which entries scenarios hit, and which small mistakes in the list none of them notices',
    ),
  )
    .requiredOption('--run <scenario...>', `who is to notice: ${scenarios.map(({name}) => name).join(', ')}, or all`)
    .addOption(
      new Option('--as <dacl>', 'which list it is')
        .choices(['compliant', 'nonCompliant', 'unknown'])
        .default('compliant'),
    )
    .option('--seed <number>', 'chance in the simulated world', '1')
    .action(async (file: string, options: MutateOptions) => {
      const chosen = choose(options.run);
      const {acl, problems} = await readAcl(await readTextOf(file), {file, options});
      if (acl === undefined) {
        if (options.json) printJson({ok: false, problems});
        process.exitCode = exitCodes.no;
        return;
      }
      const document = await judge(acl, chosen, options);
      if (options.json) printJson(document);
      else printWords(document);
      process.exitCode = document.ok ? exitCodes.done : exitCodes.no;
    });
}

interface Document {
  ok: boolean;
  failed: {scenario: string; message: string | undefined}[];
  entries: {line: number; action: string; text: string; packets: number}[];
  changes: number;
  unnoticed: {line: number; change: string; about: string}[];
}

async function judge(acl: Acl, chosen: readonly Scenario[], {as: place, seed}: MutateOptions): Promise<Document> {
  const play = (entries: readonly Ace[], scenario: Scenario) =>
    playWithAcl(scenario, {place, text: textOf(entries, acl), seed: Number(seed)});
  const plain: Played[] = [];
  for (const scenario of chosen) plain.push(await play(acl.entries, scenario));
  const failed = plain.filter(({passed}) => !passed).map(({scenario, message}) => ({scenario, message}));
  const entries = acl.entries.map((ace, index) => ({
    line: ace.line,
    action: ace.action,
    text: showAce(ace, {family: acl.family}),
    packets: plain.reduce((sum, {packets}) => sum + (packets.get(index + 1) ?? 0), 0),
  }));
  if (failed.length > 0) return {ok: false, failed, entries, changes: 0, unnoticed: []};

  const changes = changesOf(acl);
  const unnoticed: Document['unnoticed'] = [];
  for (const {line, change, about, entries: changed} of changes) {
    if (!(await isNoticed(changed, chosen, play))) unnoticed.push({line, change, about});
  }
  return {ok: unnoticed.length === 0, failed, entries, changes: changes.length, unnoticed};
}

async function isNoticed(
  entries: Ace[],
  chosen: readonly Scenario[],
  play: (entries: Ace[], scenario: Scenario) => Promise<Played>,
): Promise<boolean> {
  for (const scenario of chosen) if (!(await play(entries, scenario)).passed) return true;
  return false;
}

/** Without sequence numbers, so that the order is that of the lines. */
function textOf(entries: readonly Ace[], {family}: Acl): string {
  return entries.map(ace => showAce(ace, {family})).join('\n');
}

function choose(names: string[]): readonly Scenario[] {
  if (names.includes('all')) return scenarios;
  return names.map(name => scenarioNamed(name, scenarios));
}

function printWords({failed, entries, changes, unnoticed}: Document): void {
  for (const {line, text, packets} of entries)
    print(`${String(packets).padStart(6)} packets met line ${line}: ${text}`);
  for (const {scenario, message} of failed) say(`${scenario} fails with the list as it is: ${message}`);
  if (failed.length > 0) return;
  for (const {change, about} of unnoticed) print(`not noticed: ${change}: ${about}`);
  print(`${changes} changes, ${unnoticed.length} not noticed`);
}
