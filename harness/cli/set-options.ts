import {readFile} from 'node:fs/promises';
import {UsageError} from '#harness/cli/exit.ts';
import type {LabSettings} from '#harness/lab-settings.ts';
import {applySetOption} from '#harness/set-option.ts';

/** Applies `--set KEY=VALUE` options in order; `KEY=@FILE` takes the file's text. Throws `UsageError` or `SetOptionError`. */
export async function applySetOptions(settings: LabSettings, options: string[]): Promise<LabSettings> {
  return (await readSetOptions(options))(settings);
}

/** Reads the options' files once; the result can be applied to the settings of several labs. */
export async function readSetOptions(options: string[]): Promise<(settings: LabSettings) => LabSettings> {
  const assignments = await Promise.all(options.map(readAssignment));
  return settings => assignments.reduce((changed, {key, value}) => applySetOption(changed, key, value), settings);
}

async function readAssignment(option: string): Promise<{key: string; value: string}> {
  const at = option.indexOf('=');
  if (at <= 0) throw new UsageError(`--set ${option}: expected KEY=VALUE, such as profile.NetworkTransitionDelay=10`);
  const key = option.slice(0, at);
  const value = option.slice(at + 1);
  if (!value.startsWith('@')) return {key, value};
  try {
    return {key, value: await readFile(value.slice(1), 'utf8')};
  } catch (error) {
    throw new UsageError(
      `--set ${key}: cannot read ${value.slice(1)}: ${error instanceof Error ? error.message : error}`,
    );
  }
}
