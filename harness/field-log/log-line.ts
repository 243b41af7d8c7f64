/** A line of `AnyConnect_ISEPosture.txt` as far as it is there (domain.md 9.1). */
export interface LogLine {
  /** Of the file, from 1. */
  number: number;
  /** The log's own clock, as if it were UTC. */
  atMs: number;
  severity: 'Information' | 'Warning' | 'Error' | null;
  function: string;
  /** `0xC60`; may be cut. */
  thread: string | null;
  /** What the line says; null where it was cut before. */
  message: string | null;
}

export interface LogReading {
  lines: LogLine[];
  /** Lines that are there and are not of this log. */
  foreign: number;
}

const windows =
  /^(\d{4})\/(\d\d)\/(\d\d) (\d\d):(\d\d):(\d\d) (?:\[(Information|Warning|Error)\] )?(?:\S+ )?Function: (\S+)(.*)$/;
/** macOS: a syslog prefix without a year. */
const syslog = /^([A-Z][a-z]{2}) +(\d{1,2}) (\d\d):(\d\d):(\d\d) \S+ \S+\[\d+\]: Function: (\S+)(.*)$/;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** A syslog line has no year; any leap year serves, because only spans are looked at. */
const someYear = 2024;
const severities = {debug: 'Information', info: 'Information', warn: 'Warning', error: 'Error'} as const;

/** Reads a log that may be cut anywhere, in either line grammar, with lines of others in between. Never throws. */
export function readLog(text: string): LogReading {
  const reading: LogReading = {lines: [], foreign: 0};
  for (const [index, raw] of text
    .replace(/^\u{feff}/u, '')
    .split(/\r?\n/)
    .entries()) {
    const line = raw.trimEnd();
    if (line === '') continue;
    const read = readWindows(line) ?? readSyslog(line);
    if (read === undefined) reading.foreign += 1;
    else reading.lines.push({number: index + 1, ...read});
  }
  return reading;
}

type Read = Omit<LogLine, 'number'>;

function readWindows(line: string): Read | undefined {
  const [, year, month, day, hour, minute, second, severity, name, rest] = windows.exec(line) ?? [];
  if (name === undefined) return undefined;
  const atMs = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  return {atMs, function: name, ...tailOf(rest ?? '', severity as Read['severity'] | undefined)};
}

function readSyslog(line: string): Read | undefined {
  const [, month = '', day, hour, minute, second, name, rest] = syslog.exec(line) ?? [];
  if (name === undefined || !months.includes(month)) return undefined;
  const atMs = Date.UTC(someYear, months.indexOf(month), Number(day), Number(hour), Number(minute), Number(second));
  return {atMs, function: name, ...tailOf(rest ?? '', undefined)};
}

/** ` Thread Id: 0xC60 File: authenticator.cpp Line: 412 Level: info :: message`, cut anywhere. */
function tailOf(rest: string, severity: Read['severity'] | undefined): Pick<Read, 'severity' | 'thread' | 'message'> {
  const thread = /Thread Id: (0x[0-9A-Fa-f]+)/.exec(rest)?.[1] ?? null;
  const level = /Level: (debug|info|warn|error)\b/.exec(rest)?.[1] as keyof typeof severities | undefined;
  const message = /(?: :: | Line: \d+ (?!Level:))(.*)$/.exec(rest)?.[1]?.trim() ?? null;
  return {severity: severity ?? (level === undefined ? null : severities[level]), thread, message: message || null};
}
