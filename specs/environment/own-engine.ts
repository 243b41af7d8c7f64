// For own-machine.sh: starts an engine past a stale pid file, gives it things of ours and of others, and cleans up.
import {execFileSync} from 'node:child_process';
import {existsSync, mkdirSync, writeFileSync} from 'node:fs';
import {execPath, pid, stdout} from 'node:process';
import {Readable} from 'node:stream';
import {text} from 'node:stream/consumers';
import {pack} from 'tar-stream';
import {findOrStartEngine} from '#harness/containers/engine-start.ts';

export interface Told {
  said: string[];
  containers: string[];
  images: string[];
  files: {ours: boolean; foreign: boolean};
}

const said: string[] = [];
writeFileSync('/run/docker.pid', String(pid)); // a number that is in use again, by another program
const engine = await findOrStartEngine(message => said.push(message));

await makeImage('posturelab/nad', ['LABEL posturelab=true', 'CMD ["true"]']);
await makeImage('foreign/nad', ['CMD ["true"]']);
await engine.createContainer({name: 'ours', Image: 'posturelab/nad:1', HostConfig: {NetworkMode: 'none'}});
await engine.createContainer({name: 'foreign', Image: 'foreign/nad:1', HostConfig: {NetworkMode: 'none'}});
for (const folder of ['.cache', '/tmp/posturelab-bootstrap-1', '/tmp/foreign']) mkdirSync(folder, {recursive: true});
execFileSync(execPath, ['scripts/clean.ts'], {stdio: ['ignore', 'ignore', 'inherit']});

const containers = await engine.listContainers({all: true});
const images = await engine.listImages({all: true});
const told: Told = {
  said,
  containers: containers.flatMap(({Names}) => Names),
  images: images.flatMap(({RepoTags}) => RepoTags ?? []),
  files: {ours: existsSync('.cache') || existsSync('/tmp/posturelab-bootstrap-1'), foreign: existsSync('/tmp/foreign')},
};
stdout.write(`${JSON.stringify(told)}\n`);

async function makeImage(repo: string, changes: string[]): Promise<void> {
  const tar = pack();
  tar.entry({name: 'from'}, repo);
  tar.finalize();
  await text(await engine.importImage(Readable.from(tar), {repo, tag: '1', changes}));
}
