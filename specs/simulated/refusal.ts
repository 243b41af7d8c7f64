import type {Command} from 'commander';
import {exitCodeOf} from '#harness/cli/exit.ts';

/** The exit code with which a verb refuses its arguments. In this process: a refusal prints nothing, and a process takes half a second. */
export async function refusal(verb: Command, ...args: string[]): Promise<number | undefined> {
  try {
    await verb.exitOverride().parseAsync(args, {from: 'user'});
    return undefined;
  } catch (error) {
    return exitCodeOf(error);
  }
}
