import {type ChildProcess, execFile} from 'node:child_process';
import {execPath} from 'node:process';

export interface Ended {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** What Node is given to be the command line. */
export const cli = ['--disable-warning=ExperimentalWarning', 'harness/cli/posturelab.js'];

/** Calls the command line as a program, which may say no. */
export function posturelab(...args: string[]): Promise<Ended> {
  return call(args).ended;
}

/** With text on its standard input. */
export function posturelabReads(input: string, ...args: string[]): Promise<Ended> {
  const {child, ended} = call(args);
  child.stdin?.on('error', () => {}); // it did not read what it did not need
  child.stdin?.end(input);
  return ended;
}

function call(args: string[]): {child: ChildProcess; ended: Promise<Ended>} {
  const {promise: ended, resolve} = Promise.withResolvers<Ended>();
  const child = execFile(execPath, [...cli, ...args], {maxBuffer: 64 * 1024 * 1024}, (error, stdout, stderr) => {
    resolve({exitCode: typeof error?.code === 'number' ? error.code : 0, stdout, stderr});
  });
  return {child, ended};
}
