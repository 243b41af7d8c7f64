import {Buffer} from 'node:buffer';
import {readFile, writeFile} from 'node:fs/promises';
import {stdout} from 'node:process';
import {Command} from 'commander';
import {exitCodes, UsageError} from '#harness/cli/exit.ts';
import {paletteFor, print, printJson, say} from '#harness/cli/output.ts';
import {type Course, courseOf} from '#harness/field-log/course.ts';
import {playCourse} from '#harness/field-log/course-play.ts';
import {diagnose, type Finding} from '#harness/field-log/diagnosis.ts';
import {type Happening, happeningsOf} from '#harness/field-log/happenings.ts';
import {readLog} from '#harness/field-log/log-line.ts';
import {isZip, readFromZip} from '#harness/field-log/zip.ts';

const grave: readonly Finding['code'][] = [
  'race',
  'deny-missing',
  'window',
  'sync-never-started',
  'latched',
  'restart-loop',
];

export function explainVerb(): Command {
  return new Command('explain')
    .description("read an agent's AnyConnect_ISEPosture.txt: what happened, and what is wrong")
    .argument('<file>', 'the log, or a DART zip with it; it may be cut, and have lines of others in it')
    .option('--scenario <file>', 'write a capsule that plays the same, for `posturelab replay` in either world')
    .option('--json', 'print one JSON document')
    .action(async (file: string, {json, scenario}: {json?: boolean; scenario?: string}) => {
      const {lines, foreign} = readLog(await readText(file));
      const happenings = happeningsOf(lines);
      const findings = diagnose(happenings);
      if (json) printJson({file, lines: lines.length, foreign, happenings, findings});
      else tell({lines: lines.length, foreign, happenings, findings});
      if (scenario !== undefined) await writeScenario(scenario, courseOf(happenings, findings));
      process.exitCode = findings.some(({code}) => grave.includes(code)) ? exitCodes.no : exitCodes.done;
    });
}

/** It is played once in virtual time, so that whoever plays it again learns whether it comes out the same. */
async function writeScenario(file: string, course: Course | undefined): Promise<void> {
  if (course === undefined)
    throw new UsageError(`--scenario ${file}: the log has nothing of state synchronization that could be played`);
  const capsule = await playCourse(course);
  await writeFile(file, `${JSON.stringify(capsule)}\n`);
  const outcome = capsule.passed
    ? 'its log is diagnosed the same'
    : 'its log is diagnosed otherwise: the two logs differ';
  say(`wrote ${file}: ${course.episodes.length} episodes, ${outcome}; posturelab replay ${file} plays it`);
}

async function readText(file: string): Promise<string> {
  try {
    const bytes = await readFile(file);
    if (!isZip(bytes)) return bytes.toString();
    const log = await readFromZip(bytes, path => /ISEPosture\.txt$/i.test(path));
    if (log === undefined) throw new Error('the archive has no file that ends in ISEPosture.txt');
    return Buffer.from(log).toString();
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${error instanceof Error ? error.message : error}`);
  }
}

function tell({
  lines,
  foreign,
  happenings,
  findings,
}: {
  lines: number;
  foreign: number;
  happenings: Happening[];
  findings: Finding[];
}): void {
  const {good, bad, quiet} = paletteFor(stdout);
  for (const happening of happenings) print(describe(happening, quiet));
  print(quiet(`\n${lines} lines of the log read, ${foreign} foreign ones passed over`));
  for (const {code, what, advice, lines: places, reproduce} of findings) {
    print(`\n${(grave.includes(code) ? bad : good)(code)}: ${what}`);
    print(`  ${advice}`);
    if (places.length > 0) print(quiet(`  lines ${places.slice(0, 10).join(', ')}${places.length > 10 ? ' …' : ''}`));
    if (reproduce !== null) print(quiet(`  to see it here: ${reproduce}`));
  }
}

function describe({atMs, line, kind, ...fields}: Happening, quiet: (text: string) => string): string {
  const time = new Date(atMs).toISOString().slice(11, 19);
  const known = Object.entries(fields).filter(([, value]) => value !== null);
  return `${quiet(`${String(line).padStart(6)}  ${time}`)}  ${kind}  ${known.map(([name, value]) => `${name}=${value}`).join(' ')}`.trimEnd();
}
