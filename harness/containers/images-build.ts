import {text} from 'node:stream/consumers';
import {stripVTControlCharacters} from 'node:util';
import type {Engine} from '#harness/containers/engine.ts';
import {type ImageContext, tarOf} from '#harness/containers/images-context.ts';

/** The engine could not build an image; `message` ends with the last of what its builder said. */
export class ImageBuildError extends Error {
  override readonly name = 'ImageBuildError';
}

/**
Builds with the engine's own builder, without BuildKit, which Engine 20.10 and Podman lack behind their sockets. The tag is
set when all is done; if we are killed in between, the engine stops and removes its intermediate container.
*/
export async function buildImage(
  engine: Engine,
  context: ImageContext,
  buildargs: Record<string, string>,
): Promise<void> {
  const {tag} = context;
  const answer = await engine.buildImage(tarOf(context), {t: tag, buildargs, rm: true, forcerm: true});
  await readProgress(answer, log => `image ${tag} could not be built:\n${log}`);
}

/** Reads the engine's progress messages to their end. Throws `ImageBuildError` if one of them is an error. */
export async function readProgress(answer: NodeJS.ReadableStream, describe: (log: string) => string): Promise<void> {
  let log = '';
  for (const line of (await text(answer)).split('\n')) {
    if (line.trim() === '') continue;
    const {stream, error} = JSON.parse(line) as {stream?: string; error?: string};
    log += stream ?? '';
    if (error !== undefined)
      throw new ImageBuildError(describe(stripVTControlCharacters(`${log.slice(-3000)}${error}`)));
  }
}
