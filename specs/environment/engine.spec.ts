// From a machine where nothing runs to an engine, and back to where only what is not ours is left. This needs a machine
// of its own, which root can have as a set of namespaces.
import {execFile} from 'node:child_process';
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {getuid, pid} from 'node:process';
import {promisify} from 'node:util';
import test from 'ava';
import {removeStalePidFile} from '#harness/containers/engine-start.ts';
import {repositoryRoot} from '#harness/containers/images-context.ts';
import type {Told} from '#specs/environment/own-engine.ts';

const asRoot = getuid?.() === 0 ? test : test.skip;

asRoot('an engine is started past a stale pid file, and `make clean` leaves what is not ours', async t => {
  const {stdout} = await promisify(execFile)(
    'unshare',
    [
      ...['--mount', '--pid', '--fork', '--kill-child', '--net'],
      ...[
        'sh',
        'specs/environment/own-machine.sh',
        repositoryRoot.replace(/\/$/, ''),
        'specs/environment/own-engine.ts',
      ],
    ],
    {cwd: repositoryRoot},
  );

  const told = JSON.parse(stdout) as Told;
  t.regex(told.said.join('\n'), /starting dockerd.* log is/);
  t.deepEqual(told.containers, ['/foreign']);
  t.deepEqual(told.images, ['foreign/nad:1']);
  t.deepEqual(told.files, {ours: false, foreign: true});
});

test('a pid file stays while its program lives, and goes when another program has the number', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'posturelab-spec-'));
  const pidFile = join(folder, 'engine.pid');
  await writeFile(pidFile, `${pid}\n`);

  t.is(removeStalePidFile(pidFile, 'node'), 'alive');
  t.is(await readFile(pidFile, 'utf8'), `${pid}\n`);

  t.is(removeStalePidFile(pidFile, 'dockerd'), 'gone');
  await t.throwsAsync(readFile(pidFile), {code: 'ENOENT'});
  t.is(removeStalePidFile(pidFile, 'dockerd'), 'gone');
  await rm(folder, {recursive: true});
});
