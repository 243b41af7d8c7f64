import {buildBaseImage} from '#harness/containers/base-image.ts';
import type {Engine} from '#harness/containers/engine.ts';
import {buildImage} from '#harness/containers/images-build.ts';
import {type ImageContext, type ImageKind, imageContexts} from '#harness/containers/images-context.ts';
import {labels} from '#harness/containers/labels.ts';
import {withMachineLock} from '#harness/containers/machine-lock.ts';

/** Full tags, by what runs in them. */
export type Images = Record<ImageKind, string>;

const outdatedAfterMs = 7 * 24 * 3_600_000;

/**
The images of this source tree, built if their content is new to the engine. Programs that call it at the same time wait for
each other. `say` hears what takes time; when nothing has to be built it hears nothing.
Throws `EnvironmentError` or `ImageBuildError`.
*/
export async function ensureImages(engine: Engine, say: (message: string) => void): Promise<Images> {
  const contexts = imageContexts();
  await ensureBuilt(engine, contexts, say);
  return Object.fromEntries(Object.values(contexts).map(({kind, tag}) => [kind, tag])) as Images;
}

/** Builds those of the images that are missing; base comes first. */
export async function ensureBuilt(
  engine: Engine,
  {base, ...onBase}: {base: ImageContext} & Record<string, ImageContext>,
  say: (message: string) => void,
): Promise<void> {
  const all = [base, ...Object.values(onBase)];
  if ((await missing(engine, all)).length === 0) return;
  await withMachineLock(
    'images',
    async () => {
      const [first, ...rest] = await missing(engine, all);
      if (first === undefined) return;
      const needed = first === base ? rest : [first, ...rest];
      if (first === base) await buildBaseImage(engine, base, say);
      if (needed.length > 0) say(`building ${needed.map(({kind}) => kind).join(', ')}`);
      const built = await Promise.allSettled(needed.map(context => buildImage(engine, context, {BASE: base.tag})));
      for (const outcome of built) if (outcome.status === 'rejected') throw outcome.reason;
      await removeOutdated(engine, all);
    },
    () => say('another posturelab process is building images: waiting for it'),
  );
}

async function missing(engine: Engine, contexts: ImageContext[]): Promise<ImageContext[]> {
  const images = await engine.listImages({filters: {label: [`${labels.ours}=true`]}});
  const tags = new Set(images.flatMap(({RepoTags}) => RepoTags ?? []).map(tag => tag.replace(/^localhost\//, '')));
  return contexts.filter(({tag}) => !tags.has(tag));
}

/** Images of older sources go after a week, so that working on posturelab does not fill the disk. Those in use stay. */
async function removeOutdated(engine: Engine, current: ImageContext[]): Promise<void> {
  const images = await engine.listImages({filters: {label: [`${labels.ours}=true`]}});
  for (const {RepoTags, Created} of images) {
    if (Date.now() - Created * 1000 < outdatedAfterMs) continue;
    for (const tag of (RepoTags ?? []).filter(tag => current.every(context => context.tag !== tag))) {
      await engine
        .getImage(tag)
        .remove()
        .catch(() => {});
    }
  }
}
