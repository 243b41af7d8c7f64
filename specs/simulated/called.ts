/** Calls of the command line in this process: one of its own would take half a second, most of it to read and compile what is here already. */
import process, {stderr, stdout} from 'node:process';
import type {Command} from 'commander';
import {exitCodeOf} from '#harness/cli/exit.ts';

export interface Answer {
  exitCode: number;
  stdout: string;
}

let lastCall: Promise<unknown> = Promise.resolve();

/** What a verb prints and the code it ends with, refusals included. One call at a time: they share the process' output. */
export function called(verb: Command, ...args: string[]): Promise<Answer> {
  const call = lastCall.then(() => answer(verb, args));
  lastCall = call;
  return call;
}

async function answer(verb: Command, args: string[]): Promise<Answer> {
  const before = process.exitCode;
  process.exitCode = undefined;
  const said: string[] = [];
  const write = {stdout: stdout.write, stderr: stderr.write};
  stdout.write = chunk => said.push(String(chunk)) > 0;
  stderr.write = () => true;
  try {
    await verb.exitOverride().parseAsync(args, {from: 'user'});
    return {exitCode: Number(process.exitCode ?? 0), stdout: said.join('')};
  } catch (error) {
    return {exitCode: exitCodeOf(error), stdout: said.join('')};
  } finally {
    stdout.write = write.stdout;
    stderr.write = write.stderr;
    process.exitCode = before;
  }
}
