/** What goes into each image. The same list makes the tag (a hash of it) and the build context. */
import {createHash} from 'node:crypto';
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {join, relative} from 'node:path';
import {Readable} from 'node:stream';
import {fileURLToPath} from 'node:url';
import {pack} from 'tar-stream';

export type ImageKind = 'base' | 'endpoint' | 'nad' | 'psn' | 'desk-switch' | 'reaper' | 'wire';

type Files = Map<string, Uint8Array | string>;

export interface ImageContext {
  kind: ImageKind;
  /** Repository and content hash: `posturelab/nad:0123456789ab`. */
  tag: string;
  /** Paths in the build context, with their content. */
  files: Files;
  /** Folders of npm packages that come with them. They are known by their versions, and read only for a build. */
  packages: string[];
}

export const repositoryRoot = fileURLToPath(new URL('../../', import.meta.url));

/** The Node that runs in the images, from the npm package `node`. */
export const nodeBinary = join(repositoryRoot, 'node_modules/node/bin/node');

/** All images. `root`: the folder that has `images` and `protocol`. */
export function imageContexts(root = repositoryRoot): Record<ImageKind, ImageContext> {
  const sources = new Map([...filesUnder(root, 'images'), ...filesUnder(root, 'protocol')]);
  const base = withTag('base', selected(sources, 'images/base', ''), [
    `node ${readPackage('node_modules/node').version}`,
  ]);
  const onBase = (kind: ImageKind, folders: string[], npmPackages: string[] = []) => {
    const packages = withDependencies(npmPackages);
    const files: Files = new Map(folders.flatMap(folder => [...selected(sources, folder, `app/${folder}/`)]));
    files.set('app/package.json', packageJson(folders));
    files.set('Dockerfile', sources.get(`images/${kind}/Dockerfile`) ?? '');
    files.delete(`app/images/${kind}/Dockerfile`);
    return withTag(
      kind,
      files,
      [base.tag, ...packages.map(folder => `${folder}@${readPackage(folder).version}`)],
      packages,
    );
  };
  return {
    base,
    reaper: onBase('reaper', ['images/reaper']),
    endpoint: onBase('endpoint', ['images/endpoint', 'images/shell', 'protocol'], ['fast-xml-parser']),
    nad: onBase('nad', ['images/nad', 'images/shell', 'protocol']),
    psn: onBase('psn', ['images/psn', 'images/shell', 'protocol']),
    'desk-switch': onBase('desk-switch', ['images/desk-switch', 'images/shell', 'protocol']),
    wire: onBase('wire', ['images/wire', 'images/shell', 'protocol']),
  };
}

/** The context as the engine's builder wants it. */
export function tarOf({files, packages}: ImageContext): Readable {
  const tar = pack();
  const add = (name: string, content: Uint8Array | string) =>
    tar.entry({name, mode: 0o644}, typeof content === 'string' ? content : Buffer.from(content));
  for (const [name, content] of files) add(name, content);
  for (const [path, content] of packages.flatMap(folder => [...filesUnder(repositoryRoot, folder)]))
    add(`app/${path}`, content);
  tar.finalize();
  return Readable.from(tar);
}

/** `origins`: what the image also depends on and that is no file of its own. */
function withTag(kind: ImageKind, files: Files, origins: string[], packages: string[] = []): ImageContext {
  const hash = createHash('sha256').update(JSON.stringify(origins));
  for (const [name, content] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`\0${name}\0${content.length}\0`).update(content);
  }
  return {kind, tag: `posturelab/${kind}:${hash.digest('hex').slice(0, 12)}`, files, packages};
}

/** The files of one folder, by what `target` says instead of its name. */
function selected(sources: Map<string, Uint8Array>, folder: string, target: string): Files {
  const inside = [...sources].filter(([path]) => path.startsWith(`${folder}/`));
  return new Map(inside.map(([path, content]) => [`${target}${path.slice(folder.length + 1)}`, content]));
}

/** Every file below a folder, by its path from `root`. Hidden files, editors' backups, types and maps are left out. */
function filesUnder(root: string, folder: string): Map<string, Uint8Array> {
  const files = readdirSync(join(root, folder), {withFileTypes: true, recursive: true}).filter(
    entry => entry.isFile() && !/^\.|~$|\.map$|\.d\.c?ts$/.test(entry.name),
  );
  const paths = files.map(entry => join(entry.parentPath, entry.name));
  return new Map(paths.map(path => [relative(root, path), readFileSync(path)]));
}

/** The folders of npm packages and of all they need, as npm laid them out. */
function withDependencies(packages: string[]): string[] {
  const folders = new Set(packages.map(name => `node_modules/${name}`));
  for (const folder of folders) {
    for (const name of Object.keys(readPackage(folder).dependencies ?? {})) {
      const nested = `${folder}/node_modules/${name}`; // is part of its parent's folder
      if (!existsSync(join(repositoryRoot, nested))) folders.add(`node_modules/${name}`);
    }
  }
  return [...folders];
}

function packageJson(folders: string[]): string {
  const imports = Object.entries(readPackage('.').imports ?? {}).filter(([, target]) =>
    folders.some(folder => `./${folder}/`.startsWith(target.replace('*', ''))),
  );
  return JSON.stringify({type: 'module', imports: Object.fromEntries(imports)});
}

function readPackage(folder: string) {
  return JSON.parse(readFileSync(join(repositoryRoot, folder, 'package.json'), 'utf8')) as {
    version: string;
    imports?: Record<string, string>;
    dependencies?: Record<string, string>;
  };
}
