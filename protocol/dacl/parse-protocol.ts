import {ipv4Protocols, ipv6Protocols} from '#protocol/dacl/ios-protocols.ts';
import {type LineReader, oneOf, quote, readNumber} from '#protocol/dacl/line-reader.ts';
import {looksLikeAddress} from '#protocol/dacl/parse-address.ts';

/** What an entry is for; `unknown`: it could not be read, so whatever depends on it is let pass. */
export type LineProtocol = number | 'every' | 'unknown';

/** Hop-by-hop, routing, fragment and destination options (RFC 8200 §4.1): the packet filter looks behind them. */
const extensionHeaders: ReadonlySet<number> = new Set([0, 43, 44, 60]);

/** Reads a protocol by its IOS name or by number. */
export function parseProtocol(reader: LineReader, family: 'ipv4' | 'ipv6'): LineProtocol {
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
  const number = next && readNumber(next.text);
  if (number !== undefined && number <= 255) {
    reader.take();
    if (family === 'ipv6' && extensionHeaders.has(number)) {
      reader.fail(next, {
        code: 'unsupported',
        message: `${number} is an IPv6 extension header, and what comes behind it is the protocol; not supported here.`,
        fix: 'Write the protocol behind it, or `ipv6` for all.',
      });
    }
    return number === 0 && family === 'ipv4' ? 'every' : number;
  }
  if (next?.text.toLowerCase() === 'object-group') {
    reader.take();
    reader.take();
    reader.fail(next, {
      code: 'unsupported',
      message:
        "`object-group` refers to the switch's own configuration, which ISE does not know: not possible in a dACL.",
      fix: 'Write the protocol and its ports, one entry for each.',
    });
    return 'unknown';
  }
  const keyword = reader.takeKeyword(table, {code: 'protocol', what: 'a protocol (a name, or 0 to 255)'});
  if (keyword) return keyword.value ?? 'every';
  reader.take();
  return 'unknown';
}
