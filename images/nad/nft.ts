import {type ChildProcessWithoutNullStreams, spawn} from 'node:child_process';
import {createInterface} from 'node:readline';

/** How nft is called. The path in full, because npm has a program of that name too; a spec puts `ip netns exec NAME` before it. */
export const nftCommand: readonly string[] = ['/usr/sbin/nft'];

export interface NftAnswer {
  /** What the lines made nft print: one JSON document for each `list`. */
  documents: unknown[];
  /** What it complained of, or nothing. */
  complaint: string;
}

interface Run {
  answer: PromiseWithResolvers<NftAnswer>;
  documents: unknown[];
  complaints: string[];
  endMark: string;
  outputHasEnded: boolean;
  complaintsHaveEnded: boolean;
}

/**
A persistent `nft -i` (measured: 0.5 ms for a change, where a new process takes 16). Each line is a transaction of its own, and
nft says nothing when it succeeds. So two more lines go in behind those of a run: one that prints plain text on stdout, and one
that is no command and comes back on stderr. When both are there, everything nft had to say is there.

`home`: a private directory, because nft keeps the history of its input in `$HOME`. `onEnd`: it ended by itself, and how.
*/
export class NftSession implements Disposable {
  readonly #child: ChildProcessWithoutNullStreams;
  #lastRun: Promise<unknown> = Promise.resolve();
  #run: Run | undefined;
  #runs = 0;
  #skipsCarets = false;
  #ended: string | undefined;

  constructor({command, home, onEnd}: {command: readonly string[]; home: string; onEnd: (how: string) => void}) {
    const [program = '', ...prefix] = command;
    this.#child = spawn(program, [...prefix, '-j', '-i'], {env: {...process.env, HOME: home}});
    createInterface({input: this.#child.stdout}).on('line', line => this.#onOutput(line));
    createInterface({input: this.#child.stderr}).on('line', line => this.#onComplaint(line));
    this.#child.stdin.on('error', () => {}); // told by `close`
    const end = (how: string) => {
      if (this.#ended === undefined) onEnd(`nft ${how}`);
      this.#ended ??= how;
      this.#run?.answer.reject(new Error(`nft ${this.#ended}.`));
    };
    this.#child.on('error', error => end(`cannot be started: ${error.message}`));
    this.#child.on('close', (code, signal) => end(`ended with ${signal ?? `exit code ${code}`}`));
  }

  /** Runs lines, one after the other; those behind a refused one run all the same. Rejects if nft has ended. */
  run(...lines: string[]): Promise<NftAnswer> {
    const answer = this.#lastRun.then(() => this.#start(lines));
    this.#lastRun = answer.catch(() => {});
    return answer;
  }

  [Symbol.dispose](): void {
    this.#ended ??= 'was stopped';
    this.#child.kill();
  }

  #start(lines: string[]): Promise<NftAnswer> {
    if (this.#ended !== undefined) throw new Error(`nft ${this.#ended}.`);
    this.#runs += 1;
    this.#run = {
      answer: Promise.withResolvers<NftAnswer>(),
      documents: [],
      complaints: [],
      endMark: `end_of_run_${this.#runs}`,
      outputHasEnded: false,
      complaintsHaveEnded: false,
    };
    this.#child.stdin.write(`${[...lines, 'describe mark', this.#run.endMark].join('\n')}\n`);
    return this.#run.answer.promise;
  }

  #onOutput(line: string): void {
    if (this.#run === undefined) return;
    if (line.startsWith('{')) this.#run.documents.push(JSON.parse(line));
    else this.#run.outputHasEnded = true;
    this.#endRun(this.#run);
  }

  #onComplaint(line: string): void {
    if (this.#skipsCarets || this.#run === undefined) {
      this.#skipsCarets = false; // the line that points at the end mark, which was quoted before it
      return;
    }
    this.#run.complaints.push(line);
    if (line !== this.#run.endMark) return;
    this.#run.complaints.splice(-2); // `Error: syntax error, …`, and the end mark
    this.#run.complaintsHaveEnded = true;
    this.#skipsCarets = true;
    this.#endRun(this.#run);
  }

  #endRun({outputHasEnded, complaintsHaveEnded, answer, documents, complaints}: Run): void {
    if (outputHasEnded && complaintsHaveEnded) answer.resolve({documents, complaint: complaints.join('\n')});
  }
}
