/**
Breaks the evaluator and the compiler of access lists in many ways, one at a time and in a copy, and says which of them the specs
notice: `node scripts/mutate-acl.ts [--kernel] [--only TEXT]`. Those that the pure specs let pass are shown to the kernel; with
`--kernel`, all are shown to the kernel alone. Exit code 1: something was not noticed.
*/
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {cp, mkdtemp, readFile, rm, symlink, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {execPath, stdout} from 'node:process';
import {parseArgs} from 'node:util';
import {repositoryRoot} from '#harness/containers/images-context.ts';
import {type Mutation, mutations} from '#scripts/acl-mutations.ts';

const {values} = parseArgs({options: {kernel: {type: 'boolean', default: false}, only: {type: 'string', default: ''}}});
const pure = ['verdict', 'boxes', 'compile'].map(name => `specs/protocol/dacl-${name}.spec.ts`);
const kernel = ['specs/kernel/agreement.spec.ts'];

const copy = await mkdtemp(join(tmpdir(), 'posturelab-mutants-'));
try {
  await copyTree(copy);
  for (const specs of values.kernel ? [kernel] : [pure]) {
    if (!(await passes(specs)))
      throw new Error(`The specs fail without any change: ${specs.join(', ')}. Correct that first.`);
  }
  const unnoticed: Mutation[] = [];
  for (const mutation of mutations.filter(({about}) => about.includes(values.only))) {
    const by = await noticedBy(mutation);
    if (by === undefined) unnoticed.push(mutation);
    stdout.write(`${(by ?? 'NOT NOTICED').padEnd(12)} ${mutation.file}: ${mutation.about}\n`);
  }
  stdout.write(`${mutations.length} ways to break it, ${unnoticed.length} not noticed.\n`);
  process.exitCode = unnoticed.length === 0 ? 0 : 1;
} finally {
  await rm(copy, {recursive: true, force: true});
}

async function copyTree(target: string): Promise<void> {
  const parts = ['protocol', 'images', 'harness', 'specs', 'topologies', 'scripts', 'package.json', 'ava.config.js'];
  for (const part of parts) await cp(join(repositoryRoot, part), join(target, part), {recursive: true});
  await symlink(join(repositoryRoot, 'node_modules'), join(target, 'node_modules'));
}

async function noticedBy({about, file, from, to}: Mutation): Promise<'specs' | 'kernel' | undefined> {
  const path = join(copy, file);
  const code = await readFile(path, 'utf8');
  if (code.split(from).length !== 2)
    throw new Error(`${file} has not exactly one place to break so that ${about}: ${from}`);
  await writeFile(
    path,
    code.replace(from, () => to),
  );
  try {
    if (!values.kernel && !(await passes(pure))) return 'specs';
    return (await passes(kernel)) ? undefined : 'kernel';
  } finally {
    await writeFile(path, code);
  }
}

async function passes(specs: string[]): Promise<boolean> {
  const ava = [join(copy, 'node_modules/ava/entrypoints/cli.js'), '--fail-fast', ...specs];
  const child = spawn(execPath, ava, {cwd: copy, stdio: 'ignore'});
  const [code] = (await once(child, 'close')) as [number | null];
  return code === 0;
}
