import {compilePattern, type Matcher} from '#protocol/nad/cli/regular-expression.ts';

/** What may stand after `|`, with IOS's explanations. */
export const outputFilters = [
  ['begin', 'Begin with the line that matches'],
  ['count', 'Count number of lines which match regexp'],
  ['exclude', 'Exclude lines that match'],
  ['include', 'Include lines that match'],
  ['section', 'Filter a section of output'],
] as const;

type FilterName = (typeof outputFilters)[number][0];

export type OutputFilter = (lines: string[]) => string[];

/** Reads ` | include PATTERN`, without the bar; `column` is where `text` starts in the line. */
export function readOutputFilter(
  text: string,
  column: number,
):
  | {ok: true; filter: OutputFilter}
  | {ok: false; error: 'incomplete' | 'ambiguous' | 'pattern'}
  | {ok: false; error: 'invalid'; column: number} {
  const [, blank = '', word = '', pattern = ''] = /^(\s*)(\S*)\s*(.*?)\s*$/.exec(text) ?? [];
  if (word === '') return {ok: false, error: 'incomplete'};
  const names = outputFilters.map(([name]) => name).filter(name => name.startsWith(word.toLowerCase()));
  const [name] = names;
  if (name === undefined) return {ok: false, error: 'invalid', column: column + blank.length};
  if (names.length > 1) return {ok: false, error: 'ambiguous'};
  if (pattern === '') return {ok: false, error: 'incomplete'};
  const matches = compilePattern(pattern);
  return matches ? {ok: true, filter: filters[name](matches)} : {ok: false, error: 'pattern'};
}

const filters: Record<FilterName, (matches: Matcher) => OutputFilter> = {
  include: matches => lines => lines.filter(matches),
  exclude: matches => lines => lines.filter(line => !matches(line)),
  count: matches => lines => [`Number of lines which match regexp = ${lines.filter(matches).length}`],
  begin: matches => lines => {
    const first = lines.findIndex(matches);
    return first === -1 ? [] : lines.slice(first);
  },
  section: matches => lines => {
    let sectionIndent: number | undefined;
    return lines.filter(line => {
      const indent = line.length - line.trimStart().length;
      if (sectionIndent !== undefined && indent > sectionIndent) return true;
      sectionIndent = matches(line) ? indent : undefined;
      return sectionIndent !== undefined;
    });
  },
};
