// A call that the engine refuses must not keep the program that made it.
import {execFile} from 'node:child_process';
import {execPath} from 'node:process';
import {promisify} from 'node:util';
import test from 'ava';
import {findEngine} from '#harness/containers/engine.ts';
import {ensureBuilt} from '#harness/containers/images.ts';
import {imageContexts, repositoryRoot} from '#harness/containers/images-context.ts';

const engine = await findEngine();
const {base} = imageContexts();
const withinMs = 30_000;

test('a program ends by itself after the engine has refused it a stream', async t => {
  await ensureBuilt(engine, {base}, () => {});

  const {stdout} = await promisify(execFile)(execPath, ['specs/environment/refused-exec.ts', base.tag], {
    cwd: repositoryRoot,
    timeout: withinMs,
  });

  t.regex(stdout, /HTTP code [45]\d\d/);
});
