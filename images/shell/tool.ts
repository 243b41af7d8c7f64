import {spawn} from 'node:child_process';
import {createInterface} from 'node:readline';

/** A program that runs beside the node for as long as it lives, such as `ip monitor` or `tcpdump`. */
export interface Tool extends Disposable {
  write(text: string): void;
  signal(name: NodeJS.Signals): void;
}

/**
Starts a persistent tool. Either `onLine` (text) or `onBytes` gets its output. When it ends by itself, `onEnd` is told how,
with the last of what it said on stderr; after disposal it is not.
*/
export function startTool(
  command: string,
  args: string[],
  {
    onLine,
    onBytes,
    onEnd,
  }: {onLine?: (line: string) => void; onBytes?: (bytes: Uint8Array) => void; onEnd: (how: string) => void},
): Tool {
  const child = spawn(command, args, {stdio: ['pipe', 'pipe', 'pipe']});
  let complaints = '';
  let disposed = false;
  const end = (how: string) => {
    if (!disposed) onEnd(`${command} ${how}${complaints === '' ? '' : `: ${complaints.trim()}`}`);
    disposed = true;
  };

  if (onLine) createInterface({input: child.stdout}).on('line', onLine);
  else child.stdout.on('data', (bytes: Buffer) => onBytes?.(bytes));
  child.stderr.on('data', (text: Buffer) => {
    complaints = (complaints + text.toString()).slice(-2000);
  });
  child.stdin.on('error', () => {}); // told by `close`
  child.on('error', error => end(`cannot be started: ${error.message}`));
  child.on('close', (code, signal) => end(`ended with ${signal ?? `exit code ${code}`}`));

  return {
    write: text => child.stdin.write(text),
    signal: name => void child.kill(name),
    [Symbol.dispose]() {
      disposed = true;
      child.kill();
    },
  };
}
