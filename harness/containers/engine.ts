import {existsSync} from 'node:fs';
import {homedir} from 'node:os';
import {join} from 'node:path';
import {env, getuid} from 'node:process';
import Docker from 'dockerode';
import {EnvironmentError} from '#harness/environment-error.ts';

/** A container engine that answers. */
export type Engine = Docker;

const oldestApi = '1.41'; // Docker Engine 20.10; Podman 4 says the same of itself
const answerTimeoutMs = 5000;

/**
The engine at `DOCKER_HOST`; without that, the first that answers of Docker's socket, a rootless Docker's and Podman's.
Throws `EnvironmentError` if none does, or if it is older than Docker Engine 20.10.
*/
export async function findEngine(): Promise<Engine> {
  const refusals: string[] = [];
  for (const {place, engine} of candidates()) {
    try {
      const {ApiVersion, Version} = await withinMs(answerTimeoutMs, engine.version());
      if (isOlder(ApiVersion, oldestApi)) {
        refusals.push(`${place}: version ${Version} is older than 20.10`);
      } else {
        return engine;
      }
    } catch (error) {
      refusals.push(`${place}: ${error instanceof Error ? error.message.trim() : String(error)}`);
    }
  }
  throw new EnvironmentError(
    `No container engine can be used (${refusals.join('; ') || 'there is no socket of Docker or Podman'}).`,
    remedy(refusals),
  );
}

/** The sockets that are looked at when `DOCKER_HOST` is not set, whether they exist or not, in that order. */
export function engineSockets(): string[] {
  const runtimeFolder = env['XDG_RUNTIME_DIR'] ?? `/run/user/${getuid?.() ?? 0}`;
  return [
    '/var/run/docker.sock',
    join(runtimeFolder, 'docker.sock'),
    join(homedir(), '.docker/run/docker.sock'),
    '/run/podman/podman.sock',
    join(runtimeFolder, 'podman/podman.sock'),
  ];
}

function candidates(): {place: string; engine: Engine}[] {
  const host = env['DOCKER_HOST'];
  if (host) return [{place: `DOCKER_HOST=${host}`, engine: new Docker()}];
  return engineSockets()
    .filter(socketPath => existsSync(socketPath))
    .map(socketPath => ({place: socketPath, engine: new Docker({socketPath})}));
}

function remedy(refusals: string[]): string {
  if (refusals.some(refusal => refusal.includes('EACCES'))) {
    return 'This user may not use the engine: `sudo usermod --append --groups docker "$USER"`, then log in again.';
  }
  if (refusals.some(refusal => refusal.includes('older than'))) {
    return 'Install Docker Engine 20.10 or later: on Debian or Ubuntu `sudo apt-get install docker.io`.';
  }
  return (
    'On Debian or Ubuntu: `sudo apt-get install docker.io`, then `sudo systemctl start docker`. ' +
    'Where the engine is elsewhere, name it: `export DOCKER_HOST=unix:///path/to/docker.sock`.'
  );
}

async function withinMs<Result>(timeoutMs: number, answer: Promise<Result>): Promise<Result> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function isOlder(version: string, than: string): boolean {
  return version.localeCompare(than, 'en', {numeric: true}) < 0;
}
