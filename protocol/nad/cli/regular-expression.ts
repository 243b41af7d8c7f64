/**
The regular expressions of IOS output filters: literals, `.`, `[…]`, `*`, `+`, `?`, `^`, `$`, `|`, groups, and `\` before any of
them. `_` is itself, as in names of access lists. Matched by following all possibilities at once, so the time is bounded by
pattern times text whatever is typed; the language's own matcher would hang on some patterns.
*/
export type Matcher = (line: string) => boolean;

type Edge = {to: number} & (
  | {kind: 'always'}
  | {kind: 'start'}
  | {kind: 'end'}
  | {kind: 'character'; accepts: (character: string) => boolean}
);

/** `undefined`: the pattern is no regular expression. */
export function compilePattern(pattern: string): Matcher | undefined {
  const compiler = new Compiler(pattern);
  return compiler.compile();
}

class Compiler {
  readonly #pattern: string;
  readonly #edges: Edge[][] = [];
  #position = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  compile(): Matcher | undefined {
    const start = this.#state();
    const accept = this.#alternatives(start);
    if (accept === undefined || this.#position < this.#pattern.length) return undefined;
    return line => isMatch(this.#edges, {start, accept}, line);
  }

  #state(): number {
    this.#edges.push([]);
    return this.#edges.length - 1;
  }

  #connect(from: number, edge: Edge): void {
    this.#edges[from]?.push(edge);
  }

  /** Each part returns the state it ends in, or `undefined` if the pattern is wrong. */
  #alternatives(start: number): number | undefined {
    const end = this.#state();
    do {
      const branch = this.#state();
      this.#connect(start, {kind: 'always', to: branch});
      const last = this.#sequence(branch);
      if (last === undefined) return undefined;
      this.#connect(last, {kind: 'always', to: end});
    } while (this.#take('|'));
    return end;
  }

  #sequence(start: number): number | undefined {
    let from = start;
    while (this.#position < this.#pattern.length && !'|)'.includes(this.#peek())) {
      const end = this.#repeated(from);
      if (end === undefined) return undefined;
      from = end;
    }
    return from;
  }

  #repeated(start: number): number | undefined {
    const inner = this.#state();
    const innerEnd = this.#atom(inner);
    if (innerEnd === undefined) return undefined;
    const end = this.#state();
    const repeat = '*+?'.includes(this.#peek()) ? this.#next() : '';
    this.#connect(start, {kind: 'always', to: inner});
    this.#connect(innerEnd, {kind: 'always', to: end});
    if (repeat === '*' || repeat === '?') this.#connect(start, {kind: 'always', to: end});
    if (repeat === '*' || repeat === '+') this.#connect(innerEnd, {kind: 'always', to: inner});
    return end;
  }

  #atom(start: number): number | undefined {
    const character = this.#next();
    if (character === '(') {
      const end = this.#alternatives(start);
      return this.#take(')') ? end : undefined;
    }
    if ('*+?'.includes(character)) return undefined;
    const end = this.#state();
    if (character === '^') this.#connect(start, {kind: 'start', to: end});
    else if (character === '$') this.#connect(start, {kind: 'end', to: end});
    else {
      const accepts = this.#characters(character);
      if (accepts === undefined) return undefined;
      this.#connect(start, {kind: 'character', accepts, to: end});
    }
    return end;
  }

  #characters(first: string): ((character: string) => boolean) | undefined {
    if (first === '.') return () => true;
    if (first === '[') return this.#set();
    if (first !== '\\') return character => character === first;
    if (this.#position >= this.#pattern.length) return undefined;
    const literal = this.#next();
    return character => character === literal;
  }

  #set(): ((character: string) => boolean) | undefined {
    const isNegated = this.#take('^');
    const ranges: [string, string][] = [];
    do {
      if (this.#position >= this.#pattern.length) return undefined;
      const from = this.#next();
      const isRange = this.#peek() === '-' && this.#pattern[this.#position + 1] !== ']';
      if (isRange) this.#next();
      ranges.push([from, isRange ? this.#next() : from]);
    } while (!this.#take(']'));
    return character => ranges.some(([from, to]) => from <= character && character <= to) !== isNegated;
  }

  #peek(): string {
    return this.#pattern[this.#position] ?? '\0';
  }

  #next(): string {
    const character = this.#peek();
    this.#position += 1;
    return character;
  }

  #take(character: string): boolean {
    if (this.#pattern[this.#position] !== character) return false;
    this.#position += 1;
    return true;
  }
}

/** Whether the pattern occurs anywhere in the line. */
function isMatch(edges: readonly Edge[][], {start, accept}: {start: number; accept: number}, line: string): boolean {
  let states = new Set<number>();
  for (let position = 0; position <= line.length; position += 1) {
    states.add(start);
    follow(edges, states, {isStart: position === 0, isEnd: position === line.length});
    if (states.has(accept)) return true;
    const character = line[position] ?? '';
    const next = new Set<number>();
    for (const state of states) {
      for (const edge of edges[state] ?? []) {
        if (edge.kind === 'character' && position < line.length && edge.accepts(character)) next.add(edge.to);
      }
    }
    states = next;
  }
  return false;
}

/** Adds every state that can be reached without taking a character. */
function follow(
  edges: readonly Edge[][],
  states: Set<number>,
  {isStart, isEnd}: {isStart: boolean; isEnd: boolean},
): void {
  for (const state of states) {
    for (const edge of edges[state] ?? []) {
      const isOpen = edge.kind === 'always' || (edge.kind === 'start' && isStart) || (edge.kind === 'end' && isEnd);
      if (isOpen) states.add(edge.to); // a set's iteration goes on to what is added
    }
  }
}
