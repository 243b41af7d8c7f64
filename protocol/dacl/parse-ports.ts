import type {PortMatch} from '#protocol/dacl/acl.ts';
import {operators, optionNames} from '#protocol/dacl/ios-options.ts';
import {portNames, tcpPorts, udpPorts} from '#protocol/dacl/ios-ports.ts';
import {findKeyword, nearestName} from '#protocol/dacl/keyword.ts';
import {type LineReader, oneOf, quote, readNumber} from '#protocol/dacl/line-reader.ts';
import type {LineProtocol} from '#protocol/dacl/parse-protocol.ts';

/** IOS takes this many values after one `eq` or `neq`. */
const maxValues = 10;

const anyPortNames: ReadonlyMap<string, number> = new Map([...udpPorts, ...tcpPorts]);
const addressWords: ReadonlyMap<string, true> = new Map([
  ['any', true],
  ['host', true],
  ['object-group', true],
]);

/** What can come behind ports, and with what can be where they begin. */
const surroundings = {
  source: {follows: addressWords, words: new Map<string, unknown>([...addressWords, ...operators])},
  destination: {follows: optionNames, words: new Map<string, unknown>([...optionNames, ...operators])},
};

/** Reads the ports of the source or destination, if the line has any here. */
export function parsePorts(
  reader: LineReader,
  {protocol, side}: {protocol: LineProtocol; side: 'source' | 'destination'},
): PortMatch | undefined {
  const token = reader.next;
  if (token === undefined) return undefined;
  const {follows, words} = surroundings[side];
  const word = findKeyword(token.text, words);
  if (word.kind !== 'found' || !operators.has(word.name)) return undefined;

  const names = protocol === 'unknown' ? anyPortNames : portNames(protocol === 'every' ? undefined : protocol);
  if (names === undefined) {
    reader.fail(token, {
      code: 'ports-without-protocol',
      message: 'Only TCP, UDP and SCTP have ports, and this entry is for something else.',
      fix: 'Write `tcp` or `udp` as the protocol, or leave the port out.',
    });
  }
  return parseNumbers(reader, {what: 'port', max: 65535, names: names ?? anyPortNames, follows});
}

/** Reads an operator and its numbers: ports, or a TTL. `follows`: the words that can come after it. */
export function parseNumbers(
  reader: LineReader,
  range: {what: string; max: number; names: ReadonlyMap<string, number>; follows: ReadonlyMap<string, unknown>},
): PortMatch | undefined {
  const keyword = reader.takeKeyword(operators, {code: 'operator', what: `an operator of a ${range.what}`});
  if (keyword === undefined) return undefined;
  const operator = keyword.value;
  if (operator === 'eq' || operator === 'neq') return parseValues(reader, operator, range);

  const {next} = reader;
  const value = parseValue(reader, range);
  if (operator === 'range') {
    const to = parseValue(reader, range);
    if (value === undefined || to === undefined) return undefined;
    if (value <= to) return {operator, from: value, to};
    return reader.fail(next, {
      code: 'range-order',
      message: `The range begins at ${value} and ends before, at ${to}.`,
      fix: `Write \`range ${to} ${value}\`.`,
      replacement: `${to} ${value}`,
      until: reader.last,
    });
  }
  if (value === undefined) return undefined;
  if (value === (operator === 'gt' ? range.max : 0)) {
    reader.warn(next, {
      code: 'never-matches',
      message: `No ${range.what} is ${operator === 'gt' ? 'greater' : 'less'} than ${value}: the entry matches nothing.`,
      fix: `Write \`eq ${value}\`, or another number.`,
    });
  }
  return {operator, value};
}

function parseValues(
  reader: LineReader,
  operator: 'eq' | 'neq',
  range: {what: string; max: number; names: ReadonlyMap<string, number>; follows: ReadonlyMap<string, unknown>},
): PortMatch | undefined {
  const first = parseValue(reader, range);
  const values = first === undefined ? [] : [first];
  while (reader.next && continues(reader.next.text, range)) {
    const {next} = reader;
    const value = parseValue(reader, range);
    if (value !== undefined) values.push(value);
    if (values.length === maxValues + 1) {
      reader.fail(next, {
        code: 'too-many-values',
        message: `IOS takes at most ${maxValues} numbers after \`${operator}\`.`,
        fix: 'Put the others into an entry of their own.',
      });
    }
  }
  return first === undefined ? undefined : {operator, values};
}

/** Whether a word goes on with the list: a number or a port name, unless it may be what comes after the list. */
function continues(
  word: string,
  {names, follows}: {names: ReadonlyMap<string, number>; follows: ReadonlyMap<string, unknown>},
): boolean {
  if (/^\d+$/.test(word) || names.has(word.toLowerCase())) return true;
  return findKeyword(word, names).kind === 'found' && findKeyword(word, follows).kind === 'unknown';
}

function parseValue(
  reader: LineReader,
  {what, max, names}: {what: string; max: number; names: ReadonlyMap<string, number>},
): number | undefined {
  const token = reader.next;
  const numbers = `a number from 0 to ${max}`;
  if (token === undefined) {
    return reader.fail(token, {
      code: `missing-${what}`,
      message: `The line ends where a ${what} was expected.`,
      fix: `Write ${numbers}${names.size > 0 ? ', or a name' : ''}.`,
    });
  }
  if (/^\d/.test(token.text)) {
    reader.take();
    const value = readNumber(token.text);
    if (value !== undefined && value <= max) return value;
    return reader.fail(token, {
      code: what,
      message: `${quote(token.text)} is not a ${what}: those go from 0 to ${max}.`,
      fix: `Write ${numbers}.`,
    });
  }
  const match = findKeyword(token.text, names);
  if (match.kind === 'found') {
    reader.take();
    return match.value;
  }
  if (!addressWords.has(token.text.toLowerCase())) reader.take();
  if (match.kind === 'ambiguous') {
    return reader.fail(token, {
      code: 'ambiguous',
      message: `${quote(token.text)} can be ${oneOf(match.names)}.`,
      fix: 'Write the name in full, or the number.',
    });
  }
  const known = knownElsewhere.get(token.text.toLowerCase());
  const instead = known === undefined ? nearestName(token.text, names.keys()) : String(known);
  return reader.fail(token, {
    code: `unknown-${what}`,
    message: `${quote(token.text)} is not a ${what} that IOS knows by name here.`,
    fix: `Write ${instead === undefined ? numbers : `\`${instead}\``}.`,
    ...(instead === undefined ? {} : {replacement: instead}),
  });
}

/** Names that people expect and IOS does not have. */
const knownElsewhere: ReadonlyMap<string, number> = new Map([
  ['dhcp', 67],
  ['dns', 53],
  ['http', 80],
  ['https', 443],
  ['imap', 143],
  ['kerberos', 88],
  ['ldap', 389],
  ['ldaps', 636],
  ['ms-sql', 1433],
  ['radius', 1812],
  ['radius-acct', 1813],
  ['rdp', 3389],
  ['sip', 5060],
  ['smb', 445],
  ['ssh', 22],
]);
