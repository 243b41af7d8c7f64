import type {Ace, Acl} from '#protocol/dacl/acl.ts';
import {LineReader, quote} from '#protocol/dacl/line-reader.ts';
import {parseAce} from '#protocol/dacl/parse-ace.ts';
import type {AclProblem} from '#protocol/dacl/problem.ts';

export type {AclProblem} from '#protocol/dacl/problem.ts';

/** The numbers IOS gives entries that come without: 10 more than the highest so far. */
const sequenceStep = 10;

/**
Reads the text of a dACL, one entry a line (domain.md 10). Blank lines, remarks, and lines that begin with `!` are no entries.

All problems are reported, in the order of the text; `acl` holds the entries that are right, in the order in which IOS
evaluates them. Never throws, never hangs.
*/
export function parseAcl(
  text: string,
  {name, family = 'ipv4'}: {name: string; family?: 'ipv4' | 'ipv6'},
): {acl: Acl; problems: AclProblem[]} {
  const problems: AclProblem[] = [];
  const entries: Ace[] = [];
  for (const [index, lineText] of text.split(/\r\n|\n|\r/).entries()) {
    const reader = new LineReader({text: lineText, line: index + 1, problems});
    if (isComment(reader)) continue;
    if (!isPlain(lineText, reader)) continue;
    const ace = parseAce(reader, family);
    if (ace) entries.push(ace);
  }
  return {acl: {name, family, entries: inSequence(entries, problems)}, problems};
}

function isComment(reader: LineReader): boolean {
  return reader.next === undefined || reader.next.text.startsWith('!');
}

/** IOS takes printable ASCII. Word processors put in no-break spaces and dashes that look right and are not. */
function isPlain(text: string, reader: LineReader): boolean {
  if (/^\s*(\d+\s+)?rem/i.test(text)) return true;
  const at = text.search(/[^\x20-\x7e\t\v\f]/);
  if (at < 0) return true;
  reader.fail(
    {text: '', column: at + 1},
    {
      code: 'character',
      message: `${quote(text.charAt(at))} is not a character of the language: only printable ASCII is.`,
      fix: 'Type the character again as a plain space, hyphen or letter, or put the text into a `remark`.',
    },
  );
  return false;
}

/** IOS evaluates in the order of the numbers, whatever the order of the lines. */
function inSequence(entries: Ace[], problems: AclProblem[]): Ace[] {
  let highest = 0;
  const lines = new Map<number, number>();
  const numbered: {ace: Ace; sequence: number}[] = [];
  for (const ace of entries) {
    const sequence = ace.sequence ?? highest + sequenceStep;
    const earlier = lines.get(sequence);
    const at = {line: ace.line, column: 1};
    if (earlier !== undefined) {
      problems.push({
        ...at,
        severity: 'error',
        code: 'sequence-twice',
        message: `Line ${earlier} has the sequence number ${sequence} already.`,
        fix: `Give this entry another number, or leave the numbers out.`,
      });
      continue;
    }
    if (sequence < highest) {
      problems.push({
        ...at,
        severity: 'warning',
        code: 'sequence-order',
        message: `The sequence number ${sequence} comes after ${highest}: IOS evaluates this entry before that one.`,
        fix: 'Put the lines in the order of their numbers, or leave the numbers out.',
      });
    }
    lines.set(sequence, ace.line);
    highest = Math.max(highest, sequence);
    numbered.push({ace, sequence});
  }
  return numbered.sort((a, b) => a.sequence - b.sequence).map(({ace}) => ace);
}
