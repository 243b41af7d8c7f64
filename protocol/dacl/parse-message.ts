import type {Ace} from '#protocol/dacl/acl.ts';
import {icmpMessages, icmpv6Messages, igmpMessages} from '#protocol/dacl/ios-icmp.ts';
import {optionNames} from '#protocol/dacl/ios-options.ts';
import {protocolNumbers} from '#protocol/dacl/ios-protocols.ts';
import {findKeyword} from '#protocol/dacl/keyword.ts';
import {type LineReader, quote, readNumber} from '#protocol/dacl/line-reader.ts';
import type {LineProtocol} from '#protocol/dacl/parse-protocol.ts';

/** Reads which ICMP or IGMP message an entry is about, if it says so behind its destination. */
export function parseMessage(
  reader: LineReader,
  {protocol, family}: {protocol: LineProtocol; family: 'ipv4' | 'ipv6'},
): Pick<Ace, 'icmp' | 'igmpType'> {
  if (protocol === (family === 'ipv4' ? protocolNumbers.icmp : protocolNumbers.icmpv6)) {
    return parseIcmp(reader, family);
  }
  if (protocol === protocolNumbers.igmp) return parseIgmp(reader);
  return {};
}

function parseIcmp(reader: LineReader, family: 'ipv4' | 'ipv6'): Pick<Ace, 'icmp'> {
  const messages = family === 'ipv4' ? icmpMessages : icmpv6Messages;
  if (isNumber(reader)) {
    const type = takeNumber(reader, {what: 'ICMP type', max: 255});
    if (!isNumber(reader)) return {icmp: {type}};
    return {icmp: {type, code: takeNumber(reader, {what: 'ICMP code', max: 255})}};
  }
  return isName(reader, messages)
    ? {icmp: {...(reader.takeKeyword(messages, {code: 'icmp', what: 'an ICMP message'})?.value ?? {type: 0})}}
    : {};
}

function parseIgmp(reader: LineReader): Pick<Ace, 'igmpType'> {
  if (isNumber(reader)) return {igmpType: takeNumber(reader, {what: 'IGMP type', max: 15})};
  return isName(reader, igmpMessages)
    ? {igmpType: reader.takeKeyword(igmpMessages, {code: 'igmp', what: 'an IGMP message'})?.value ?? 0}
    : {};
}

function isNumber(reader: LineReader): boolean {
  return /^\d/.test(reader.next?.text ?? '');
}

/** A name of the table in full, or the beginning of one that no option shares. */
function isName(reader: LineReader, names: ReadonlyMap<string, unknown>): boolean {
  const word = reader.next?.text.toLowerCase();
  if (word === undefined || optionNames.has(word)) return false;
  return (
    names.has(word) ||
    (findKeyword(word, names).kind !== 'unknown' && findKeyword(word, optionNames).kind === 'unknown')
  );
}

/** 0 stands for what was wrong, and reported: the entry is not used then. */
function takeNumber(reader: LineReader, {what, max}: {what: string; max: number}): number {
  const token = reader.take();
  const number = token && readNumber(token.text);
  if (number !== undefined && number <= max) return number;
  reader.fail(token, {
    code: 'message-type',
    message: `${quote(token?.text ?? '')} is not an ${what}: those go from 0 to ${max}.`,
    fix: `Write a number from 0 to ${max}, or a name.`,
  });
  return 0;
}
