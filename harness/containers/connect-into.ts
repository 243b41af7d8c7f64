import {Duplex, PassThrough} from 'node:stream';
import type {Container} from 'dockerode';
import {startExec} from '#harness/containers/hijacked.ts';

/**
A TCP connection to a port inside the lab, made in the container (images/shell/tcp-pipe.ts) and carried by the engine. No port is published and
no network is needed. The stream ends when the other side closes, also when nothing listens there.
*/
export async function connectInto(
  container: Container,
  {address, port}: {address: string; port: number},
): Promise<Duplex> {
  const exec = await container.exec({
    Cmd: ['node', 'images/shell/tcp-pipe.ts', address, String(port)],
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
  });
  const stream = await startExec(exec);
  const received = new PassThrough();
  container.modem.demuxStream(stream, received, new PassThrough().resume());
  stream.once('end', () => received.end());
  stream.once('error', () => received.end());
  return Duplex.from({readable: received, writable: stream});
}
