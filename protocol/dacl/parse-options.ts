import type {Ace, IcmpMatch, TcpFlag} from '#protocol/dacl/acl.ts';
import {icmpMessages, icmpv6Messages, igmpMessages} from '#protocol/dacl/ios-icmp.ts';
import {protocolNumbers} from '#protocol/dacl/ios-protocols.ts';
import {dscpNames, precedenceNames, tosNames} from '#protocol/dacl/ios-qos.ts';
import {findKeyword} from '#protocol/dacl/keyword.ts';
import {type LineReader, oneOf, quote, readNumber, type Token} from '#protocol/dacl/line-reader.ts';
import type {LineProtocol} from '#protocol/dacl/parse-ace.ts';
import {parseNumbers} from '#protocol/dacl/parse-ports.ts';

export type AceOptions = Pick<
  Ace,
  'established' | 'flags' | 'icmp' | 'igmpType' | 'dscp' | 'precedence' | 'tos' | 'ttl' | 'fragments' | 'log'
>;

type OptionKind = 'established' | 'flag' | 'match' | 'qos' | 'ttl' | 'fragments' | 'log' | 'unsupported';

/** Every word that IOS takes after the destination. */
export const optionNames: ReadonlyMap<string, OptionKind> = new Map([
  ['ack', 'flag'],
  ['fin', 'flag'],
  ['psh', 'flag'],
  ['rst', 'flag'],
  ['syn', 'flag'],
  ['urg', 'flag'],
  ['match-all', 'match'],
  ['match-any', 'match'],
  ['established', 'established'],
  ['dscp', 'qos'],
  ['precedence', 'qos'],
  ['tos', 'qos'],
  ['ttl', 'ttl'],
  ['fragments', 'fragments'],
  ['log', 'log'],
  ['log-input', 'log'],
  ['flow-label', 'unsupported'],
  ['option', 'unsupported'],
  ['reflect', 'unsupported'],
  ['routing', 'unsupported'],
  ['time-range', 'unsupported'],
] as const);

const noNames: ReadonlyMap<string, number> = new Map();

interface Line {
  protocol: LineProtocol;
  family: 'ipv4' | 'ipv6';
  hasPorts: boolean;
}

/** Reads what stands after addresses and ports, to the end of the line. */
export function parseOptions(reader: LineReader, line: Line): AceOptions {
  const options: AceOptions = parseMessage(reader, line);
  const seen = new Map<string, Token>();
  while (reader.next) parseOption(reader, {options, seen, line});

  const fragments = seen.get('fragments');
  if (fragments && (line.hasPorts || options.icmp || options.igmpType !== undefined || options.established || options.flags)) {
    reader.fail(fragments, {
      code: 'fragments-with-ports',
      message: 'Only the first fragment of a packet has ports, flags or a message type, and `fragments` is for the others.',
      fix: 'Leave `fragments` out, or write an entry of its own with addresses only.',
    });
  }
  return options;
}
