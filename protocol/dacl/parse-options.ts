import type {Ace, TcpFlag} from '#protocol/dacl/acl.ts';
import {type OptionKind, operators, optionNames, unsupportedReasons} from '#protocol/dacl/ios-options.ts';
import {protocolNumbers} from '#protocol/dacl/ios-protocols.ts';
import {dscpNames, precedenceNames, tosNames} from '#protocol/dacl/ios-qos.ts';
import {type LineReader, quote, readNumber, type Token} from '#protocol/dacl/line-reader.ts';
import {parseNumbers} from '#protocol/dacl/parse-ports.ts';
import type {LineProtocol} from '#protocol/dacl/parse-protocol.ts';
import {parseSequence} from '#protocol/dacl/parse-sequence.ts';

export type AceOptions = Pick<
  Ace,
  'sequence' | 'established' | 'flags' | 'dscp' | 'precedence' | 'tos' | 'ttl' | 'fragments' | 'log' | 'timeRange'
>;

interface Line {
  protocol: LineProtocol;
  family: 'ipv4' | 'ipv6';
  /** Whether the entry looks at ports or a message type already. */
  hasTransport: boolean;
  /** Whether it began with a number. */
  hasSequence: boolean;
}

/** Reads what stands after addresses, ports and message type, to the end of the line. */
export function parseOptions(reader: LineReader, line: Line): AceOptions {
  const options: AceOptions = {};
  if (reader.next === undefined) return options;
  const seen = new Map<string, Token>();
  while (reader.next) parseOption(reader, {options, seen, line});

  const fragments = seen.get('fragments');
  if (fragments && (line.hasTransport || options.established || options.flags)) {
    reader.fail(fragments, {
      code: 'fragments-with-ports',
      message:
        'Only the first fragment of a packet has ports, flags or a message type, and `fragments` is for the others.',
      fix: 'Leave `fragments` out, or write an entry of its own with addresses only.',
    });
  }
  const tos = seen.get('precedence') ?? seen.get('tos');
  if (tos && seen.has('dscp')) {
    reader.fail(tos, {
      code: 'dscp-with-precedence',
      message: '`dscp` and `precedence` or `tos` are two readings of the same byte: an entry takes one of them.',
      fix: 'Leave one of the two out.',
    });
  }
  return options;
}

function parseOption(
  reader: LineReader,
  {options, seen, line}: {options: AceOptions; seen: Map<string, Token>; line: Line},
): void {
  const word = reader.next?.text ?? '';
  if (/^[+-]/.test(word)) {
    misplacedSign(reader, word);
    return;
  }
  const keyword = reader.takeKeyword(allNames, {code: 'option', what: 'an option that an entry can end with'});
  if (keyword === undefined) {
    reader.take();
    return;
  }
  const {name, value: kind, token} = keyword;
  if (kind === 'operator') {
    misplacedPorts(reader, name, token);
    return;
  }
  if (seen.has(name) || (kind === 'log' && options.log)) {
    reader.fail(token, {code: 'twice', message: `\`${name}\` is there already.`, fix: 'Leave it out here.'});
  }
  seen.set(name, token);
  if (
    (kind === 'flag' || kind === 'match' || kind === 'established') &&
    !isOrMayBe(line.protocol, protocolNumbers.tcp)
  ) {
    reader.fail(token, {
      code: 'needs-tcp',
      message: `Only TCP has flags, so \`${name}\` belongs to no other protocol.`,
      fix: 'Write `tcp` as the protocol, or leave it out.',
    });
  }
  if (line.family === 'ipv6' && ipv4Only.has(name)) {
    reader.fail(token, {
      code: 'ipv4-only',
      message: `IOS has no \`${name}\` in IPv6 lists.`,
      fix: name === 'ttl' ? 'Leave it out.' : 'Write `dscp` instead, or leave it out.',
    });
  }
  if (kind === 'sequence') checkSequence(reader, token, line);
  readOption(reader, {name, kind, token, options});
}

const allNames: ReadonlyMap<string, OptionKind | 'operator'> = new Map([
  ...optionNames,
  ...Array.from(operators.keys(), name => [name, 'operator'] as const),
]);
const ipv4Only = new Set(['precedence', 'tos', 'ttl']);
const qos = {
  dscp: {names: dscpNames, max: 63},
  precedence: {names: precedenceNames, max: 7},
  tos: {names: tosNames, max: 15},
} as const;
const noNames: ReadonlyMap<string, number> = new Map();

function readOption(
  reader: LineReader,
  {name, kind, token, options}: {name: string; kind: OptionKind; token: Token; options: AceOptions},
): void {
  switch (kind) {
    case 'established':
      options.established = true;
      return;
    case 'fragments':
      options.fragments = true;
      return;
    case 'log':
      options.log = name === 'log' ? 'log' : 'log-input';
      return;
    case 'flag':
      // The older way to write flags: several mean that one of them is enough.
      if (options.flags?.clear.length || options.flags?.any === false) mixedFlags(reader, token);
      else options.flags = {set: [...(options.flags?.set ?? []), ...flagNamed(name)], clear: [], any: true};
      return;
    case 'match':
      if (options.flags) mixedFlags(reader, token);
      else options.flags = readFlags(reader, name === 'match-any');
      return;
    case 'ttl': {
      const ttl = parseNumbers(reader, {what: 'TTL', max: 255, names: noNames, follows: optionNames});
      if (ttl) options.ttl = ttl;
      return;
    }
    case 'qos':
      if (name === 'dscp' || name === 'precedence' || name === 'tos') options[name] = readQos(reader, name);
      return;
    case 'time-range':
      readTimeRange(reader, options);
      return;
    case 'sequence': {
      const sequence = parseSequence(reader);
      if (sequence !== undefined) options.sequence = sequence;
      return;
    }
    case 'unsupported':
      reader.fail(token, {
        code: 'unsupported',
        message: `\`${name}\`: ${unsupportedReasons.get(name) ?? 'Not supported here.'}`,
        fix: 'Leave it out.',
      });
      reader.abandon();
      return;
    default:
      kind satisfies never;
  }
}

/** An IPv6 entry may have its number at the end, as IOS shows it; an IPv4 entry has it at the beginning. */
function checkSequence(reader: LineReader, token: Token, {family, hasSequence}: Line): void {
  if (family === 'ipv4') {
    reader.fail(token, {
      code: 'ipv6-only',
      message: 'Only IPv6 entries have their sequence number at the end.',
      fix: 'Write the number at the beginning of the line, or leave it out.',
    });
  } else if (hasSequence) {
    reader.fail(token, {
      code: 'twice',
      message: 'The line has its sequence number at the beginning already.',
      fix: 'Leave one of the two out.',
    });
  }
}

/** The name is the user's; it goes into messages and back into the list's text, nowhere else. */
function readTimeRange(reader: LineReader, options: AceOptions): void {
  const name = reader.take();
  if (name) {
    options.timeRange = name.text;
    return;
  }
  reader.fail(name, {
    code: 'missing-time-range',
    message: 'The line ends where the name of a time range of the switch was expected.',
    fix: 'Write the name, or leave `time-range` out.',
  });
}

/** 0 stands for what was wrong, and reported: the entry is not used then. */
function readQos(reader: LineReader, name: keyof typeof qos): number {
  const {names, max} = qos[name];
  const number = reader.next && readNumber(reader.next.text);
  if (number !== undefined && number <= max) {
    reader.take();
    return number;
  }
  const keyword = reader.takeKeyword(names, {code: name, what: `a value of \`${name}\` (0 to ${max}, or a name)`});
  if (keyword) return keyword.value;
  if (reader.next && !optionNames.has(reader.next.text.toLowerCase())) reader.take();
  return 0;
}

function readFlags(reader: LineReader, any: boolean): {set: TcpFlag[]; clear: TcpFlag[]; any: boolean} {
  const set: TcpFlag[] = [];
  const clear: TcpFlag[] = [];
  const begin = reader.next;
  for (let token = reader.next; token && /^[+-]/.test(token.text); token = reader.next) {
    const [flag] = flagNamed(token.text.slice(1).toLowerCase());
    reader.take();
    if (flag === undefined) {
      reader.fail(token, {
        code: 'unknown-flag',
        message: `${quote(token.text)} is not a TCP flag.`,
        fix: `Write \`+\` or \`-\` before one of ${tcpFlags.join(', ')}.`,
      });
    } else if (set.includes(flag) || clear.includes(flag)) {
      reader.fail(token, {code: 'twice', message: `\`${flag}\` is there already.`, fix: 'Leave it out here.'});
    } else {
      (token.text.startsWith('+') ? set : clear).push(flag);
    }
  }
  if (begin === reader.next) {
    reader.fail(begin, {
      code: 'missing-flag',
      message: `${begin ? `${quote(begin.text)} stands` : 'The line ends'} where a flag was expected.`,
      fix: 'Write `+` (set) or `-` (clear) before each flag, as in `match-all +syn -ack`.',
    });
  }
  return {set, clear, any};
}

const tcpFlags = ['ack', 'fin', 'psh', 'rst', 'syn', 'urg'] as const;

function flagNamed(name: string): TcpFlag[] {
  return tcpFlags.filter(flag => flag === name);
}

function mixedFlags(reader: LineReader, token: Token): void {
  reader.fail(token, {
    code: 'mixed-flags',
    message: 'An entry names its flags either plainly, or once after `match-any` or `match-all`.',
    fix: 'Write them all after one `match-any` or `match-all`.',
  });
  while (reader.next && /^[+-]/.test(reader.next.text)) reader.take();
}

function misplacedSign(reader: LineReader, word: string): void {
  reader.fail(reader.take(), {
    code: 'misplaced-flag',
    message: `${quote(word)} is a flag with a sign, and those stand after \`match-any\` or \`match-all\`.`,
    fix: `Write \`match-all\` before it.`,
  });
}

function misplacedPorts(reader: LineReader, name: string, token: Token): void {
  reader.fail(token, {
    code: 'misplaced-ports',
    message: `\`${name}\` must stand directly behind the address whose ports it is about.`,
    fix: 'Move it there, or leave it out.',
  });
  while (reader.next && !allNames.has(reader.next.text.toLowerCase())) reader.take();
}

function isOrMayBe(protocol: LineProtocol, number: number): boolean {
  return protocol === number || protocol === 'unknown';
}
