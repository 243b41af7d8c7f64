/** Calls of the engine whose connection becomes a stream in both directions. */
import type {Container, ContainerAttachOptions, Exec, ExecStartOptions} from 'dockerode';

/** What a container says and hears. */
export function attachTo(container: Container, options: ContainerAttachOptions = {}) {
  const everything = {stream: true, stdin: true, stdout: true, stderr: true, hijack: true};
  return hijacked(abortSignal => container.attach({...everything, ...options, abortSignal}));
}

/** Starts what `container.exec` has made. */
export function startExec(exec: Exec, options: ExecStartOptions = {}) {
  return hijacked(abortSignal => exec.start({hijack: true, stdin: true, ...options, abortSignal}));
}

/**
If the engine refuses such a call, docker-modem (5.0.7) leaves the request open, for input that will never come: its connection would keep
this process for ever (seen with an exec in a reaper that was about to end).
*/
async function hijacked<Stream>(call: (abortSignal: AbortSignal) => Promise<Stream>): Promise<Stream> {
  const request = new AbortController();
  try {
    return await call(request.signal);
  } catch (error) {
    request.abort();
    throw error;
  }
}
