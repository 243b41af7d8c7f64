import type {CliWorld, Command} from '#protocol/nad/cli/command.ts';
import {continuations, labelOf, splitWords} from '#protocol/nad/cli/grammar.ts';
import {outputFilters} from '#protocol/nad/cli/output-filter.ts';

const unrecognized = ['% Unrecognized command'];

/**
What `?` shows: after a blank, what may come next, with explanations; right after a word, how that word could go on. `text` is
the line before the question mark.
*/
export function helpLines(text: string, commands: readonly Command[], world: CliWorld): string[] {
  if (/\s\|/.test(text))
    return /\|\s*\S+\s+$/.test(text) ? table([['LINE', 'Regular Expression']]) : table(outputFilters);
  const words = splitWords(text);
  const last = words.at(-1);
  if (last === undefined || /\s$/.test(text)) return listNext(words, commands, world);

  const next = continuations(words.slice(0, -1), commands, world);
  if (!next.ok) return unrecognized;
  const beginnings = next.tokens.map(labelOf).filter(label => label.startsWith(last.text.toLowerCase()));
  return beginnings.length === 0 ? unrecognized : [beginnings.join('  ')];
}

/** The line with its last word completed, if only one keyword begins like it; otherwise the line as it is. */
export function completeLine(text: string, commands: readonly Command[], world: CliWorld): string {
  const words = splitWords(text);
  const last = words.at(-1);
  if (last === undefined || /\s$/.test(text)) return text;
  const next = continuations(words.slice(0, -1), commands, world);
  if (!next.ok) return text;
  const meant = next.tokens.filter(token => token.kind === 'keyword' && token.word.startsWith(last.text.toLowerCase()));
  const [only] = meant;
  return only === undefined || meant.length > 1 ? text : `${text.slice(0, last.column)}${labelOf(only)} `;
}

function listNext(words: ReturnType<typeof splitWords>, commands: readonly Command[], world: CliWorld): string[] {
  const next = continuations(words, commands, world);
  if (!next.ok) return unrecognized;
  const rows: [string, string][] = next.tokens.map(token => [labelOf(token), token.help]);
  if (next.ends?.hasOutput) rows.push(['|', 'Output modifiers']);
  if (next.ends) rows.push(['<cr>', '']);
  return words.length === 0 ? ['Exec commands:', ...table(rows)] : table(rows);
}

function table(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([label]) => label.length)) + 2;
  return rows.map(([label, help]) => `  ${label.padEnd(width)}${help}`.trimEnd());
}
