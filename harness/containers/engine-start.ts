import {type ChildProcess, spawn} from 'node:child_process';
import {existsSync, openSync, readFileSync, readlinkSync, rmSync} from 'node:fs';
import {basename} from 'node:path';
import {env, getuid} from 'node:process';
import {setTimeout as delay} from 'node:timers/promises';
import {type Engine, findEngine} from '#harness/containers/engine.ts';
import {withMachineLock} from '#harness/containers/machine-lock.ts';
import {EnvironmentError} from '#harness/environment-error.ts';
import {findProgram} from '#harness/find-program.ts';

/** Where the log of an engine goes that we started on a machine without systemd. */
export const engineLog = '/var/log/posturelab-dockerd.log';

const startTimeoutMs = 60_000;

/** The engine that answers, or else one that is started. Throws `EnvironmentError`. */
export async function findOrStartEngine(say: (message: string) => void): Promise<Engine> {
  try {
    return await findEngine();
  } catch (error) {
    if (!(error instanceof EnvironmentError) || !mayStart()) throw error;
    return await startEngine(say);
  }
}

/**
Starts the machine's Docker engine, through systemd where that runs, and resolves when it answers. It stays when we end.
Throws `EnvironmentError` if we are not root, Docker is not installed, or it does not come up.
*/
export async function startEngine(say: (message: string) => void): Promise<Engine> {
  if (!mayStart()) {
    throw new EnvironmentError(
      'The container engine can only be started by root, on a machine that has Docker installed.',
      'On Debian or Ubuntu: `sudo apt-get install docker.io`, then `sudo systemctl start docker`.',
    );
  }
  return await withMachineLock('engine', async () => {
    const started = await findEngine().catch(() => undefined); // by whoever held the lock before us
    if (started) return started;
    return existsSync('/run/systemd/system') ? await startService(say) : await startDaemon(say);
  });
}

/**
Removes a pid file whose process is gone or is another program by now. dockerd only looks whether the number is in use, so
after a kill and a reboot it may refuse to start, or wait for a containerd that is not there.
*/
export function removeStalePidFile(pidFile: string, program: string): 'alive' | 'gone' {
  if (!existsSync(pidFile)) return 'gone';
  if (programOf(Number(readFileSync(pidFile, 'utf8'))) === program) return 'alive';
  rmSync(pidFile, {force: true});
  return 'gone';
}

function mayStart(): boolean {
  return getuid?.() === 0 && !env['DOCKER_HOST'] && findProgram('dockerd') !== undefined;
}

async function startService(say: (message: string) => void): Promise<Engine> {
  say('No container engine answers: starting Docker (systemctl start docker).');
  const child = spawn('systemctl', ['start', 'docker'], {stdio: 'inherit'});
  return await untilItAnswers('See `journalctl --unit docker`.', child);
}

async function startDaemon(say: (message: string) => void): Promise<Engine> {
  say(`No container engine answers: starting dockerd. It keeps running; its log is ${engineLog}.`);
  removeStalePidFile('/var/run/docker/containerd/containerd.pid', 'containerd');
  if (removeStalePidFile('/var/run/docker.pid', 'dockerd') === 'alive')
    return await untilItAnswers('See the log of the dockerd that runs.'); // comes up
  const log = openSync(engineLog, 'a');
  const child = spawn('dockerd', [], {detached: true, cwd: '/', stdio: ['ignore', log, log]});
  child.unref();
  return await untilItAnswers(`See ${engineLog}.`, child);
}

async function untilItAnswers(where: string, child?: ChildProcess): Promise<Engine> {
  const deadline = Date.now() + startTimeoutMs;
  let failure: string | undefined;
  child?.once('error', error => {
    failure = error.message;
  });
  child?.once('exit', code => {
    if (code !== 0) failure = `it ended with exit code ${code}`;
  });
  while (failure === undefined && Date.now() < deadline) {
    const engine = await findEngine().catch(() => undefined);
    if (engine) return engine;
    await delay(100);
  }
  throw new EnvironmentError(
    `Docker did not start: ${failure ?? `no answer within ${startTimeoutMs / 1000} s`}.`,
    `${where} Or start an engine by hand and try again.`,
  );
}

function programOf(pid: number): string | undefined {
  try {
    return basename(readlinkSync(`/proc/${pid}/exe`)).replace(/ \(deleted\)$/, '');
  } catch {
    return undefined;
  }
}
