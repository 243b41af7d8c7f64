/**
The base image: `node:24-bookworm-slim` with our packages where the engine has that image or can pull it, otherwise the same
packages straight from Debian with the npm package's Node. No registry is needed (design.md 3).
*/
import {existsSync, mkdirSync, statSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {PassThrough} from 'node:stream';
import {bootstrapImage} from '#harness/containers/base-image-bootstrap.ts';
import type {Engine} from '#harness/containers/engine.ts';
import {buildImage, ImageBuildError, readProgress} from '#harness/containers/images-build.ts';
import {type ImageContext, repositoryRoot} from '#harness/containers/images-context.ts';
import {EnvironmentError} from '#harness/environment-error.ts';
import {findProgram} from '#harness/find-program.ts';

/** What the base image is made from where that can be had. */
export const registryImage = 'node:24-bookworm-slim';

const firstWordTimeoutMs = 5000;
const silenceTimeoutMs = 60_000;
const remembersMs = 3_600_000;
const unreachable = join(repositoryRoot, '.cache/registry-unreachable');

/** Makes `context.tag`. Throws `EnvironmentError` or `ImageBuildError`. Only one process at a time may be in here. */
export async function buildBaseImage(
  engine: Engine,
  context: ImageContext,
  say: (message: string) => void,
): Promise<void> {
  const refusal = await fetchRegistryImage(engine, say);
  if (refusal === undefined) {
    try {
      say(`building the base image on ${registryImage}`);
      return await buildImage(engine, context, {});
    } catch (error) {
      if (!(error instanceof ImageBuildError) || !findProgram('mmdebstrap')) throw error;
      say(`that failed (${error.message.trim().split('\n').at(-1)})`);
    }
  }
  if (!findProgram('mmdebstrap')) {
    throw new EnvironmentError(
      `The base image can be made neither from ${registryImage} (${refusal}) nor from Debian packages (mmdebstrap is missing).`,
      `On Debian or Ubuntu: \`sudo apt-get install mmdebstrap\`. Or bring the image along: \`docker save ${registryImage}\`, \`docker load\`.`,
    );
  }
  say(`making the base image from Debian packages (no ${registryImage}: ${refusal ?? 'not usable'}); about 15 s, once`);
  await bootstrapImage(engine, context);
}

/** Why the engine cannot have the image; `undefined` if it has it. A failed try is remembered for an hour. */
async function fetchRegistryImage(engine: Engine, say: (message: string) => void): Promise<string | undefined> {
  const has = await engine
    .getImage(registryImage)
    .inspect()
    .then(
      () => true,
      () => false,
    );
  if (has) return undefined;
  if (existsSync(unreachable) && Date.now() - statSync(unreachable).mtimeMs < remembersMs) {
    return 'the registry could not be reached a short time ago';
  }
  say(`asking the registry for ${registryImage}`);
  try {
    await pull(engine);
    return undefined;
  } catch (error) {
    mkdirSync(dirname(unreachable), {recursive: true});
    writeFileSync(unreachable, '');
    return error instanceof Error ? error.message.trim() : String(error);
  }
}

/** A registry that cannot be reached often says nothing at all: the first word has to come soon. */
async function pull(engine: Engine): Promise<void> {
  const abort = new AbortController();
  const give = (afterMs: number) =>
    setTimeout(() => abort.abort(new Error(`no answer from the registry within ${afterMs / 1000} s`)), afterMs);
  let patience = give(firstWordTimeoutMs);
  try {
    const answer = await engine.pull(registryImage, {abortSignal: abort.signal});
    const watched = answer.pipe(new PassThrough());
    abort.signal.addEventListener('abort', () => watched.destroy(abort.signal.reason));
    watched.on('data', () => {
      clearTimeout(patience);
      patience = give(silenceTimeoutMs);
    });
    await readProgress(watched, log => log);
  } catch (error) {
    throw abort.signal.aborted ? abort.signal.reason : error;
  } finally {
    clearTimeout(patience);
  }
}
