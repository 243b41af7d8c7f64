// A program of its own, so that it can be killed.
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import process, {execPath} from 'node:process';
import {createInterface} from 'node:readline';
import {repositoryRoot} from '#harness/containers/images-context.ts';

export interface Program<Said> extends AsyncDisposable {
  /** What it printed first, from JSON. */
  said: Said;
  /** As `kill -9` does: nothing of it runs after that. */
  kill(): Promise<void>;
}

/** Starts a module of this folder and waits for its first line. */
export async function startProgram<Said>(
  module: string,
  {args = [], env = {}}: {args?: string[]; env?: Record<string, string>} = {},
): Promise<Program<Said>> {
  const child = spawn(execPath, [`specs/environment/${module}`, ...args], {
    cwd: repositoryRoot,
    env: {...process.env, ...env},
    stdio: ['pipe', 'pipe', 'inherit'], // its stdin ends with us, and so does it
  });
  const lines = createInterface({input: child.stdout});
  const ended = once(child, 'exit').then(([code]) =>
    Promise.reject(new Error(`${module} ended with exit code ${code}`)),
  );
  const [line] = (await Promise.race([once(lines, 'line'), ended])) as [string];
  ended.catch(() => {});
  const kill = () => killed(child);
  return {said: JSON.parse(line) as Said, kill, [Symbol.asyncDispose]: kill};
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}
