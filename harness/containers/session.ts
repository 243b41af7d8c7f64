import type Docker from 'dockerode';
import {findOrStartEngine} from '#harness/containers/engine-start.ts';
import {ensureImages, type Images} from '#harness/containers/images.ts';
import {openReaper, type Reaper} from '#harness/containers/reaper.ts';

/** What a program needs before it can deploy labs: an engine, our images, and a reaper that cleans up should it be killed. */
export interface ContainerSession extends AsyncDisposable {
  engine: Docker;
  images: Images;
  reaper: Reaper;
}

/** `say` is told what takes time: starting an engine, building images. Throws `EnvironmentError` with the fix. */
export async function openSession(say: (message: string) => void): Promise<ContainerSession> {
  const engine = await findOrStartEngine(say);
  const images = await ensureImages(engine, say);
  const reaper = await openReaper(engine, images.reaper);
  return {engine, images, reaper, [Symbol.asyncDispose]: () => reaper[Symbol.asyncDispose]()};
}
