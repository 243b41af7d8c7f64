/** What a pager shows at its foot while there is more. */
export const morePrompt = ' --More-- ';

/** Output in pages of `pageLines` lines, the last of which is `--More--`; 0: all at once. */
export class Pager {
  readonly #pageLines: number;
  #left: string[];

  constructor(lines: string[], pageLines: number) {
    this.#left = lines;
    this.#pageLines = pageLines;
  }

  get isDone(): boolean {
    return this.#left.length === 0;
  }

  /** The next page. */
  page(): string[] {
    return this.#take(this.#pageLines === 0 ? this.#left.length : Math.max(1, this.#pageLines - 1));
  }

  /** What a key at `--More--` brings: blank a page, return a line, anything else the end. */
  press(key: string): string[] {
    if (key === ' ') return this.page();
    if (key === '\r' || key === '\n') return this.#take(1);
    this.#left = [];
    return [];
  }

  #take(count: number): string[] {
    const taken = this.#left.slice(0, count);
    this.#left = this.#left.slice(count);
    return taken;
  }
}
