import {once} from 'node:events';
import {connect, createServer, type Socket} from 'node:net';
import {EnvironmentError} from '#harness/environment-error.ts';

const deadlineMs = 15 * 60_000;

/**
Runs `task` while no other process of this machine is in a task of the same name; `onWait` is told once if it has to wait.

The lock is an abstract Unix socket: the kernel frees it with its process, so a killed holder leaves nothing stale, and
those who wait are connected to it and learn of its end at once.
*/
export async function withMachineLock<Result>(
  name: string,
  task: () => Promise<Result>,
  onWait?: () => void,
): Promise<Result> {
  const path = `\0posturelab-${name}`;
  const tooLate = AbortSignal.timeout(deadlineMs);
  let lock = await take(path);
  if (lock === undefined) onWait?.();
  while (lock === undefined) {
    await holderGone(path, tooLate, name);
    lock = await take(path);
  }
  await using _ = lock;
  return await task();
}

async function take(path: string): Promise<AsyncDisposable | undefined> {
  const waiting = new Set<Socket>();
  const server = createServer(socket => {
    waiting.add(socket);
    socket.on('error', () => {}).on('close', () => waiting.delete(socket));
  });
  try {
    server.listen({path, exclusive: true});
    await once(server, 'listening');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return undefined;
    throw error;
  }
  return {
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of waiting) socket.destroy();
      await once(server, 'close');
    },
  };
}

async function holderGone(path: string, tooLate: AbortSignal, name: string): Promise<void> {
  const socket = connect({path})
    .on('error', () => {})
    .resume(); // refused: gone already
  try {
    await once(socket, 'close', {signal: tooLate});
  } catch (cause) {
    if (!tooLate.aborted) return; // refused or reset: it is gone
    throw new EnvironmentError(
      `Another posturelab process has been busy with ${name} for more than ${deadlineMs / 60_000} minutes.`,
      'Look for it with `ps -ef | grep posturelab`, end it if it hangs, and try again.',
      {cause},
    );
  } finally {
    socket.destroy();
  }
}
