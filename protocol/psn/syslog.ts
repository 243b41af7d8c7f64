import type {Alarm, LiveLogEntry} from '#protocol/psn/contract.ts';

/** Whose lines they are, and the instant of lab time 0. */
export interface SyslogOrigin {
  host: string;
  labEpochMs: number;
}

/** What a remote logging target takes by default, in bytes. Ours after recall. */
export const maxLineBytes = 1024;

/** domain.md 6.6 has the pairs of Warning and Info; that of Critical is ours. */
const alarmHeads: Record<Alarm['severity'], {pri: number; word: string}> = {
  Critical: {pri: 178, word: 'CRITICAL'},
  Warning: {pri: 178, word: 'WARN'},
  Info: {pri: 182, word: 'INFO'},
};

/** An alarm has neither message id nor segments nor a second time: a name and its details (domain.md 6.6). It is never segmented (ours). */
export function alarmLine({severity, alarmName, loggedAtMs, details}: Alarm, {host, labEpochMs}: SyslogOrigin): string {
  const {pri, word} = alarmHeads[severity];
  const pairs = Object.entries(details).map(([name, value]) => `${name}=${onOneLine(value)}`);
  const stamp = stampOf(labEpochMs + loggedAtMs);
  return `<${pri}>${stamp} ${host} CISE_Alarm ${word}: ${alarmName} : ${pairs.join('; ')}`;
}

/**
A row of the live log as numbered lines (domain.md 6.7), none longer than `maxBytes`. Segments count from 0; those after the first carry
only `k=v`, after two blanks (syslog-samples). Ours: message id and sequence are one number, a pair that fills more than a segment is
cut, and the pairs are those of the live log: an agent here tells no `SystemName =`, `SystemDomain` or `SystemUser`.
*/
export function messageLines(
  {code, text, atMs, attributes}: LiveLogEntry,
  {host, labEpochMs}: SyslogOrigin,
  number: number,
  maxBytes = maxLineBytes,
): string[] {
  const at = labEpochMs + atMs;
  const {category, messageClass} = kindOf(code);
  const id = String(number).padStart(10, '0');
  const head = `<181>${stampOf(at)} ${host} CISE_${category} ${id}`;
  const [date = '', time = ''] = new Date(at).toISOString().slice(0, -1).split('T');
  const first = `${date} ${time} +00:00 ${id} ${code} NOTICE ${messageClass}: ${text},`;

  const room = maxBytes - bytesOf(`${head} 99 99 `);
  const bodies = [first];
  for (const [name, value] of pairsOf(attributes)) {
    const pair = ` ${pairText(name, value, room - 3)},`;
    const last = bodies.at(-1) ?? '';
    if (bytesOf(last + pair) <= room) bodies[bodies.length - 1] = last + pair;
    else bodies.push(pair);
  }
  return bodies.map((body, segment) => `${head} ${bodies.length} ${segment} ${body}`);
}

/** 5200, 5205, 5400, 5417, 3000 and 87000 as in domain.md 6.7; where the others belong, and the class of posture, is ours. */
function kindOf(code: number): {category: string; messageClass: string} {
  if (code < 4000) return {category: 'RADIUS_Accounting', messageClass: 'Radius-Accounting'};
  if (code >= 80_000) return {category: 'Posture_and_Client_Provisioning_Audit', messageClass: 'Posture'};
  if (code === 5205) return {category: 'Passed_Authentications', messageClass: 'Dynamic-Authorization'};
  if (code === 5417) return {category: 'Failed_Attempts', messageClass: 'Dynamic-Authorization'};
  if (code < 5400) return {category: 'Passed_Authentications', messageClass: 'Passed-Authentication'};
  return {category: 'Failed_Attempts', messageClass: 'Failed-Attempt'};
}

/** Each step is a pair of its own. */
function pairsOf(attributes: Record<string, string>): [string, string][] {
  return Object.entries(attributes).flatMap(([name, value]) =>
    name === 'Step' ? value.split(',').map((step): [string, string] => [name, step]) : [[name, value]],
  );
}

/** `name=value` in at most so many bytes; a comma and a backslash of the value have a backslash in front (syslog-samples). */
function pairText(name: string, value: string, maxBytes: number): string {
  let text = `${name}=`;
  let length = bytesOf(text);
  for (const character of onOneLine(value)) {
    const written = character === ',' || character === '\\' ? `\\${character}` : character;
    length += bytesOf(written);
    if (length > maxBytes) break;
    text += written;
  }
  return text;
}

/** What a client wrote must not begin a line of its own. */
export function onOneLine(value: string): string {
  return value.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ');
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `Sep  6 07:22:57` (RFC 3164, section 4.1.2). */
function stampOf(unixMs: number): string {
  const at = new Date(unixMs);
  return `${months[at.getUTCMonth()]} ${String(at.getUTCDate()).padStart(2)} ${at.toISOString().slice(11, 19)}`;
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
