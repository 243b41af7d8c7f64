import {execFile} from 'node:child_process';

/** A program that has ended by itself. */
export interface Ended {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** Runs a program with text on its standard input, of which it need not read anything. Rejects if it cannot be run, or is killed. */
export function runProgram(file: string, args: readonly string[], input = ''): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = execFile(file, args, {maxBuffer: 64 * 1024 * 1024}, (error, stdout, stderr) => {
      if (error && typeof error.code !== 'number') reject(error);
      else resolve({exitCode: Number(error?.code ?? 0), stdout, stderr});
    });
    child.stdin?.on('error', () => {}); // it ended before it had read all
    child.stdin?.end(input);
  });
}
