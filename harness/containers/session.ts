import type Docker from 'dockerode';
import {findOrStartEngine} from '#harness/containers/engine-start.ts';
import {ensureImages, type Images} from '#harness/containers/images.ts';
import {type Linker, startLinker} from '#harness/containers/linker.ts';
import {openReaper, type Reaper} from '#harness/containers/reaper.ts';

/** What a program needs before it can deploy labs: an engine, our images, a reaper that cleans up should it be killed, and a linker. */
export interface ContainerSession extends AsyncDisposable {
  engine: Docker;
  images: Images;
  reaper: Reaper;
  /** Links the nodes of this program's labs; started when first asked for. */
  linker: () => Promise<Linker>;
}

/** `say` is told what takes time: starting an engine, building images. Throws `EnvironmentError` with the fix. */
export async function openSession(say: (message: string) => void): Promise<ContainerSession> {
  const engine = await findOrStartEngine(say);
  const images = await ensureImages(engine, say);
  await using opened = new AsyncDisposableStack();
  const reaper = opened.use(await openReaper(engine, images.reaper));
  let started: Promise<Linker> | undefined;
  opened.defer(async () => (await started?.catch(() => undefined))?.[Symbol.asyncDispose]());
  const linker = () => {
    started ??= startLinker(engine, {image: images.base, labels: {'posturelab.owner': reaper.owner}});
    return started;
  };
  const open = opened.move();
  return {engine, images, reaper, linker, [Symbol.asyncDispose]: () => open.disposeAsync()};
}
