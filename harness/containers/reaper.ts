import {randomUUID} from 'node:crypto';
import {emitWarning} from 'node:process';
import {setTimeout as delay} from 'node:timers/promises';
import type {Engine} from '#harness/containers/engine.ts';
import {labels} from '#harness/containers/labels.ts';
import {ReaperConnection, ReaperGoneError} from '#harness/containers/reaper-connection.ts';
import {listReapers, removeNeverStarted, startReaper} from '#harness/containers/reaper-start.ts';

/** Removes what is labelled with `owner` once this process is gone, however it ended, unless it is disposed first. */
export interface Reaper extends AsyncDisposable {
  /** The value of the label `posturelab.owner` for all that this process creates on the engine. */
  readonly owner: string;
  /** From now on what is labelled with `owner` stays when this process ends. */
  keep(): Promise<void>;
}

const connectTimeoutMs = 30_000;

/**
Starts a reaper, or joins the one that runs, and resolves when it has taken note of `owner`: what is created after that
cannot be left behind. Disposing it is for those who have removed their things: it ends the watch, and the reaper looks
once more by itself. The connection does not keep the process alive, and is made anew if it breaks.
*/
export async function openReaper(engine: Engine, image: string): Promise<Reaper> {
  await removeNeverStarted(engine);
  const watch = new Watch(engine, image);
  await watch.begun;
  return watch;
}

class Watch implements Reaper {
  readonly owner = randomUUID();
  readonly begun: Promise<unknown>;
  readonly #engine: Engine;
  readonly #image: string;
  #connection: Promise<ReaperConnection>;
  #kept = false;
  #ended = false;

  constructor(engine: Engine, image: string) {
    this.#engine = engine;
    this.#image = image;
    this.#connection = this.#connect();
    this.begun = this.#connection;
  }

  async keep(): Promise<void> {
    this.#kept = true;
    const connection = await this.#connection;
    try {
      await connection.ask('keep');
    } catch (error) {
      if (!(error instanceof ReaperGoneError)) throw error;
      await connection.closed;
      await this.#connection; // the next one, which has been told
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true;
    const connection = await this.#connection.catch(() => undefined);
    connection?.close();
    await connection?.closed;
  }

  /** `first`: the reaper to prefer, which knows the owner already and would prune what is in use if it lost sight of us. */
  async #connect(first?: string): Promise<ReaperConnection> {
    const register = async (candidate: ReaperConnection) => {
      await candidate.ask(`label=${labels.owner}=${this.owner}`);
      if (this.#kept) await candidate.ask('keep');
    };
    const connection = await connect({engine: this.#engine, image: this.#image, first, register});
    connection.closed.then(() => {
      if (this.#ended) return;
      this.#connection = this.#connect(connection.containerId);
      this.#connection.catch(notWatched);
    });
    return connection;
  }
}

function notWatched(error: Error): void {
  emitWarning(
    `The reaper is gone and there is no other one, so \`make clean\` has to remove what we leave: ${error.message}`,
  );
}

/** Reapers leave when nobody needs them, perhaps just now: then the next one is tried, and at last a new one is started. */
async function connect({
  engine,
  image,
  first,
  register,
}: {
  engine: Engine;
  image: string;
  first: string | undefined;
  register: (connection: ReaperConnection) => Promise<void>;
}): Promise<ReaperConnection> {
  const deadline = Date.now() + connectTimeoutMs;
  for (;;) {
    const running = await listReapers(engine, image);
    const known = running.sort((a, b) => Number(b === first) - Number(a === first));
    for (const containerId of known.length > 0 ? known : [await startReaper(engine, image)]) {
      try {
        const connection = await ReaperConnection.open(engine, containerId);
        await register(connection);
        return connection;
      } catch (error) {
        if (!(error instanceof ReaperGoneError) || Date.now() > deadline) throw error;
      }
    }
    await delay(50); // one that is on its way out, or not listening yet
  }
}
