import type {Ace, Acl} from '#protocol/dacl/acl.ts';
import {LineReader, quote} from '#protocol/dacl/line-reader.ts';
import {parseAce} from '#protocol/dacl/parse-ace.ts';
import {mostSequence} from '#protocol/dacl/parse-sequence.ts';
import type {AclProblem} from '#protocol/dacl/problem.ts';

export type {AclProblem} from '#protocol/dacl/problem.ts';

/** The numbers IOS gives entries that come without: 10 more than the highest so far. */
const sequenceStep = 10;

/** A Cisco-AVPair has room for 247 bytes (RFC 2865 §5.26), and ISE puts `ip:inacl#1=` before an entry (domain.md 5.5). */
const longestEntry = 247 - 'ip:inacl#1='.length;

/** More of a line than this is not looked at. */
const longestLine = 1000;

/** What has more problems is not the text of an access list, and whoever reads them has enough. */
const mostProblems = 20_000;

/**
Reads the text of a dACL, one entry a line (domain.md 10). Blank lines, remarks, and lines that begin with `!` are no entries.

All problems are reported, in the order of the text, up to 20,000, where reading ends; `acl` holds the entries that are right,
in the order in which IOS evaluates them. Never throws, never hangs.
*/
export function parseAcl(
  text: string,
  {
    name,
    family = 'ipv4',
    permitsNeighbourDiscovery = true,
  }: {name: string; family?: 'ipv4' | 'ipv6'; permitsNeighbourDiscovery?: boolean},
): {acl: Acl; problems: AclProblem[]} {
  const problems: AclProblem[] = [];
  const entries: Ace[] = [];
  for (const {text: lineText, line} of linesOf(text)) {
    if (lineText.length > longestLine && lineText.trim() === '') continue;
    const reader = new LineReader({text: lineText.slice(0, longestLine), line, problems});
    if (lineText.length <= longestLine && isComment(reader)) continue;
    if (problems.length >= mostProblems) {
      giveUp(reader);
      break;
    }
    if (!isShort(lineText, reader) || !isPlain(lineText, reader)) continue;
    const ace = parseAce(reader, family);
    if (ace) entries.push(ace);
  }
  const acl = {name, family, entries: inSequence(entries, problems)};
  return {acl: permitsNeighbourDiscovery ? acl : {...acl, permitsNeighbourDiscovery}, problems: inOrder(problems)};
}

/** The lines that are not empty. One by one, because a text of nothing but line ends must not cost more than its length. */
function* linesOf(text: string): Generator<{text: string; line: number}> {
  const plain = text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
  let line = 1;
  for (let start = 0; start < plain.length; line += 1) {
    const at = plain.indexOf('\n', start);
    const end = at < 0 ? plain.length : at;
    if (end > start) yield {text: plain.slice(start, end), line};
    start = end + 1;
  }
}

function isComment(reader: LineReader): boolean {
  return reader.next === undefined || reader.next.text.startsWith('!');
}

function giveUp(reader: LineReader): void {
  reader.fail(
    {text: '', column: 1},
    {
      code: 'too-many-problems',
      message: `${mostProblems} problems are enough: the text from here on was not read.`,
      fix: 'Check that this is the text of an access list, and correct what was found so far.',
    },
  );
}

/** Longer lines do not reach the switch. They are not looked at, which also keeps what a line can cost small. */
function isShort(text: string, reader: LineReader): boolean {
  const {length} = text.trim();
  if (length <= longestEntry) return true;
  reader.fail(reader.next, {
    code: 'line-too-long',
    message: `The line has ${length} characters, and RADIUS has room for ${longestEntry} in one entry: ISE cannot send it.`,
    fix: 'Shorten it, or make several entries of it.',
  });
  return false;
}

/** IOS takes printable ASCII. Word processors put in no-break spaces and dashes that look right and are not. */
function isPlain(text: string, reader: LineReader): boolean {
  const at = text.search(/[^\x20-\x7e\t\v\f]/);
  if (at < 0 || /^\s*(\d+\s+)?rem/i.test(text)) return true;
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

/** The checks of sequence numbers come after the lines they are about. */
function inOrder(problems: AclProblem[]): AclProblem[] {
  return problems.sort((a, b) => a.line - b.line || a.column - b.column);
}

/**
IOS evaluates in the order of the numbers, whatever the order of the lines. Where some entries have numbers, all get them; where
none has, the numbers are left to the platform that shows them.
*/
function inSequence(entries: Ace[], problems: AclProblem[]): Ace[] {
  if (entries.every(({sequence}) => sequence === undefined)) return entries;
  let highest = 0;
  const lines = new Map<number, number>();
  const numbered: (Ace & {sequence: number})[] = [];
  for (const ace of entries) {
    const sequence = ace.sequence ?? highest + sequenceStep;
    const earlier = lines.get(sequence);
    const at = {line: ace.line, column: 1};
    if (sequence > mostSequence) {
      problems.push({
        ...at,
        severity: 'error',
        code: 'sequence',
        message: `The entry comes after number ${highest}, and ${sequenceStep} more is beyond the last number, ${mostSequence}.`,
        fix: 'Give the entries lower numbers, or leave the numbers out.',
      });
      continue;
    }
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
    numbered.push({...ace, sequence});
  }
  return numbered.sort((a, b) => a.sequence - b.sequence);
}
