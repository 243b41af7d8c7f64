import {readFile} from 'node:fs/promises';
import {stdin} from 'node:process';
import {text} from 'node:stream/consumers';
import {UsageError} from '#harness/cli/exit.ts';

/** The text of a file, or of standard input for `-`. Throws `UsageError` if there is none to read. */
export async function readTextOf(path: string): Promise<string> {
  try {
    return path === '-' ? await text(stdin) : await readFile(path, 'utf8');
  } catch (error) {
    throw new UsageError(`cannot read ${path}: ${error instanceof Error ? error.message : error}`);
  }
}
