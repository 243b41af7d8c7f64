import type {AceCount, NadCommand, NadView} from '#protocol/nad/contract.ts';

/** What the CLI can see when a command runs. `nowMs`: lab time. */
export interface CliWorld {
  view: NadView;
  counts: readonly AceCount[];
  nowMs: number;
}

/** What a command may change: the console's own state. */
export interface Terminal {
  mode: 'user' | 'privileged';
  /** Lines a page has; 0: no paging. */
  lengthLines: number;
}

export interface CommandRun {
  /** What was typed where the form has an argument, in the argument's own reading. */
  arguments: Readonly<Record<string, string>>;
  world: CliWorld;
  terminal: Terminal;
}

export interface CommandResult {
  /** Without a line end after the last line. */
  lines: string[];
  /** For the switch itself. */
  orders?: NadCommand[];
  /** The console is closed. */
  ends?: boolean;
}

/** One command, in the words in which it is typed. */
export interface Command {
  form: readonly Token[];
  /** Only after `enable`. */
  isPrivileged?: boolean;
  /** Whether ` | include …` and the like may follow. */
  hasOutput?: boolean;
  run: (run: CommandRun) => CommandResult;
}

export type Token =
  | {kind: 'keyword'; word: string; help: string}
  | {kind: 'argument'; name: string; label: string; help: string; read: ReadArgument};

/**
Takes an argument from the words at hand, the first of which is there. `used`: how many it took. `undefined`: this is no such
thing, and the offence is at character `badAt` of word `badWord` (0: the first).
*/
export type ReadArgument = (
  words: readonly string[],
  world: CliWorld,
) => {ok: true; value: string; used: number} | {ok: false; badWord: number; badAt: number};

export function keyword(word: string, help: string): Token {
  return {kind: 'keyword', word, help};
}
