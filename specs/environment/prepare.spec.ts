// A machine that we may not change is told exactly what to install; one that has everything hears nothing.
import {execFile} from 'node:child_process';
import {chmod, mkdtemp, rm, symlink} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import process from 'node:process';
import test from 'ava';
import {repositoryRoot} from '#harness/containers/images-context.ts';
import {findProgram} from '#harness/find-program.ts';

// What prepare.sh itself calls, and what runs npm; neither radclient nor tshark.
const programs = [
  'sh',
  'id',
  'tr',
  'grep',
  'paste',
  'dirname',
  'mkdir',
  'cat',
  'cksum',
  'node',
  'npm',
  'python3',
  'make',
  'g++',
];

test('where there is apt-get but no root, the command to run is shown', async t => {
  await using machine = await machineWith([...programs, 'apt-get']);

  const {code, complaint} = await prepare('test', machine.path);

  t.is(code, 3);
  t.regex(complaint, /freeradius-utils +checks our RADIUS/);
  t.regex(complaint, /^ {2}sudo apt-get install --yes --no-install-recommends.* freeradius-utils tshark$/m);
});

test('where there is no apt-get, the packages are named', async t => {
  await using machine = await machineWith(programs);

  const {code, complaint} = await prepare('test', machine.path);

  t.is(code, 3);
  t.regex(complaint, /tshark .*\n.*neither Debian nor Ubuntu/);
});

interface Machine extends AsyncDisposable {
  path: string;
}

async function machineWith(names: string[]): Promise<Machine> {
  const path = await mkdtemp(join(tmpdir(), 'posturelab-spec-'));
  await chmod(path, 0o755);
  await Promise.all(names.map(name => symlink(findProgram(name) ?? `/usr/bin/${name}`, join(path, name))));
  return {path, [Symbol.asyncDispose]: () => rm(path, {recursive: true})};
}

/** As an ordinary user, whoever runs the specs. */
async function prepare(target: string, path: string): Promise<{code: number | undefined; complaint: string}> {
  const root = process.getuid?.() === 0;
  const command = ['/bin/sh', 'scripts/prepare.sh', target];
  const [program = '', ...args] = root
    ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', ...command]
    : command;
  const {promise, resolve} = Promise.withResolvers<{code: number | undefined; complaint: string}>();
  const child = execFile(
    findProgram(program) ?? program,
    args,
    {cwd: repositoryRoot, env: {PATH: path, DOCKER_HOST: 'unix:///nowhere'}},
    (_, __, complaint) => resolve({code: child.exitCode ?? undefined, complaint}),
  );
  return await promise;
}
