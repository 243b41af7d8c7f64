import {stderr, stdout} from 'node:process';
import {Command, Option} from 'commander';
import {
  type AclOptions,
  familyOf,
  readAddresses,
  readPort,
  readTimes,
  withAclOptions,
} from '#harness/cli/acl-options.ts';
import {hasErrors, problemReport} from '#harness/cli/acl-report.ts';
import {exitCodes} from '#harness/cli/exit.ts';
import {paletteFor, print, printJson} from '#harness/cli/output.ts';
import {readTextOf} from '#harness/cli/read-text.ts';
import type {Acl} from '#protocol/dacl/acl.ts';
import {fixAcl} from '#protocol/dacl/fix.ts';
import {type LintOptions, lintAcl} from '#protocol/dacl/lint.ts';
import {showAce} from '#protocol/dacl/show.ts';

interface CheckOptions extends AclOptions {
  psn?: string;
  port: string;
  for: LintOptions['state'];
  fix?: boolean;
}

export function aclCheckVerb(): Command {
  return withAclOptions(new Command('check').description('errors and warnings, with line, column, reason and fix'))
    .option('--psn <ip,...>', 'the policy nodes that the agent probes')
    .option('--port <port>', "the probe's TCP port: the portal's bidirectional port", '8449')
    .addOption(
      new Option('--for <posture>', 'whom the list is for').choices(['compliant', 'pre-posture']).default('compliant'),
    )
    .option('--fix', 'print the corrected text')
    .action(async (file: string, options: CheckOptions) => {
      const lintOptions = await readLintOptions(options);
      const text = await readTextOf(file);
      if (options.fix) printFixed(text, {file, lintOptions, json: options.json});
      else printChecked(text, {file, lintOptions, json: options.json});
    });
}

async function readLintOptions(options: CheckOptions): Promise<LintOptions> {
  return {
    family: familyOf(options),
    permitsNeighbourDiscovery: options.neighbourDiscovery,
    psns: options.psn === undefined ? undefined : readAddresses('--psn', options.psn),
    port: readPort('--port', options.port),
    state: options.for,
    timeRanges: (await readTimes(options)).timeRanges,
  };
}

interface Output {
  file: string;
  lintOptions: LintOptions;
  json: boolean | undefined;
}

function printChecked(text: string, {file, lintOptions, json}: Output): void {
  const {acl, problems} = lintAcl(text, lintOptions);
  const ok = !hasErrors(problems);
  if (json) {
    printJson({ok, entries: entriesOf(acl), problems});
  } else {
    if (problems.length > 0) print(problemReport(problems, {file, palette: paletteFor(stdout)}));
    const count =
      problems.length === 0 ? 'no problem' : `${problems.length} problem${problems.length === 1 ? '' : 's'}`;
    print(`${file}: ${ok ? 'good' : 'not good'} (${acl.entries.length} entries, ${count})`);
  }
  process.exitCode = ok ? exitCodes.done : exitCodes.no;
}

function printFixed(text: string, {file, lintOptions, json}: Output): void {
  const {text: fixed, problems} = fixAcl(text, lintOptions);
  const {acl} = lintAcl(fixed, lintOptions);
  const ok = !hasErrors(problems);
  if (json) {
    printJson({ok, entries: entriesOf(acl), problems, fixed});
  } else {
    stdout.write(fixed === '' || fixed.endsWith('\n') ? fixed : `${fixed}\n`);
    if (problems.length > 0) stderr.write(`${problemReport(problems, {file, palette: paletteFor(stderr)})}\n`);
  }
  process.exitCode = ok ? exitCodes.done : exitCodes.no;
}

function entriesOf({entries, family}: Acl): {line: number; action: string; text: string}[] {
  return entries.map(ace => ({line: ace.line, action: ace.action, text: showAce(ace, {family})}));
}
