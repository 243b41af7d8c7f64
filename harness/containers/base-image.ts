/**
The base image: `node:24-bookworm-slim` with our packages where the engine has that image or can pull it, otherwise the same
packages straight from Debian with the npm package's Node. No registry is needed (design.md 3).
*/
import {spawn} from 'node:child_process';
import {chmodSync, existsSync, globSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {env} from 'node:process';
import {PassThrough} from 'node:stream';
import {text} from 'node:stream/consumers';
import type {Engine} from '#harness/containers/engine.ts';
import {buildImage, ImageBuildError, readProgress} from '#harness/containers/images-build.ts';
import {type ImageContext, nodeBinary, repositoryRoot} from '#harness/containers/images-context.ts';
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
  await bootstrap(engine, context);
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

/** mmdebstrap's tar goes straight to the engine. If it breaks off, for whatever reason, the engine makes no image. */
async function bootstrap(engine: Engine, context: ImageContext): Promise<void> {
  removeLeftovers();
  const folder = mkdtempSync(join(tmpdir(), 'posturelab-bootstrap-'));
  chmodSync(folder, 0o755); // apt fetches as a user of its own
  try {
    const {tar, done} = debianTar(context, folder);
    const answer = await engine.importImage(tar, {
      repo: context.tag.split(':')[0],
      tag: context.tag.split(':')[1],
      changes: imageSettings(context),
    });
    await Promise.all([done, readProgress(answer, log => `the base image could not be imported: ${log}`)]);
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}

/** Of runs that were killed. Where an mmdebstrap is still tidying up, the next run will find it gone. */
function removeLeftovers(): void {
  for (const folder of globSync(join(tmpdir(), 'posturelab-bootstrap-*'))) {
    try {
      rmSync(folder, {recursive: true, force: true});
    } catch {}
  }
}

function debianTar(context: ImageContext, folder: string): {tar: NodeJS.ReadableStream; done: Promise<void>} {
  const packages = String(context.files.get('packages')).trim().split(/\s+/);
  const finish = join(folder, 'finish.sh');
  writeFileSync(finish, context.files.get('finish.sh') ?? '');
  // Ends with us, also when we are killed, and then tidies up after itself.
  const child = spawn(
    'setpriv',
    [
      ...['--pdeathsig', 'TERM', 'mmdebstrap', '--quiet', '--variant=extract', '--format=tar'],
      '--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr',
      `--include=${packages.join(',')}`,
      `--extract-hook=install -D -m 755 '${nodeBinary}' "$1/usr/local/bin/node"`,
      `--extract-hook=sh '${finish}' "$1"`,
      ...['bookworm', '-'],
    ],
    {stdio: ['ignore', 'pipe', 'pipe'], env: {...env, TMPDIR: folder}},
  );
  const tar = new PassThrough();
  child.stdout.pipe(tar, {end: false});
  const complaints = text(child.stderr);
  const done = new Promise<void>((resolve, reject) => {
    const fail = (error: Error) => {
      tar.destroy(error);
      reject(error);
    };
    child.once('error', fail);
    child.once('close', async code => {
      if (code === 0) return resolve(void tar.end());
      const said = (await complaints).trim().slice(-2000);
      fail(
        new EnvironmentError(
          `mmdebstrap could not make the base image (exit code ${code}): ${said}`,
          'See that this machine reaches a Debian mirror: `sudo apt-get update`.',
        ),
      );
    });
  });
  done.catch(() => {}); // told through the engine's request, which the stream's error ends
  return {tar, done};
}

/** The lines of the base's Dockerfile that set no files: the imported image gets the same. */
function imageSettings(context: ImageContext): string[] {
  return String(context.files.get('Dockerfile'))
    .split('\n')
    .filter(line => /^(LABEL|ENV|WORKDIR) /.test(line));
}
