import {findKeyword} from '#protocol/dacl/keyword.ts';
import {LineReader, type Token} from '#protocol/dacl/line-reader.ts';
import type {AclProblem} from '#protocol/dacl/problem.ts';
import {minutesOfDay, type TimeRange} from '#protocol/dacl/time-range.ts';

/**
Reads `time-range` definitions as they stand in a switch's configuration:

    time-range WORK
     absolute start 08:00 1 January 2026 end 18:00 31 December 2026
     periodic weekdays 8:00 to 17:00

Blank lines and lines that begin with `!` are skipped. All problems are reported; the ranges are those that could be read.
Source: IOS command reference, `time-range`, `absolute`, `periodic`.
*/
export function parseTimeRanges(text: string): {ranges: Map<string, TimeRange>; problems: AclProblem[]} {
  const problems: AclProblem[] = [];
  const ranges = new Map<string, TimeRange>();
  let current: TimeRange | undefined;
  for (const [index, lineText] of text.split(/\r\n|\n|\r/).entries()) {
    const reader = new LineReader({text: lineText, line: index + 1, problems});
    if (reader.next === undefined || reader.next.text.startsWith('!')) continue;
    const command = reader.takeKeyword(commands, {code: 'command', what: 'a command of a time range'});
    if (command === undefined) continue;
    if (command.value === 'range') {
      current = {periodic: []};
      const name = reader.take();
      if (name) ranges.set(name.text, current);
      else expected(reader, name, 'the name of the time range', 'time-range WORK');
    } else if (current === undefined) {
      expected(reader, command.token, '`time-range` with a name before it', 'time-range WORK');
    } else if (command.value === 'absolute') {
      current.absolute = readAbsolute(reader);
    } else {
      current.periodic.push(...readPeriodic(reader));
    }
  }
  return {ranges, problems};
}

const commands: ReadonlyMap<string, 'range' | 'absolute' | 'periodic'> = new Map([
  ['time-range', 'range'],
  ['absolute', 'absolute'],
  ['periodic', 'periodic'],
] as const);
const ends: ReadonlyMap<string, 'startMs' | 'endMs'> = new Map([
  ['start', 'startMs'],
  ['end', 'endMs'],
] as const);
const dayNames = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const daySets: ReadonlyMap<string, number[]> = new Map([
  ...dayNames.map((name, day): [string, number[]] => [name, [day]]),
  ['daily', [0, 1, 2, 3, 4, 5, 6]],
  ['weekdays', [1, 2, 3, 4, 5]],
  ['weekend', [0, 6]],
]);
const days: ReadonlyMap<string, number> = new Map(dayNames.map((name, day) => [name, day]));
const months: ReadonlyMap<string, number> = new Map(
  'january february march april may june july august september october november december'
    .split(' ')
    .map((name, month) => [name, month]),
);

function readAbsolute(reader: LineReader): {startMs?: number; endMs?: number} {
  const absolute: {startMs?: number; endMs?: number} = {};
  while (reader.next && !reader.failed) {
    const end = reader.takeKeyword(ends, {code: 'absolute', what: '`start` or `end`'});
    const atMs = end && readDate(reader);
    if (end && atMs !== undefined) absolute[end.value] = atMs + (end.value === 'endMs' ? 59_999 : 0);
  }
  return absolute;
}

/** `08:00 1 January 2026`, the month by name. */
function readDate(reader: LineReader): number | undefined {
  const minute = readTime(reader);
  const day = reader.take();
  const month = reader.take();
  const year = reader.take();
  if (minute === undefined) return undefined;
  const found = findKeyword(month?.text ?? '', months);
  const isNumber = /^\d{1,2}$/.test(day?.text ?? '') && /^(19|20)\d\d$/.test(year?.text ?? '');
  const date = new Date(0);
  if (found.kind === 'found') date.setUTCFullYear(Number(year?.text), found.value, Number(day?.text));
  if (isNumber && found.kind === 'found' && date.getUTCDate() === Number(day?.text)) {
    return date.getTime() + minute * 60_000;
  }
  return expected(reader, day, 'a date', '08:00 1 January 2026');
}

function readPeriodic(reader: LineReader): TimeRange['periodic'] {
  const sets: number[] = [];
  while (reader.next && findKeyword(reader.next.text, daySets).kind === 'found') {
    const set = reader.takeKeyword(daySets, {code: 'day', what: 'a day'});
    sets.push(...(set?.value ?? []));
  }
  if (sets.length === 0) {
    expected(reader, reader.next, 'days', 'periodic weekdays 8:00 to 17:00');
    return [];
  }
  const from = readTime(reader);
  if (from === undefined) return [];
  const to = reader.take();
  if (to === undefined || to.text.toLowerCase() !== 'to') {
    expected(reader, to, '`to`', 'periodic weekdays 8:00 to 17:00');
    return [];
  }
  const lastDay = reader.next && findKeyword(reader.next.text, days);
  if (lastDay?.kind === 'found') reader.take();
  const until = readTime(reader);
  if (until === undefined) return [];
  return sets.map(day => ({
    fromMinute: day * minutesOfDay + from,
    toMinute: (lastDay?.kind === 'found' ? lastDay.value : day) * minutesOfDay + until,
  }));
}

/** Minutes since midnight. */
function readTime(reader: LineReader): number | undefined {
  const token = reader.take();
  const [, hour, minute] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(token?.text ?? '') ?? [];
  return hour === undefined ? expected(reader, token, 'a time', '8:00') : Number(hour) * 60 + Number(minute);
}

function expected(reader: LineReader, at: Token | undefined, what: string, example: string): undefined {
  return reader.fail(at, {
    code: 'time-range',
    message: `${at ? `\`${at.text.slice(0, 40)}\` stands` : 'The line ends'} where ${what} was expected.`,
    fix: `Write it as in \`${example}\`.`,
  });
}
