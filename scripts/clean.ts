/**
Removes what posturelab made on this machine: containers and images by their label, and its files. What it only installed
or started (Debian packages, npm packages, the engine, an image pulled from a registry) stays.
*/
import {tmpdir} from 'node:os';
import {fs, glob} from 'zx';
import {type Engine, findEngine} from '#harness/containers/engine.ts';
import {engineLog} from '#harness/containers/engine-start.ts';
import {repositoryRoot} from '#harness/containers/images-context.ts';
import {labels} from '#harness/containers/labels.ts';

const ours = {all: true, filters: {label: [`${labels.ours}=true`]}};

const engine = await findEngine().catch(() => undefined);
if (engine) {
  console.log(`Removed ${await removeContainers(engine)} containers.`);
  console.log(`Removed ${await removeImages(engine)} images.`);
} else {
  console.log('No container engine answers, so there are no containers and images to remove.');
}
console.log(`Removed ${await removeFiles()} files and folders.`);
console.log(
  `Left: node_modules, installed packages${fs.existsSync(engineLog) ? `, the engine and its log ${engineLog}` : ''}.`,
);

async function removeContainers(engine: Engine): Promise<number> {
  const containers = await engine.listContainers(ours);
  await Promise.all(containers.map(({Id}) => engine.getContainer(Id).remove({force: true, v: true}).catch(ignoreGone)));
  return containers.length;
}

/** An image goes after those that are made from it, so this takes several rounds. */
async function removeImages(engine: Engine): Promise<number> {
  let removed = 0;
  for (;;) {
    const images = await engine.listImages(ours);
    const outcomes = await Promise.allSettled(images.map(({Id}) => engine.getImage(Id).remove({force: true})));
    if (images.length === 0) return removed;
    const failures = outcomes.filter(outcome => outcome.status === 'rejected');
    if (failures.length === images.length) throw failures[0]?.reason;
    removed += images.length - failures.length;
  }
}

async function removeFiles(): Promise<number> {
  const paths = [
    ...(await glob(['.cache', 'artifacts'], {
      cwd: repositoryRoot,
      expandDirectories: false,
      onlyFiles: false,
      absolute: true,
      dot: true,
    })),
    ...(await glob('posturelab-*', {cwd: tmpdir(), expandDirectories: false, onlyFiles: false, absolute: true})),
  ];
  await Promise.all(paths.map(path => fs.rm(path, {recursive: true, force: true, maxRetries: 5})));
  return paths.length;
}

function ignoreGone(error: {statusCode?: number}): void {
  if (error.statusCode !== 404 && error.statusCode !== 409) throw error; // 409: its removal is under way
}
