import {stripVTControlCharacters} from 'node:util';
import {spawn} from 'node-pty';

/** A terminal on a program, for specs that type as a person would. */
export interface Terminal extends Disposable {
  type(text: string): void;
  /** What the terminal shows up to and with `pattern`, from where the last read ended. Throws `TerminalError` at the deadline. */
  readUntil(pattern: RegExp, options?: {withinMs?: number}): Promise<string>;
}

/** A terminal did not show what was waited for; the message has what it did show. */
export class TerminalError extends Error {
  override readonly name = 'TerminalError';
}

/** Runs a program in a terminal of 132 columns, wide enough for what a switch prints. The disposer hangs up. */
export function openTerminal(command: string, args: string[]): Terminal {
  const terminal = spawn(command, args, {cols: 132, rows: 48, name: 'xterm'});
  let shown = '';
  let ended: number | undefined;
  const listeners = new Set<() => void>();
  terminal.onData(data => {
    shown = stripVTControlCharacters(shown + data).replaceAll('\r', '');
    for (const listener of [...listeners]) listener();
  });
  terminal.onExit(({exitCode}) => {
    ended = exitCode;
    for (const listener of [...listeners]) listener();
  });
  const take = (pattern: RegExp) => {
    const match = pattern.exec(shown);
    if (!match) return undefined;
    const end = match.index + match[0].length;
    const text = shown.slice(0, end);
    shown = shown.slice(end);
    return text;
  };
  return {
    type: text => terminal.write(text),
    readUntil: (pattern, {withinMs = 10_000} = {}) =>
      new Promise((resolve, reject) => {
        const finish = (settle: () => void) => {
          clearTimeout(timer);
          listeners.delete(look);
          settle();
        };
        const look = () => {
          const text = take(pattern);
          if (text !== undefined) finish(() => resolve(text));
          else if (ended !== undefined)
            finish(() =>
              reject(new TerminalError(`${command} ended with ${ended} before it showed ${pattern}:\n${shown}`)),
            );
        };
        const timer = setTimeout(
          () => finish(() => reject(new TerminalError(`no ${pattern} within ${withinMs} ms; shown:\n${shown}`))),
          withinMs,
        );
        listeners.add(look);
        look();
      }),
    [Symbol.dispose]: () => terminal.kill(),
  };
}
