import {execPath} from 'node:process';
import {type Ended, runProgram} from '#specs/edges/program.ts';

/** What Node is given to be the command line. */
export const cli = ['--disable-warning=ExperimentalWarning', 'harness/cli/posturelab.js'];

/** Calls the command line as a program, which may say no. */
export function posturelab(...args: string[]): Promise<Ended> {
  return runProgram(execPath, [...cli, ...args]);
}

/** With text on its standard input. */
export function posturelabReads(input: string, ...args: string[]): Promise<Ended> {
  return runProgram(execPath, [...cli, ...args], input);
}
