import type {Ace} from '#protocol/dacl/acl.ts';
import {ipv4Protocols, ipv6Protocols} from '#protocol/dacl/ios-protocols.ts';
import {type LineReader, oneOf, quote, readNumber} from '#protocol/dacl/line-reader.ts';
import {looksLikeAddress, parseAddressMatch} from '#protocol/dacl/parse-address.ts';
import {parseOptions} from '#protocol/dacl/parse-options.ts';
import {parsePorts} from '#protocol/dacl/parse-ports.ts';

type Family = 'ipv4' | 'ipv6';

/** What a line was found to be about; `unknown`: its protocol could not be read, and what depends on it is let pass. */
export type LineProtocol = number | 'every' | 'unknown';

const actions: ReadonlyMap<string, 'permit' | 'deny' | 'remark' | 'unsupported'> = new Map([
  ['permit', 'permit'],
  ['deny', 'deny'],
  ['remark', 'remark'],
  ['dynamic', 'unsupported'],
  ['evaluate', 'unsupported'],
] as const);

/** Reads one line that is neither blank nor a comment. `undefined`: a remark, or its problems have been reported. */
export function parseAce(reader: LineReader, family: Family): Ace | undefined {
  const sequence = parseSequence(reader);
  const action = parseAction(reader);
  if (action === undefined) return undefined;

  const protocol = parseProtocol(reader, family);
  const source = parseAddressMatch(reader, {what: 'source', family});
  const sourcePort = parsePorts(reader, {protocol, side: 'source'});
  const destination = parseAddressMatch(reader, {what: 'destination', family});
  const destinationPort = parsePorts(reader, {protocol, side: 'destination'});
  const options = parseOptions(reader, {protocol, family, hasPorts: (sourcePort ?? destinationPort) !== undefined});
  if (reader.failed || source === undefined || destination === undefined) return undefined;

  return {
    line: reader.line,
    ...(sequence === undefined ? {} : {sequence}),
    action,
    ...(typeof protocol === 'number' ? {protocol} : {}),
    source,
    destination,
    ...(sourcePort ? {sourcePort} : {}),
    ...(destinationPort ? {destinationPort} : {}),
    ...options,
  };
}

function parseSequence(reader: LineReader): number | undefined {
  const token = reader.next;
  if (token === undefined || !/^\d+$/.test(token.text)) return undefined;
  reader.take();
  const sequence = readNumber(token.text);
  if (sequence !== undefined && sequence >= 1 && sequence <= 2_147_483_647) return sequence;
  return reader.fail(token, {
    code: 'sequence',
    message: `${quote(token.text)} is no sequence number: those go from 1 to 2147483647.`,
    fix: 'Write another number, or leave it out.',
  });
}

function parseAction(reader: LineReader): 'permit' | 'deny' | undefined {
  const keyword = reader.takeKeyword(actions, {code: 'action', what: 'the beginning of an entry'});
  if (keyword?.value === 'permit' || keyword?.value === 'deny') return keyword.value;
  if (keyword?.value === 'unsupported') {
    reader.fail(keyword.token, {
      code: 'unsupported',
      message: `\`${keyword.name}\` makes entries while the switch runs; a dACL cannot have them.`,
      fix: 'Write `permit` or `deny` entries.',
    });
  }
  reader.abandon();
  return undefined;
}

function parseProtocol(reader: LineReader, family: Family): LineProtocol {
  const table = family === 'ipv4' ? ipv4Protocols : ipv6Protocols;
  const {next} = reader;
  if (next && looksLikeAddress(next.text)) {
    reader.fail(next, {
      code: 'missing-protocol',
      message: `${quote(next.text)} stands where the protocol was expected.`,
      fix: `Write the protocol before it: ${oneOf(table.keys())}, or a number from 0 to 255.`,
    });
    return 'unknown';
  }
  const number = next && /^\d+$/.test(next.text) ? readNumber(next.text) : undefined;
  if (number !== undefined && number <= 255) {
    reader.take();
    return number === 0 && family === 'ipv4' ? 'every' : number;
  }
  const keyword = reader.takeKeyword(table, {code: 'protocol', what: 'a protocol'});
  if (keyword) return keyword.value ?? 'every';
  reader.take();
  return 'unknown';
}
