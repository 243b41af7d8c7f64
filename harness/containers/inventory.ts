/** What is on the machine that a lab could leave behind; to be the same before and after. Needs root and a local engine. */
import {execFile} from 'node:child_process';
import {readdir, readFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {setTimeout as pause} from 'node:timers/promises';
import {promisify} from 'node:util';
import type Docker from 'dockerode';
import {repositoryRoot} from '#harness/containers/images-context.ts';
import {labels} from '#harness/containers/labels.ts';

const run = promisify(execFile);

/** Sorted lists, one a kind of thing. */
export interface Inventory {
  containers: string[];
  /** Of ours; those of programs that have ended go by themselves. */
  reapers: string[];
  volumes: string[];
  networks: string[];
  veths: string[];
  namespaces: string[];
  nftTables: string[];
  /** Processes that run code of this source tree. */
  processes: string[];
  /** Entries of the folder for temporary files. */
  files: string[];
}

export async function takeInventory(engine: Docker): Promise<Inventory> {
  const [all, volumes, networks, veths, namespaces, nftTables, processes, files] = await Promise.all([
    engine.listContainers({all: true}),
    engine.listVolumes().then(({Volumes}) => (Volumes ?? []).map(({Name}) => Name)),
    engine.listNetworks().then(list => list.map(({Name}) => Name)),
    lines('ip', ['-o', 'link', 'show', 'type', 'veth']).then(all => all.map(line => line.split(': ')[1] ?? line)),
    lines('ip', ['netns', 'list']),
    lines('nft', ['list', 'tables']),
    ownProcesses(),
    readdir(tmpdir()),
  ]);
  const nameOf = ({Id, Names}: Docker.ContainerInfo) => `${Names[0]} ${Id.slice(0, 12)}`;
  const isReaper = ({Labels}: Docker.ContainerInfo) => Labels[labels.reaper] !== undefined;
  const containers = all.filter(container => !isReaper(container)).map(nameOf);
  const sorted = {
    containers,
    reapers: all.filter(isReaper).map(nameOf),
    volumes,
    networks,
    veths,
    namespaces,
    nftTables,
    processes,
    files,
  };
  for (const list of Object.values(sorted)) list.sort();
  return sorted;
}

/**
Waits until nothing is there that was not before, at most `withinMs`; resolves to what still is, empty when all is as it was.
What has gone meanwhile is told with a minus: others' things must survive.
*/
export async function differences(engine: Docker, before: Inventory, withinMs: number): Promise<string[]> {
  const deadlineMs = Date.now() + withinMs;
  for (;;) {
    const found = compare(before, await takeInventory(engine));
    if (found.length === 0 || Date.now() > deadlineMs) return found;
    await pause(250);
  }
}

function compare(before: Inventory, after: Inventory): string[] {
  return (Object.keys(before) as (keyof Inventory)[]).flatMap(kind => [
    ...after[kind].filter(item => !before[kind].includes(item)).map(item => `+ ${kind}: ${item}`),
    ...before[kind].filter(item => kind !== 'reapers' && !after[kind].includes(item)).map(item => `- ${kind}: ${item}`),
  ]);
}

async function lines(command: string, args: string[]): Promise<string[]> {
  const {stdout} = await run(command, args);
  return stdout.split('\n').filter(line => line.trim() !== '');
}

async function ownProcesses(): Promise<string[]> {
  const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name));
  const commands = await Promise.all(
    pids.map(async pid => {
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''); // it has ended meanwhile
      return `${pid} ${command.replaceAll('\0', ' ').trim()}`;
    }),
  );
  return commands.filter(command =>
    [`${repositoryRoot}harness/`, `${repositoryRoot}node_modules/ava/`, '/opt/posturelab/images/'].some(ours =>
      command.includes(ours),
    ),
  );
}
