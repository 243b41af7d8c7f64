/** A line is not of the shape that was asked for; the message says what stands where. */
export class SyslogFormatError extends Error {
  override readonly name = 'SyslogFormatError';
}

export interface NumberedLine {
  category: string;
  id: string;
  segments: number;
  segment: number;
  body: string;
}

export interface AlarmLine {
  severity: string;
  alarmName: string;
  details: Record<string, string>;
}

/**
A line with the numbered header of domain.md 6.7. Throws `SyslogFormatError` for any other, alarms too: whoever reads all lines with
this alone meets domain.md 11.37.
*/
export function readNumberedLine(line: string): NumberedLine {
  const [category, rest] = afterTransport(line);
  const header = /^(\d{10}) (\d+) (\d+) (.*)$/.exec(rest);
  if (header === null)
    throw new SyslogFormatError(
      `CISE_${category}: expected a message id of ten digits, total segments and segment, found "${rest.slice(0, 40)}". If it is an alarm, it has none of them.`,
    );
  const [, id = '', segments, segment, body = ''] = header;
  return {category, id, segments: Number(segments), segment: Number(segment), body};
}

/** A line with the short header of domain.md 6.6. Throws `SyslogFormatError` for any other. */
export function readAlarmLine(line: string): AlarmLine {
  const [category, rest] = afterTransport(line);
  const alarm = /^([A-Z]+): (.+?) : (.*)$/.exec(rest);
  if (category !== 'Alarm' || alarm === null)
    throw new SyslogFormatError(`CISE_${category}: expected "SEVERITY: NAME : k=v; k=v", found "${rest.slice(0, 40)}"`);
  const [, severity = '', alarmName = '', details = ''] = alarm;
  return {severity, alarmName, details: Object.fromEntries(details.split('; ').map(pairOf))};
}

/** Either shape, told apart by the category alone. */
export function readSyslogLine(line: string): ({shape: 'numbered'} & NumberedLine) | ({shape: 'alarm'} & AlarmLine) {
  if (afterTransport(line)[0] === 'Alarm') return {shape: 'alarm', ...readAlarmLine(line)};
  return {shape: 'numbered', ...readNumberedLine(line)};
}

export interface SyslogMessage {
  code: number;
  messageClass: string;
  text: string;
  /** In their order; names may come again, as `Step` does. */
  pairs: [name: string, value: string][];
}

/** All segments of one message, in any order. Throws `SyslogFormatError` if one is missing. */
export function readMessage(lines: readonly NumberedLine[]): SyslogMessage {
  const inOrder = lines.toSorted((one, other) => one.segment - other.segment);
  const [first] = inOrder;
  if (first === undefined || inOrder.length !== first.segments || inOrder.some(({segment}, at) => segment !== at))
    throw new SyslogFormatError(`message ${first?.id}: ${inOrder.length} of ${first?.segments} segments`);
  const message = /^\S+ \S+ [+-]\d\d:\d\d \d{10} (\d+) [A-Z]+ ([\w-]+): (.*)$/.exec(
    inOrder.map(({body}) => body).join(''),
  );
  if (message === null) throw new SyslogFormatError(`message ${first.id} begins with "${first.body.slice(0, 40)}"`);
  const [, code, messageClass = '', rest = ''] = message;
  const [text = '', ...pairs] = partsOf(rest);
  return {code: Number(code), messageClass, text, pairs: pairs.map(pairOf)};
}

function afterTransport(line: string): [category: string, rest: string] {
  const [, category, rest] = /^<\d{1,3}>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S+ CISE_(\w+) (.*)$/.exec(line) ?? [];
  if (category === undefined || rest === undefined)
    throw new SyslogFormatError(`expected "<PRI>Mon dd hh:mm:ss HOST CISE_CATEGORY …", found "${line.slice(0, 60)}"`);
  return [category, rest];
}

/** What stands before each comma that has no backslash in front. */
function partsOf(text: string): string[] {
  return [...text.matchAll(/ ?((?:\\.|[^\\,])*),/gu)].map(([, part = '']) => part.replaceAll(/\\(.)/gu, '$1'));
}

function pairOf(text: string): [string, string] {
  const at = text.indexOf('=');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
