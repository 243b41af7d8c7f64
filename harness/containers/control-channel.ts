/** The harness's end of a node's control channel: NDJSON through the engine's attach stream (images/shell/control.ts). */
import {randomUUID} from 'node:crypto';
import {createInterface} from 'node:readline';
import {PassThrough} from 'node:stream';
import type {Container} from 'dockerode';
import {attachTo} from '#harness/containers/hijacked.ts';
import {withDeadline} from '#harness/containers/with-deadline.ts';
import {monotonicMs} from '#images/shell/clock.ts';
import type {LabEvent} from '#protocol/event.ts';

export interface Ready {
  kind: string;
  /** The engine's CLOCK_MONOTONIC when the node said it. */
  monotonicMs: number;
  /** Ours when we heard it: with a remote engine the two clocks are not the same. */
  heardAtMs: number;
}

/** A node said no to a command, or is gone. */
export class CommandRefusedError extends Error {
  override readonly name = 'CommandRefusedError';
}

export class ControlChannel implements Disposable {
  readonly node: string;
  readonly ready: Promise<Ready>;
  /** The node has its sockets open and takes part. */
  readonly begun: Promise<void>;
  /** How the node's process ended; for ever pending if the harness let go of it before. */
  readonly ended: Promise<string>;
  readonly #stream: NodeJS.ReadWriteStream;
  readonly #pending = new Map<string, {resolve: (result: unknown) => void; reject: (error: Error) => void}>();
  readonly #onEvent: (event: LabEvent) => void;
  readonly #ready = Promise.withResolvers<Ready>();
  readonly #begun = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<string>();
  #complaints = '';
  #closed = false;

  private constructor(node: string, stream: NodeJS.ReadWriteStream, onEvent: (event: LabEvent) => void) {
    this.node = node;
    this.ready = this.#ready.promise;
    this.begun = this.#begun.promise;
    this.ended = this.#ended.promise;
    this.ready.catch(() => {}); // who waits for them is told; nobody has to
    this.begun.catch(() => {});
    this.#stream = stream;
    this.#onEvent = onEvent;
  }

  /**
  Attaches to a node's container. With `history`, everything the node has said since it started comes first, as the
  engine's log kept it; that is how a second program joins a lab. Attach before the start and nothing is missed.
  */
  static async attach(
    container: Container,
    node: string,
    {history = false, onEvent}: {history?: boolean; onEvent: (event: LabEvent) => void},
  ): Promise<ControlChannel> {
    const stream = await attachTo(container, {logs: history});
    const channel = new ControlChannel(node, stream, onEvent);
    const stdout = new PassThrough();
    const stderr = new PassThrough();
    container.modem.demuxStream(stream, stdout, stderr);
    createInterface({input: stdout}).on('line', line => channel.#read(line));
    stderr.on('data', (text: Buffer) => {
      channel.#complaints = (channel.#complaints + text.toString()).slice(-4000);
    });
    stream.on('end', () => channel.#lose('its process ended'));
    stream.on('error', error => channel.#lose(error.message));
    return channel;
  }

  /** Waits until the node has said that it is ready, or has begun. Throws after the deadline, with what it said instead. */
  async becomes(state: 'ready' | 'begun', deadlineMs: number): Promise<void> {
    const said: Promise<unknown> = state === 'ready' ? this.ready : this.begun;
    await withDeadline(
      said,
      deadlineMs,
      () => `node ${this.node} did not say that it is ${state} within ${deadlineMs} ms. ${this.complaints()}`,
    );
  }

  /** Hands over what the node needs to begin; once, after its links are there. */
  begin(begin: object): void {
    this.#write({begin});
  }

  /** Sends a command and waits for its answer. Throws `CommandRefusedError`, with the node's reason. */
  async call(command: {name: string}): Promise<unknown> {
    if (this.#closed)
      throw new CommandRefusedError(`${this.node} cannot be asked to ${command.name}: ${this.#gone('it is gone')}`);
    const id = randomUUID();
    const answer = Promise.withResolvers<unknown>();
    this.#pending.set(id, answer);
    this.#write({command: {id, command}});
    return answer.promise;
  }

  /** What the node's process wrote on stderr, at most the last 4,000 characters. */
  complaints(): string {
    return this.#complaints;
  }

  [Symbol.dispose](): void {
    this.#end('the harness let go of it');
    this.#stream.end();
    if ('destroy' in this.#stream && typeof this.#stream.destroy === 'function') this.#stream.destroy();
  }

  #write(message: object): void {
    this.#stream.write(`${JSON.stringify(message)}\n`);
  }

  #read(line: string): void {
    const message = parse(line);
    if (message === undefined) {
      this.#complaints = `${this.#complaints}${line}\n`.slice(-4000);
    } else if (message.event) {
      this.#onEvent(message.event);
    } else if (message.ready) {
      this.#ready.resolve({...message.ready, heardAtMs: monotonicMs()});
    } else if (message.begun) {
      this.#begun.resolve();
    } else if (message.reply) {
      this.#pending.get(message.reply.id)?.resolve(message.reply.result);
      this.#pending.delete(message.reply.id);
    } else if (message.refuse) {
      this.#pending.get(message.refuse.id)?.reject(new CommandRefusedError(`${this.node}: ${message.refuse.message}`));
      this.#pending.delete(message.refuse.id);
    }
  }

  #lose(how: string): void {
    if (!this.#closed) this.#ended.resolve(this.#gone(how));
    this.#end(how);
  }

  #end(how: string): void {
    if (this.#closed) return;
    this.#closed = true;
    const error = new CommandRefusedError(this.#gone(how));
    this.#ready.reject(error);
    this.#begun.reject(error);
    for (const {reject} of this.#pending.values()) reject(error);
    this.#pending.clear();
  }

  #gone(how: string): string {
    return `node ${this.node}: ${how}${this.#complaints === '' ? '' : `\n${this.#complaints.trim()}`}`;
  }
}

interface Message {
  ready?: {kind: string; monotonicMs: number};
  begun?: object;
  event?: LabEvent;
  reply?: {id: string; result: unknown};
  refuse?: {id: string; message: string};
}

function parse(line: string): Message | undefined {
  try {
    const message: unknown = JSON.parse(line);
    return typeof message === 'object' && message !== null ? (message as Message) : undefined;
  } catch {
    return undefined;
  }
}
