import {startTool, type Tool} from '#images/shell/tool.ts';

/** The kernel does not tell a monitor that is only starting, or cannot keep up. Then the commit is repeated after this long. */
const repeatAfterMs = {first: 20, most: 1000};

/**
Learns from a persistent `nft monitor` at which generation of the kernel's ruleset a transaction was committed. It knows the
transaction by a number that is added to the set `committed` in it: the kernel tells the additions of a transaction first, and
then its generation.
*/
export class GenerationMonitor implements Disposable {
  readonly #tool: Tool;
  readonly #waiting = new Map<number, PromiseWithResolvers<number>>();
  #committed: number | undefined;
  /** It may be told before it is asked for. */
  #last: {number: number; generation: number} | undefined;
  #ended: string | undefined;
  #repeatAfterMs = repeatAfterMs.first;

  constructor({command, onEnd}: {command: readonly string[]; onEnd: (how: string) => void}) {
    const [program = '', ...prefix] = command;
    this.#tool = startTool(program, [...prefix, 'monitor'], {
      onLine: line => this.#onLine(line),
      onEnd: how => {
        this.#ended = how;
        for (const {reject} of this.#waiting.values()) reject(new Error(`${how}.`));
        onEnd(how);
      },
    });
  }

  /** `repeat` commits the number once more, at a generation that is as good: the transaction is in force at it. */
  async generationOf(number: number, repeat: () => Promise<unknown>): Promise<number> {
    if (this.#last?.number === number) return this.#last.generation;
    if (this.#ended !== undefined) throw new Error(`${this.#ended}.`);
    const generation = Promise.withResolvers<number>();
    this.#waiting.set(number, generation);
    let timer: NodeJS.Timeout | undefined;
    const repeatLater = () => {
      timer = setTimeout(() => {
        repeat().catch(generation.reject);
        repeatLater();
      }, this.#repeatAfterMs);
    };
    repeatLater();
    try {
      return await generation.promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(number);
      this.#repeatAfterMs = repeatAfterMs.most;
    }
  }

  [Symbol.dispose](): void {
    this.#ended ??= 'nft monitor was stopped';
    this.#tool[Symbol.dispose]();
    for (const {reject} of this.#waiting.values()) reject(new Error(`${this.#ended}.`));
  }

  #onLine(line: string): void {
    const [, number] = /^add element netdev posturelab committed \{ (0x[0-9a-f]+)/.exec(line) ?? [];
    if (number !== undefined) this.#committed = Number(number);
    const [, generation] = /^# new generation (\d+)/.exec(line) ?? [];
    if (generation === undefined || this.#committed === undefined) return;
    this.#last = {number: this.#committed, generation: Number(generation)};
    this.#waiting.get(this.#committed)?.resolve(Number(generation));
    this.#committed = undefined;
  }
}
