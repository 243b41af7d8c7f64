/** What a verb says: one JSON document (or NDJSON) on stdout with `--json`, words for people otherwise; messages on stderr. */
import {env, stderr, stdout} from 'node:process';
import pc from 'picocolors';
import type {Palette} from '#harness/narrator.ts';

/** Colours only for a terminal, and not where NO_COLOR asks for none. */
export function paletteFor(stream: {isTTY?: boolean}): Palette {
  const colors = pc.createColors(Boolean(stream.isTTY) && !env['NO_COLOR'] && env['TERM'] !== 'dumb');
  return {plain: text => text, good: colors.green, bad: colors.red, quiet: colors.dim};
}

export function printJson(document: unknown): void {
  stdout.write(`${JSON.stringify(document)}\n`);
}

export function print(text: string): void {
  stdout.write(`${text}\n`);
}

/** Progress and remarks, for people. */
export function say(message: string): void {
  stderr.write(`${paletteFor(stderr).quiet(`· ${message}`)}\n`);
}

/** A table for people, without borders. */
export function table(head: string[], rows: string[][]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map(row => (row[column] ?? '').length)));
  const line = (cells: string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(head.map(title => title.toUpperCase())), ...rows.map(line)].join('\n');
}
