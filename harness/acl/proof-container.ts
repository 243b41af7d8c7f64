import {createInterface} from 'node:readline';
import {PassThrough} from 'node:stream';
import type Docker from 'dockerode';
import {attachTo} from '#harness/containers/hijacked.ts';
import {labels} from '#harness/containers/labels.ts';
import {openSession} from '#harness/containers/session.ts';
import type {ProofRequest, ProofResult} from '#images/nad/acl-proof/bench.ts';

/** A bench for access lists in a container (images/nad/acl-proof). */
export interface ProofContainer extends AsyncDisposable {
  /** Rejects if an observation is missing, or there twice: there is never a guess. */
  judge(request: ProofRequest): Promise<ProofResult>;
}

/** Throws `EnvironmentError` if there is no engine and none can be started. */
export async function openProofContainer(say: (message: string) => void): Promise<ProofContainer> {
  await using resources = new AsyncDisposableStack();
  const {container, stream} = await createProofContainer(resources, {program: 'main.ts', say});
  const channel = new ProofChannel(stream, container.modem.demuxStream.bind(container.modem));
  resources.defer(() => channel.end());
  await container.start();
  await channel.ready;
  const opened = resources.move();
  return {
    judge: request => channel.ask(request),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** A container for one of the programs of images/nad/acl-proof, attached and not yet started. It goes with `resources`. */
export async function createProofContainer(
  resources: AsyncDisposableStack,
  {program, say}: {program: string; say: (message: string) => void},
): Promise<{container: Docker.Container; stream: NodeJS.ReadWriteStream}> {
  const {engine, images, reaper} = resources.use(await openSession(say));
  const container = await engine.createContainer({
    Image: images.nad,
    Cmd: ['node', `images/nad/acl-proof/${program}`],
    OpenStdin: true,
    StdinOnce: true,
    NetworkDisabled: true,
    Labels: {[labels.owner]: reaper.owner},
    HostConfig: {CapDrop: ['ALL'], CapAdd: ['NET_ADMIN', 'NET_RAW'], AutoRemove: true},
  });
  resources.defer(async () => {
    await container.remove({force: true}).catch(() => {}); // AutoRemove was faster
  });
  const stream = await attachTo(container);
  return {container, stream};
}

interface Answer {
  ready?: true;
  id?: number;
  result?: ProofResult;
  error?: string;
}

class ProofChannel {
  readonly ready: Promise<void>;
  readonly #stream: NodeJS.ReadWriteStream;
  readonly #pending = new Map<number, PromiseWithResolvers<ProofResult>>();
  #complaints = '';
  #asked = 0;
  #ended: Error | undefined;

  constructor(
    stream: NodeJS.ReadWriteStream,
    demux: (stream: NodeJS.ReadWriteStream, stdout: PassThrough, stderr: PassThrough) => void,
  ) {
    const ready = Promise.withResolvers<void>();
    this.ready = ready.promise;
    this.#stream = stream;
    const stdout = new PassThrough();
    const stderr = new PassThrough();
    demux(stream, stdout, stderr);
    stderr.on('data', (text: Buffer) => {
      this.#complaints = (this.#complaints + text.toString()).slice(-4000);
    });
    createInterface({input: stdout}).on('line', line => {
      const answer = JSON.parse(line) as Answer;
      if (answer.ready) ready.resolve();
      else this.#settle(answer);
    });
    stream.on('end', () => {
      this.#ended = new Error(`The bench for access lists ended: ${this.#complaints.trim() || 'it did not say why'}`);
      ready.reject(this.#ended);
      for (const {reject} of this.#pending.values()) reject(this.#ended);
    });
  }

  ask(request: ProofRequest): Promise<ProofResult> {
    if (this.#ended) return Promise.reject(this.#ended);
    this.#asked += 1;
    const answer = Promise.withResolvers<ProofResult>();
    this.#pending.set(this.#asked, answer);
    this.#stream.write(`${JSON.stringify({...request, id: this.#asked})}\n`);
    return answer.promise;
  }

  end(): void {
    this.#stream.end();
  }

  #settle({id = 0, result, error}: Answer): void {
    const answer = this.#pending.get(id);
    this.#pending.delete(id);
    if (result) answer?.resolve(result);
    else answer?.reject(new Error(error));
  }
}
