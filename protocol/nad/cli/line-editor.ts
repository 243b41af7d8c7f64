/** What the console does next; `write` goes to the terminal as it is. */
export type EditorAction =
  | {kind: 'write'; text: string}
  | {kind: 'submit'; line: string}
  /** `?` was pressed behind this text: IOS answers at once. */
  | {kind: 'help'; text: string}
  | {kind: 'complete'; text: string}
  /** Ctrl-D on an empty line, or Ctrl-Z. */
  | {kind: 'end'};

const historyLimit = 20; // IOS's default, `terminal history size 20`

/**
The line that is being typed on a terminal in raw mode: echo, cursor keys, erasing, history, `?` and tab. Keys as xterm and its
kin send them; emacs keys as IOS has them (Ctrl-A, -E, -U, -W, -P, -N).
*/
export class LineEditor {
  #prompt: string;
  #text = '';
  #cursor = 0;
  #history: string[] = [];
  /** Where in the history the line is; its length: a new line. */
  #place = 0;
  #escape = '';

  constructor(prompt: string) {
    this.#prompt = prompt;
  }

  /** Begins a line, as typed so far. */
  begin(prompt: string, text = ''): EditorAction[] {
    this.#prompt = prompt;
    this.#replace(text);
    return [this.#drawn('')];
  }

  /** Takes what the terminal sent: one key, several, or a part of one. */
  press(input: string): EditorAction[] {
    return [...input].flatMap(character => this.#pressOne(character));
  }

  #pressOne(character: string): EditorAction[] {
    if (this.#escape !== '' || character === '\u001b') return this.#pressEscape(character);
    switch (character) {
      case '\r':
      case '\n':
        return this.#submit();
      case '?':
        return [
          {kind: 'write', text: '?\r\n'},
          {kind: 'help', text: this.#text},
        ];
      case '\t':
        return [
          {kind: 'write', text: '\r\n'},
          {kind: 'complete', text: this.#text},
        ];
      case '\u0003': // Ctrl-C
        this.#replace('');
        return [{kind: 'write', text: '\r\n'}, this.#drawn('')];
      case '\u0004': // Ctrl-D
        return this.#text === '' ? [{kind: 'end'}] : this.#erase(this.#cursor, this.#cursor + 1);
      case '\u001a': // Ctrl-Z
        return [{kind: 'end'}];
      case '\u007f':
      case '\b':
        return this.#erase(this.#cursor - 1, this.#cursor);
      case '\u0015': // Ctrl-U
        return this.#erase(0, this.#cursor);
      case '\u0017': // Ctrl-W
        return this.#erase(this.#text.slice(0, this.#cursor).search(/\S*\s*$/), this.#cursor);
      case '\u0001': // Ctrl-A
        return this.#moveTo(0);
      case '\u0005': // Ctrl-E
        return this.#moveTo(this.#text.length);
      case '\u0010': // Ctrl-P
        return this.#recall(-1);
      case '\u000e': // Ctrl-N
        return this.#recall(1);
      default:
        return character < ' ' ? [] : this.#insert(character);
    }
  }

  #pressEscape(character: string): EditorAction[] {
    this.#escape += character;
    if (this.#escape.length < 3 && !(this.#escape.length === 2 && !'[O'.includes(character))) return [];
    if (/[0-9;]/.test(character)) return [];
    this.#escape = '';
    switch (character) {
      case 'A':
        return this.#recall(-1);
      case 'B':
        return this.#recall(1);
      case 'C':
        return this.#moveTo(this.#cursor + 1);
      case 'D':
        return this.#moveTo(this.#cursor - 1);
      case 'H':
        return this.#moveTo(0);
      case 'F':
        return this.#moveTo(this.#text.length);
      default:
        return [];
    }
  }

  #submit(): EditorAction[] {
    const line = this.#text;
    if (line.trim() !== '' && line !== this.#history.at(-1))
      this.#history = [...this.#history, line].slice(-historyLimit);
    this.#replace('');
    return [
      {kind: 'write', text: '\r\n'},
      {kind: 'submit', line},
    ];
  }

  #insert(character: string): EditorAction[] {
    this.#text = this.#text.slice(0, this.#cursor) + character + this.#text.slice(this.#cursor);
    this.#cursor += character.length;
    return [this.#cursor === this.#text.length ? {kind: 'write', text: character} : this.#drawn('\r')];
  }

  #erase(from: number, to: number): EditorAction[] {
    const start = Math.max(0, from);
    if (start >= Math.min(to, this.#text.length)) return [];
    this.#text = this.#text.slice(0, start) + this.#text.slice(to);
    this.#cursor = start;
    return [this.#drawn('\r')];
  }

  #moveTo(cursor: number): EditorAction[] {
    this.#cursor = Math.min(Math.max(0, cursor), this.#text.length);
    return [this.#drawn('\r')];
  }

  #recall(by: number): EditorAction[] {
    const place = this.#place + by;
    if (place < 0 || place > this.#history.length) return [];
    this.#text = this.#history[place] ?? '';
    this.#cursor = this.#text.length;
    this.#place = place;
    return [this.#drawn('\r')];
  }

  #replace(text: string): void {
    this.#text = text;
    this.#cursor = text.length;
    this.#place = this.#history.length;
  }

  #drawn(before: string): EditorAction {
    const back = this.#text.length - this.#cursor;
    const cursorMove = back === 0 ? '' : `\u001b[${back}D`;
    return {kind: 'write', text: `${before}${this.#prompt}${this.#text}\u001b[K${cursorMove}`};
  }
}
