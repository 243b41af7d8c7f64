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
  await watch.begin();
  return watch;
}

class Watch implements Reaper {
  readonly owner = randomUUID();
  readonly #engine: Engine;
  readonly #image: string;
  #connection: ReaperConnection | undefined;
  #kept = false;
  #ended = false;

  constructor(engine: Engine, image: string) {
    this.#engine = engine;
    this.#image = image;
  }

  async begin(): Promise<void> {
    const connection = await connect(
      this.#engine,
      this.#image,
      async candidate => {
        await candidate.ask(`label=${labels.owner}=${this.owner}`);
        if (this.#kept) await candidate.ask('keep');
      },
      this.#connection?.containerId,
    );
    this.#connection = connection;
    if (this.#ended) return connection.close();
    connection.closed.then(() => {
      if (!this.#ended) this.begin().catch(notWatched);
    });
  }

  async keep(): Promise<void> {
    this.#kept = true;
    await this.#connection?.ask('keep');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true;
    this.#connection?.close();
    await this.#connection?.closed;
  }
}

function notWatched(error: Error): void {
  emitWarning(`The reaper is gone and there is no other one, so \`make clean\` has to remove what we leave: ${error.message}`);
}

/**
Reapers leave when nobody needs them, perhaps just now: then the next one is tried, and at last a new one is started.
`first`: the one to prefer, because it watches over the same owner already and would else prune what is still in use.
*/
async function connect(
  engine: Engine,
  image: string,
  register: (connection: ReaperConnection) => Promise<void>,
  first?: string,
): Promise<ReaperConnection> {
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
