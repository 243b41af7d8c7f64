// A machine that we may not change is told exactly what to install; one that has everything hears nothing.
import {execFile} from 'node:child_process';
import {chmod, cp, mkdir, mkdtemp, rm, symlink} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import process from 'node:process';
import test from 'ava';
import {repositoryRoot} from '#harness/containers/images-context.ts';
import {findProgram} from '#harness/find-program.ts';

// What prepare.sh itself calls, and what npm needs; neither radclient, eapol_test nor tshark.
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

  const {code, complaint} = await prepare('test', machine);

  t.is(code, 3);
  t.regex(complaint, /freeradius-utils +checks our RADIUS/);
  t.regex(complaint, /^ {2}sudo apt-get install --yes --no-install-recommends.* freeradius-utils eapoltest tshark$/m);
});

test('where there is no apt-get, the packages are named', async t => {
  await using machine = await machineWith(programs);

  const {code, complaint} = await prepare('test', machine);

  t.is(code, 3);
  t.regex(complaint, /tshark .*\n.*neither Debian nor Ubuntu/);
});

interface Machine extends AsyncDisposable {
  /** A checkout that anybody may read and write, without npm packages; its folder `bin` has the only programs. */
  root: string;
}

async function machineWith(names: string[]): Promise<Machine> {
  const root = await mkdtemp(join(tmpdir(), 'posturelab-spec-'));
  for (const folder of ['bin', 'scripts']) await mkdir(join(root, folder));
  await cp(join(repositoryRoot, 'scripts/prepare.sh'), join(root, 'scripts/prepare.sh'));
  await Promise.all(names.map(name => symlink(findProgram(name) ?? '/bin/true', join(root, 'bin', name))));
  await chmod(root, 0o777);
  return {root, [Symbol.asyncDispose]: () => rm(root, {recursive: true})};
}

/** As an ordinary user, whoever runs the specs. */
async function prepare(target: string, {root}: Machine): Promise<{code: number | undefined; complaint: string}> {
  const asNobody = process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];
  const [program = '', ...args] = [...asNobody, '/bin/sh', 'scripts/prepare.sh', target];
  const {promise, resolve} = Promise.withResolvers<{code: number | undefined; complaint: string}>();
  const child = execFile(
    findProgram(program) ?? program,
    args,
    {cwd: root, env: {PATH: join(root, 'bin'), DOCKER_HOST: 'unix:///nowhere'}},
    (_, __, complaint) => resolve({code: child.exitCode ?? undefined, complaint}),
  );
  return await promise;
}
