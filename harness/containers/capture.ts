import {PassThrough, type Readable} from 'node:stream';
import type Docker from 'dockerode';

export interface Capture extends AsyncDisposable {
  output: Readable;
  /** Rejects if tcpdump ends by itself, with what it said. */
  failed: Promise<never>;
}

/** tcpdump could not start or stopped: a wrong interface, a wrong filter. */
export class CaptureError extends Error {
  override readonly name = 'CaptureError';
}

/**
Captures on one interface of a node, in a container of its own that shares the node's network namespace, so that the node needs
no right to capture. Resolves when tcpdump listens.
*/
export async function startCapture(
  engine: Docker,
  {
    containerId,
    port,
    filter,
    image,
    labels,
    format,
  }: {
    containerId: string;
    port: string;
    filter: string;
    image: string;
    labels: Record<string, string>;
    format: 'pcap' | 'text';
  },
): Promise<Capture> {
  const container = await engine.createContainer({
    Image: image,
    Cmd: [
      'tcpdump',
      '-Z',
      'root', // the image has no user of tcpdump's
      '-i',
      port,
      ...(format === 'pcap' ? ['-U', '-w', '-'] : ['-l', '-n', '-e']),
      '--',
      ...(filter === '' ? [] : [filter]),
    ],
    User: 'root',
    Labels: {...labels, 'posturelab.node': 'capture'},
    HostConfig: {
      NetworkMode: `container:${containerId}`,
      CapDrop: ['ALL'],
      CapAdd: ['NET_RAW', 'SETUID', 'SETGID'], // it drops privileges even to root
      AutoRemove: true,
    },
  });
  const stream = await container.attach({stream: true, stdout: true, stderr: true, hijack: true});
  const output = new PassThrough();
  const complaints = new PassThrough();
  const listening = Promise.withResolvers<void>();
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {}); // whoever waits is told
  let said = '';
  complaints.on('data', (text: Buffer) => {
    said += text.toString();
    if (said.includes('listening on')) listening.resolve();
  });
  container.modem.demuxStream(stream, output, complaints);
  const end = (how: string) => {
    output.end();
    const error = new CaptureError(`tcpdump on ${port} ended: ${how}`);
    listening.reject(error);
    failed.reject(error);
  };
  stream.once('end', () => end(said.trim()));
  stream.on('error', error => end(error.message));
  await container.start();
  const stop = async () => void (await container.remove({force: true}).catch(() => {})); // AutoRemove was faster
  try {
    await listening.promise;
  } catch (error) {
    await stop();
    throw error;
  }
  return {output, failed: failed.promise, [Symbol.asyncDispose]: stop};
}
