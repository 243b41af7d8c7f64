import {spawn} from 'node:child_process';
import {chmodSync, globSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {env} from 'node:process';
import {PassThrough} from 'node:stream';
import {text} from 'node:stream/consumers';
import type {Engine} from '#harness/containers/engine.ts';
import {readProgress} from '#harness/containers/images-build.ts';
import {type ImageContext, nodeBinary} from '#harness/containers/images-context.ts';
import {EnvironmentError} from '#harness/environment-error.ts';

/**
Makes `context.tag` from Debian's packages and the npm package's Node. mmdebstrap's tar goes straight to the engine; if it
breaks off, for whatever reason, the engine makes no image. Throws `EnvironmentError` or `ImageBuildError`.
*/
export async function bootstrapImage(engine: Engine, context: ImageContext): Promise<void> {
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
