import {type ChildProcessWithoutNullStreams, spawn} from 'node:child_process';
import {createInterface} from 'node:readline';

/** How nft is called; a spec puts `ip netns exec NAME` before it. Debian's path in full, because npm has a program of that name. */
export const nftCommand: readonly string[] = ['/usr/sbin/nft'];

export interface NftAnswer {
  /** What the commands printed, one JSON document each. */
  documents: unknown[];
  /** nft's complaint, or empty. */
  complaint: string;
}

interface Run {
  number: number;
  answer: PromiseWithResolvers<NftAnswer>;
  printed: string[];
  complained: string[];
  /** Of stdout and stderr. */
  ended: number;
}

/**
A persistent `nft -i` (real-components.md 6: 0.5 ms a change, where a new process takes 16). Each line is a transaction of its
own, and nft says nothing when one succeeds. So behind the lines of a run go two more whose output is known: one that prints
plain text on stdout, and one that is no command and is quoted on stderr. Between them everything nft had to say has come.

`home`: a private directory, for nft keeps a history of its input in `$HOME`.
*/
export class NftSession implements Disposable {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #runs: Run[] = [];
  #count = 0;
  #skipCarets = false;
  #ended: string | undefined;

  constructor({command, home, onEnd}: {command: readonly string[]; home: string; onEnd: (how: string) => void}) {
    const [program = '', ...prefix] = command;
    this.#child = spawn(program, [...prefix, '-j', '-i'], {env: {...process.env, HOME: home}});
    createInterface({input: this.#child.stdout}).on('line', line => this.#onPrinted(line));
    createInterface({input: this.#child.stderr}).on('line', line => this.#onComplained(line));
    this.#child.stdin.on('error', () => {}); // told by `close`
    const end = (how: string) => {
      const wasDisposed = this.#ended !== undefined;
      this.#ended ??= how;
      for (const run of this.#runs.splice(0)) run.answer.reject(new Error(`${program} ${how}.`));
      if (!wasDisposed) onEnd(`${program} ${how}`);
    };
    this.#child.on('error', error => end(`cannot be started: ${error.message}`));
    this.#child.on('close', (code, signal) => end(`ended with ${signal ?? `exit code ${code}`}`));
  }

  /** Runs lines one after the other; what follows a refused line runs all the same. Runs are answered in order. */
  async run(...lines: string[]): Promise<NftAnswer> {
    if (this.#ended !== undefined) throw new Error(`nft ${this.#ended}.`);
    this.#count += 1;
    const run: Run = {
      number: this.#count,
      answer: Promise.withResolvers<NftAnswer>(),
      printed: [],
      complained: [],
      ended: 0,
    };
    this.#runs.push(run);
    this.#child.stdin.write(`${[...lines, 'describe mark', endMark(run.number)].join('\n')}\n`);
    return run.answer.promise;
  }

  [Symbol.dispose](): void {
    this.#ended ??= 'was stopped';
    this.#child.kill();
  }

  #onPrinted(line: string): void {
    const run = this.#runs.find(({printed}) => printed.at(-1) !== endOfOutput);
    if (run === undefined || (!line.startsWith('{') && !line.startsWith('meta expression'))) return;
    run.printed.push(line.startsWith('{') ? line : endOfOutput);
    if (!line.startsWith('{')) this.#end(run);
  }

  #onComplained(line: string): void {
    if (this.#skipCarets) {
      this.#skipCarets = false;
      return;
    }
    const run = this.#runs.find(({complained}) => complained.at(-1) !== endOfOutput);
    if (run === undefined) return;
    if (line !== endMark(run.number)) {
      run.complained.push(line);
      return;
    }
    run.complained.pop(); // `Error: syntax error, …` of the end mark itself
    run.complained.push(endOfOutput);
    this.#skipCarets = true;
    this.#end(run);
  }

  #end(run: Run): void {
    run.ended += 1;
    if (run.ended < 2) return;
    this.#runs.splice(this.#runs.indexOf(run), 1);
    run.answer.resolve({
      documents: run.printed.slice(0, -1).map((line): unknown => JSON.parse(line)),
      complaint: run.complained.slice(0, -1).join('\n'),
    });
  }
}

const endOfOutput = '';

function endMark(number: number): string {
  return `end_of_run_${number}`;
}
