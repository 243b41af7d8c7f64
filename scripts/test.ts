/**
Runs AVA over all specs, those that must be alone on the machine last, or over what its arguments say:
`node scripts/test.ts [AVA ARGUMENTS]`. Shows each test as it ends, and closes with `N passed, N failed`, counted from what AVA
reported. Whatever keeps tests from being run counts as a failure: a crash, an uncaught exception, a timeout, a spec file
without tests, no test at all.
*/
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {readdirSync} from 'node:fs';
import {join} from 'node:path';
import process, {argv, env, execPath, exit, stderr, stdout} from 'node:process';
import {createInterface} from 'node:readline';
import colors from 'picocolors';
import {findOrStartEngine} from '#harness/containers/engine-start.ts';
import {ensureImages} from '#harness/containers/images.ts';
import {repositoryRoot} from '#harness/containers/images-context.ts';
import {TapCount} from '#scripts/tap.ts';

/**
Folders of `specs/`, by what their specs share the machine with, in this order. Those that take all the processor they get are apart from
those whose labs run on real time; those that look at the whole machine have it for themselves. `together`: the spec of specs/together that
is all of theirs in one process.
*/
const groups: {folders: string[]; together?: string; args?: string[]}[] = [
  {folders: ['protocol', 'simulated', 'kernel']},
  {folders: ['containers', 'edges', 'flows'], together: 'stories'},
  {folders: ['access'], together: 'access'},
  {folders: ['environment']},
  {folders: ['alone'], args: ['--concurrency', '1']},
];
/** Each spec file has a process of its own: without, each would strip the types of everything and compile it anew. */
const compiled = join(repositoryRoot, '.cache/compiled');

/** Lines of a failure that the end tells again. */
const shownDetails = 12;

const args = argv.slice(2);
const say = (message: string) => stderr.write(`${message}\n`);

try {
  if (needsEngine(args)) await ensureImages(await findOrStartEngine(say), say);
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  finish(new TapCount(), 'The specs were not run.');
}

const startMs = performance.now();
const total = new TapCount();
let isInterrupted = false;
if (args.length > 0) await run(args);
for (const {folders, together, args: more = []} of args.length > 0 ? [] : groups) {
  const begunMs = performance.now();
  const files = together ? [`specs/together/${together}.spec.ts`] : folders.map(folder => `specs/${folder}/*.spec.ts`);
  await run([...more, ...files]);
  if (isInterrupted) break;
  stdout.write(colors.dim(`${folders.join(', ')}: ${((performance.now() - begunMs) / 1000).toFixed(0)} s\n`));
}
const known = ['together', ...groups.flatMap(({folders}) => folders)];
const forgotten = readdirSync(join(repositoryRoot, 'specs')).filter(folder => !known.includes(folder));
finish(
  total,
  forgotten.length === 0 ? undefined : `No group of scripts/test.ts has specs/${forgotten.join(', specs/')}.`,
);

async function run(selection: string[]): Promise<void> {
  const count = new TapCount();
  const end = await runAva(selection, count);
  for (const problem of count.problems(end)) say(colors.red(problem));
  total.add(count);
}

async function runAva(
  selection: string[],
  count: TapCount,
): Promise<{code: number | null; signal: NodeJS.Signals | null}> {
  // AVA must not outlive us: its specs hold containers. Its end closes what it started.
  const ava = spawn(
    'setpriv',
    [
      '--pdeathsig',
      'TERM',
      execPath,
      '--import',
      './scripts/ava-tap.ts',
      'node_modules/ava/entrypoints/cli.js',
      '--tap',
      ...selection,
    ],
    {
      cwd: repositoryRoot,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {NODE_COMPILE_CACHE: compiled, ...env},
    },
  );
  const interrupt = () => {
    isInterrupted = true; // Ctrl-C goes to AVA as well, which says what was still running
  };
  const terminate = () => {
    isInterrupted = true;
    ava.kill('SIGTERM');
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', terminate);
  createInterface({input: ava.stdout}).on('line', line => show(line, count));
  const [code, signal] = (await once(ava, 'close')) as [number | null, NodeJS.Signals | null];
  process.off('SIGINT', interrupt);
  process.off('SIGTERM', terminate);
  return {code, signal};
}

/** The specs of `specs/protocol` and `specs/simulated` are pure; everything else may hold containers. */
function needsEngine(selection: string[]): boolean {
  const files = selection.filter(argument => argument.includes('specs/'));
  return files.length === 0 || files.some(file => !/specs\/(protocol|simulated)/.test(file));
}

function show(line: string, count: TapCount): void {
  const kind = count.read(line);
  const seconds = colors.dim(`${((performance.now() - startMs) / 1000).toFixed(1).padStart(6)} s`);
  const title = line.replace(/^(not )?ok \d+ - /, '');
  if (kind === 'passed') stdout.write(`${seconds} ${colors.green('✔')} ${title}\n`);
  else if (kind === 'skipped') stdout.write(`${seconds} ${colors.yellow('-')} ${title}\n`);
  else if (kind === 'failed') stdout.write(`${seconds} ${colors.red('✖')} ${title}\n`);
  else if (kind === 'detail') stdout.write(`${line}\n`);
}

/** Failures stand where they happened, which in a long report is far away: their beginnings are told again at the end. */
function finish(result: TapCount, problem?: string): never {
  for (const {title, details} of result.failures) {
    stdout.write(`\n${colors.red('✖')} ${title}\n`);
    for (const line of details.slice(0, shownDetails)) stdout.write(`${line.slice(0, 240)}\n`);
    if (details.length > shownDetails)
      stdout.write(colors.dim(`    … ${details.length - shownDetails} lines more above\n`));
  }
  if (problem !== undefined) {
    result.failed++;
    say(colors.red(problem));
  }
  stdout.write(
    `\n${result.passed} passed, ${result.failed} failed${result.skipped > 0 ? `, ${result.skipped} skipped` : ''}\n`,
  );
  exit(result.failed > 0 ? 1 : 0);
}
