import {once} from 'node:events';
import {PassThrough} from 'node:stream';
import type {Engine} from '#harness/containers/engine.ts';
import {labels} from '#harness/containers/labels.ts';
import {EnvironmentError} from '#harness/environment-error.ts';

const startTimeoutMs = 20_000;
const neverStartedAfterMs = 60_000;

/** Container ids of the reapers of this image that run. */
export async function listReapers(engine: Engine, image: string): Promise<string[]> {
  const containers = await engine.listContainers({filters: {label: [`${labels.reaper}=true`], status: ['running']}});
  return containers.filter(({Image}) => Image === image).map(({Id}) => Id);
}

/**
Starts a reaper and resolves, with its container's id, when it listens. It is made through the engine itself, not through
testcontainers, whose containers get a published port or none at all, and that starts a reaper of its own first.
*/
export async function startReaper(engine: Engine, image: string): Promise<string> {
  const container = await engine.createContainer({
    Image: image,
    Labels: {[labels.reaper]: 'true'},
    NetworkDisabled: true,
    HostConfig: {
      CapDrop: ['ALL'],
      AutoRemove: true,
      Mounts: [{Type: 'bind', Source: socketOnHost(engine), Target: '/var/run/docker.sock'}],
      SecurityOpt: ['label=disable'], // SELinux keeps containers from the engine's socket
    },
  });
  const output = await container.attach({stream: true, stdout: true, stderr: true});
  try {
    await container.start();
    await started(engine, output);
    return container.id;
  } catch (error) {
    await container.remove({force: true}).catch(() => {});
    throw error;
  } finally {
    if ('destroy' in output && typeof output.destroy === 'function') output.destroy();
  }
}

/** Whoever was killed between creating a reaper and starting it left a container that never ends. */
export async function removeNeverStarted(engine: Engine): Promise<void> {
  const created = await engine.listContainers({
    all: true,
    filters: {label: [`${labels.reaper}=true`], status: ['created']},
  });
  const old = created.filter(({Created}) => Date.now() - Created * 1000 > neverStartedAfterMs);
  await Promise.all(
    old.map(({Id}) =>
      engine
        .getContainer(Id)
        .remove({force: true})
        .catch(() => {}),
    ),
  );
}

async function started(engine: Engine, output: NodeJS.ReadableStream): Promise<void> {
  const said = new PassThrough();
  engine.modem.demuxStream(output, said, said);
  output.once('end', () => said.end());
  let log = '';
  said.on('data', (part: Buffer) => {
    log += part.toString();
    if (log.includes('Started')) said.emit('started');
  });
  const signal = AbortSignal.timeout(startTimeoutMs);
  const ended = once(said, 'end', {signal}).then(() => Promise.reject(new Error('it has ended')));
  try {
    await Promise.race([once(said, 'started', {signal}), ended]);
  } catch (cause) {
    throw new EnvironmentError(
      `The reaper, which removes what a killed run leaves, did not start: ${log.trim() || String(cause)}`,
      "It needs the engine's socket: see `docker info`, and that the socket is on the machine where the engine runs.",
      {cause},
    );
  }
}

/** Where the socket is on the engine's machine. Docker Desktop shows another one to us than to its containers. */
function socketOnHost({modem}: Engine): string {
  const socketPath = 'socketPath' in modem ? modem.socketPath : undefined;
  return typeof socketPath === 'string' && !socketPath.includes('/.docker/') ? socketPath : '/var/run/docker.sock';
}
