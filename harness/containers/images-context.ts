/** What goes into each image. The same list makes the tag (a hash of it) and the build context. */
import {createHash} from 'node:crypto';
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {Readable} from 'node:stream';
import {fileURLToPath} from 'node:url';
import {pack} from 'tar-stream';

export type ImageKind = 'base' | 'endpoint' | 'nad' | 'psn' | 'reaper';

export interface ImageContext {
  kind: ImageKind;
  /** Repository and content hash: `posturelab/nad:0123456789ab`. */
  tag: string;
  /** Paths in the build context, with their content. */
  files: Map<string, Uint8Array | string>;
}

export const repositoryRoot = fileURLToPath(new URL('../../', import.meta.url));

/** The Node that runs in the images, from the npm package `node`. */
export const nodeBinary = join(repositoryRoot, 'node_modules/node/bin/node');

/** All images, in the order in which they can be built. `root`: the folder that has `images` and `protocol`. */
export function imageContexts(root = repositoryRoot): Record<ImageKind, ImageContext> {
  const base = withTag('base', filesUnder(root, 'images/base', ''), nodeVersion());
  const onBase = (kind: ImageKind, folders: string[], packages: string[] = []) => {
    const files = new Map<string, Uint8Array | string>([
      ['Dockerfile', read(root, `images/${kind}/Dockerfile`)],
      ['app/package.json', packageJson(folders)],
      ...folders.flatMap(folder => [...filesUnder(root, folder, `app/${folder}`)]),
      ...withDependencies(packages).flatMap(folder => [...filesUnder(repositoryRoot, folder, `app/${folder}`)]),
    ]);
    files.delete(`app/images/${kind}/Dockerfile`);
    return withTag(kind, files, base.tag);
  };
  return {
    base,
    reaper: onBase('reaper', ['images/reaper']),
    endpoint: onBase('endpoint', ['images/endpoint', 'images/shell', 'protocol'], ['fast-xml-parser']),
    nad: onBase('nad', ['images/nad', 'images/shell', 'protocol']),
    psn: onBase('psn', ['images/psn', 'images/shell', 'protocol']),
  };
}

/** The context as the engine's builder wants it. */
export function tarOf({files}: ImageContext): Readable {
  const tar = pack();
  for (const [name, content] of files) {
    tar.entry({name, mode: 0o644}, typeof content === 'string' ? content : Buffer.from(content));
  }
  tar.finalize();
  return Readable.from(tar);
}

/** `origin`: what the image also depends on and that is no file of its own. */
function withTag(kind: ImageKind, files: ImageContext['files'], origin: string): ImageContext {
  const hash = createHash('sha256').update(origin);
  for (const [name, content] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`\0${name}\0${content.length}\0`).update(content);
  }
  return {kind, tag: `posturelab/${kind}:${hash.digest('hex').slice(0, 12)}`, files};
}

/** Every file below a folder of `root`, under its path in the context. Hidden files and editors' backups are left out. */
function filesUnder(root: string, folder: string, target: string): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (const entry of readdirSync(join(root, folder), {withFileTypes: true, recursive: true})) {
    if (!entry.isFile() || /^\.|~$|\.map$|\.d\.c?ts$/.test(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(join(target, path.slice(join(root, folder).length + 1)), readFileSync(path));
  }
  return files;
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

function nodeVersion(): string {
  return `node ${readPackage('node_modules/node').version}`;
}

function readPackage(folder: string) {
  return JSON.parse(read(repositoryRoot, `${folder}/package.json`).toString()) as {
    version: string;
    imports?: Record<string, string>;
    dependencies?: Record<string, string>;
  };
}

function read(root: string, path: string): Buffer {
  return readFileSync(join(root, path));
}
