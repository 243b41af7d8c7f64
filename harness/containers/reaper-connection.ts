import {Socket} from 'node:net';
import {createInterface} from 'node:readline';
import {type Duplex, PassThrough} from 'node:stream';
import type {Engine} from '#harness/containers/engine.ts';
import {startExec} from '#harness/containers/hijacked.ts';

/** The reaper has ended, or does not listen yet. */
export class ReaperGoneError extends Error {
  override readonly name = 'ReaperGoneError';
}

/** The reaper heard us and said no. */
export class ReaperRefusedError extends Error {
  override readonly name = 'ReaperRefusedError';
}

/**
One client of a reaper. It goes through the engine (a `nc` in the reaper's container) instead of a published port: this works
wherever the engine is, and nobody else on the network can talk to a program that removes containers. When we are
killed, the engine sees our end of the connection close and `nc` passes that on.
*/
export class ReaperConnection {
  readonly containerId: string;
  readonly closed: Promise<void>;
  readonly #stream: Duplex;
  readonly #waiting: PromiseWithResolvers<string>[] = [];
  #gone = false;

  static async open(engine: Engine, containerId: string): Promise<ReaperConnection> {
    try {
      const exec = await engine.getContainer(containerId).exec({
        Cmd: ['nc', '-N', '127.0.0.1', '8080'],
        AttachStdin: true,
        AttachStdout: true,
      });
      return new ReaperConnection(engine, containerId, await startExec(exec));
    } catch (cause) {
      throw new ReaperGoneError('the reaper cannot be reached', {cause});
    }
  }

  private constructor(engine: Engine, containerId: string, stream: Duplex) {
    this.containerId = containerId;
    this.#stream = stream;
    const output = new PassThrough();
    engine.modem.demuxStream(stream, output, output);
    createInterface({input: output}).on('line', line => this.#waiting.shift()?.resolve(line));
    const closed = Promise.withResolvers<void>();
    this.closed = closed.promise;
    stream.on('error', () => {}); // told by `close`
    stream.on('end', () => stream.destroy());
    stream.on('close', () => {
      this.#gone = true;
      for (const {reject} of this.#waiting) reject(new ReaperGoneError('the reaper has closed the connection'));
      closed.resolve();
    });
  }

  /** Sends a line and resolves when the reaper has acknowledged it. Only until then it keeps the process alive. */
  async ask(line: string): Promise<void> {
    if (this.#gone) throw new ReaperGoneError('the reaper has closed the connection');
    const answer = Promise.withResolvers<string>();
    this.#waiting.push(answer);
    if (this.#stream instanceof Socket) this.#stream.ref();
    this.#stream.write(`${line}\n`);
    const reply = await answer.promise;
    if (this.#stream instanceof Socket) this.#stream.unref();
    if (reply.startsWith('NAK')) throw new ReaperRefusedError(`the reaper does not take ${line}: ${reply}`);
    if (reply !== 'ACK') throw new ReaperGoneError(reply); // the engine's word, not the reaper's
  }

  close(): void {
    this.#stream.destroy();
  }
}
