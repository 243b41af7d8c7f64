import type {Ace} from '#protocol/dacl/acl.ts';
import type {LineReader} from '#protocol/dacl/line-reader.ts';
import {parseAddressMatch} from '#protocol/dacl/parse-address.ts';
import {parseMessage} from '#protocol/dacl/parse-message.ts';
import {parseOptions} from '#protocol/dacl/parse-options.ts';
import {parsePorts} from '#protocol/dacl/parse-ports.ts';
import {parseProtocol} from '#protocol/dacl/parse-protocol.ts';
import {parseSequence} from '#protocol/dacl/parse-sequence.ts';

const actions: ReadonlyMap<string, 'permit' | 'deny' | 'remark' | 'unsupported' | 'header'> = new Map([
  ['permit', 'permit'],
  ['deny', 'deny'],
  ['remark', 'remark'],
  ['dynamic', 'unsupported'],
  ['evaluate', 'unsupported'],
  ['access-list', 'header'],
  ['ip', 'header'],
  ['ipv6', 'header'],
  ['no', 'header'],
] as const);

/** Reads one line that is neither blank nor a comment. `undefined`: a remark, or its problems have been reported. */
export function parseAce(reader: LineReader, family: 'ipv4' | 'ipv6'): Ace | undefined {
  const sequence = startsWithNumber(reader) ? parseSequence(reader) : undefined;
  const action = parseAction(reader);
  if (action === undefined) return undefined;

  const protocol = parseProtocol(reader, family);
  const source = parseAddressMatch(reader, {what: 'source', family});
  const sourcePort = parsePorts(reader, {protocol, side: 'source'});
  const destination = parseAddressMatch(reader, {what: 'destination', family});
  const destinationPort = parsePorts(reader, {protocol, side: 'destination'});
  const message = parseMessage(reader, {protocol, family});
  const hasTransport = Boolean(sourcePort ?? destinationPort ?? message.icmp) || message.igmpType !== undefined;
  const hasSequence = sequence !== undefined;
  const options = parseOptions(reader, {protocol, family, hasTransport, hasSequence});
  if (reader.failed || source === undefined || destination === undefined) return undefined;

  const ace: Ace = {line: reader.line, action, source, destination, ...message, ...options};
  if (hasSequence) ace.sequence = sequence;
  if (typeof protocol === 'number') ace.protocol = protocol;
  if (sourcePort) ace.sourcePort = sourcePort;
  if (destinationPort) ace.destinationPort = destinationPort;
  return ace;
}

function startsWithNumber(reader: LineReader): boolean {
  return /^\d+$/.test(reader.next?.text ?? '');
}

function parseAction(reader: LineReader): 'permit' | 'deny' | undefined {
  const keyword = reader.takeKeyword(actions, {code: 'action', what: 'the beginning of an entry'});
  if (keyword?.value === 'permit' || keyword?.value === 'deny') return keyword.value;
  if (keyword?.value === 'unsupported') {
    reader.fail(keyword.token, {
      code: 'unsupported',
      message: `\`${keyword.name}\` entries come and go while the switch runs, and that takes state: not possible in a dACL.`,
      fix: 'Write `permit` or `deny` entries.',
    });
  }
  if (keyword?.value === 'header') {
    reader.fail(keyword.token, {
      code: 'header',
      message: `\`${keyword.name}\` is a command of the switch's configuration. A dACL has entries only: ISE names the list.`,
      fix: 'Begin the line with `permit` or `deny`, and leave out what stands before.',
    });
  }
  reader.abandon();
  return undefined;
}
