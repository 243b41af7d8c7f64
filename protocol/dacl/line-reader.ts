import {findKeyword, nearestName} from '#protocol/dacl/keyword.ts';
import type {AclProblem} from '#protocol/dacl/problem.ts';

export interface Token {
  text: string;
  /** From 1. */
  column: number;
}

export type Complaint = Pick<AclProblem, 'code' | 'message' | 'fix'> & {
  /** What to put in the place of the word, or of all words up to `until`. */
  replacement?: string;
  until?: Token | undefined;
};

/** One line of an access list, word by word, and what is wrong with it. */
export class LineReader {
  readonly #tokens: Token[];
  readonly #line: number;
  readonly #endColumn: number;
  readonly #problems: AclProblem[];
  #at = 0;
  #failed = false;

  constructor({text, line, problems}: {text: string; line: number; problems: AclProblem[]}) {
    this.#tokens = tokenize(text);
    this.#line = line;
    const last = this.#tokens.at(-1);
    this.#endColumn = last === undefined ? 1 : last.column + last.text.length;
    this.#problems = problems;
  }

  get line(): number {
    return this.#line;
  }

  /** The word to come; `undefined` at the end of the line. */
  get next(): Token | undefined {
    return this.#tokens[this.#at];
  }

  /** The word that was taken last. */
  get last(): Token | undefined {
    return this.#tokens[this.#at - 1];
  }

  /** Whether the line cannot become an entry. */
  get failed(): boolean {
    return this.#failed;
  }

  take(): Token | undefined {
    const token = this.next;
    this.#at += 1;
    return token;
  }

  /** What follows cannot be told apart any more: the rest of the line is not looked at. */
  abandon(): void {
    this.#at = this.#tokens.length;
  }

  /** An error at a word, or at the end of the line. */
  fail(at: Token | undefined, complaint: Complaint): undefined {
    this.#failed = true;
    this.#report('error', at, complaint);
  }

  warn(at: Token | undefined, complaint: Complaint): void {
    this.#report('warning', at, complaint);
  }

  /** Takes a word that is one of `table`; anything else is reported and stays. */
  takeKeyword<Value>(
    table: ReadonlyMap<string, Value>,
    {code, what}: {code: string; what: string},
  ): {name: string; value: Value; token: Token} | undefined {
    const token = this.next;
    if (token === undefined) {
      return this.fail(token, {
        code: `missing-${code}`,
        message: `The line ends where ${what} was expected.`,
        fix: `Write ${oneOf(table.keys())}.`,
      });
    }
    const match = findKeyword(token.text, table);
    if (match.kind === 'found') {
      this.#at += 1;
      return {name: match.name, value: match.value, token};
    }
    if (match.kind === 'ambiguous') {
      return this.fail(token, {
        code: 'ambiguous',
        message: `${quote(token.text)} can be ${oneOf(match.names)}.`,
        fix: 'Write the word in full.',
      });
    }
    const nearest = nearestName(token.text, table.keys());
    return this.fail(token, {
      code: `unknown-${code}`,
      message: `${quote(token.text)} is not ${what}.`,
      fix: `Write ${nearest === undefined ? oneOf(table.keys()) : `\`${nearest}\``}.`,
      ...(nearest === undefined ? {} : {replacement: nearest}),
    });
  }

  #report(
    severity: AclProblem['severity'],
    at: Token | undefined,
    {replacement, until, ...complaint}: Complaint,
  ): void {
    const last = until ?? at;
    const endColumn = last === undefined ? 0 : last.column + last.text.length;
    this.#problems.push({
      severity,
      line: this.#line,
      column: at?.column ?? this.#endColumn,
      ...(at && at.text !== '' ? {token: shortened(at.text)} : {}),
      ...complaint,
      ...(at && replacement !== undefined
        ? {edit: {kind: 'replace', length: endColumn - at.column, text: replacement}}
        : {}),
    });
  }
}

/** A word in a message: short, and with nothing in it that a terminal would act on. */
export function quote(word: string): string {
  return `\`${shortened(word)}\``;
}

function shortened(word: string): string {
  const shown = word.length > 40 ? `${word.slice(0, 40)}…` : word;
  return shown.replace(/[^\x20-\x7e…]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

export function oneOf(names: Iterable<string>): string {
  const quoted = Array.from(names, name => `\`${name}\``);
  const last = quoted.pop();
  return quoted.length === 0 ? (last ?? '') : `${quoted.join(', ')} or ${last}`;
}

/** A decimal number without sign or leading zeros. */
export function readNumber(word: string): number | undefined {
  return /^(0|[1-9]\d{0,9})$/.test(word) ? Number(word) : undefined;
}

/** Words are separated by spaces, tabs, and the two rarer blanks of ASCII. */
function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let start = -1;
  for (let index = 0; index <= text.length; index += 1) {
    const unit = text.charCodeAt(index);
    const isBlank = unit === 32 || unit === 9 || unit === 11 || unit === 12;
    if (isBlank || index === text.length) {
      if (start >= 0) tokens.push({text: text.slice(start, index), column: start + 1});
      start = -1;
    } else if (start < 0) {
      start = index;
    }
  }
  return tokens;
}
