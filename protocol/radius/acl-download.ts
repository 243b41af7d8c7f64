/**
The entries of an ACL as Cisco-AVPairs `ip:inacl#<n>=<entry>`, or `ipv6:inacl#<n>=` for IPv6, over one packet or several
(domain.md 5.5): of a downloadable one, and of one that stands in the Access-Accept of an authentication itself.
*/
import type {Acl} from '#protocol/dacl/acl.ts';
import {avPair, readAvPairs} from '#protocol/radius/attributes.ts';
import {headerBytes, maximumPacketBytes, type RadiusPacket} from '#protocol/radius/packet.ts';

/** An entry is longer than a Cisco-AVPair can be. */
export class AclEntryTooLongError extends RangeError {
  override readonly name = 'AclEntryTooLongError';
  /** Counted from 1. */
  readonly entryNumber: number;

  constructor(entryNumber: number, entry: string, {bytes, family}: {bytes: number; family: Acl['family']}) {
    super(
      `Entry ${entryNumber} takes ${bytes} bytes as ${prefixes[family]}${entryNumber}=, and a Cisco-AVPair has room for ` +
        `${longestPairBytes}: shorten ${JSON.stringify(entry)}.`,
    );
    this.entryNumber = entryNumber;
  }
}

/** What 4096 bytes leave for entries beside the Message-Authenticator and a User-Name, State and Class of any length. */
export const aclRoundBudgetBytes: number = maximumPacketBytes - headerBytes - 18 - 3 * 255;

/**
Deals the entries out, in order, to packets in each of which they may take `budgetBytes`. There is always a round, if only an
empty one. Numbering goes on over the rounds, from 1.

Throws `AclEntryTooLongError`, and RangeError if the budget is too small for an entry.
*/
export function splitAclRounds(
  entries: readonly string[],
  budgetBytes: number,
  family: Acl['family'] = 'ipv4',
): string[][] {
  let round: string[] = [];
  let leftBytes = budgetBytes;
  const rounds = [round];
  for (const [index, entry] of entries.entries()) {
    const bytes = pairBytes(index + 1, entry, family) + vendorOverheadBytes;
    if (bytes > budgetBytes)
      throw new RangeError(`Entry ${index + 1} takes ${bytes} bytes of a budget of ${budgetBytes}.`);
    if (bytes > leftBytes) {
      round = [];
      rounds.push(round);
      leftBytes = budgetBytes;
    }
    round.push(entry);
    leftBytes -= bytes;
  }
  return rounds;
}

/** `n` counts from 1, over all rounds. */
export function aclEntryPair(n: number, entry: string, family: Acl['family'] = 'ipv4'): string {
  return `${prefixes[family]}${n}=${entry}`;
}

const prefixes: Record<Acl['family'], string> = {ipv4: 'ip:inacl#', ipv6: 'ipv6:inacl#'};

/**
Puts together the entries of a download from the answers of all its rounds, in whatever order the pairs stand. Refused is what
would be a different ACL from the one meant: a number missing, there twice or not readable, and answers that are not
Access-Challenges up to one Access-Accept. Entries of the other family are none of this list's. That entries are missing at the end of a packet, nothing in RADIUS tells.
*/
export function collectAclEntries(
  answers: readonly RadiusPacket[],
  family: Acl['family'] = 'ipv4',
): {ok: true; entries: string[]} | {ok: false; reason: string} {
  const refuse = (reason: string) => ({ok: false, reason}) as const;
  const misplaced = answers.findIndex(({code}, index) => code !== expectedCode(index, answers.length));
  if (misplaced >= 0) return refuse(`answer ${misplaced + 1} of ${answers.length} is an ${answers[misplaced]?.code}`);
  if (answers.length === 0) return refuse('there is no answer');

  const numbered = numberedEntries(answers, family);
  if (!numbered.ok) return numbered;
  const {entries} = numbered;
  const ordered: string[] = [];
  for (let n = 1; n <= entries.size; n += 1) {
    const entry = entries.get(n);
    if (entry === undefined) return refuse(`entry ${n} is missing, and there are ${entries.size} others`);
    ordered.push(entry);
  }
  return {ok: true, entries: ordered};
}

/**
The entries that stand in the Access-Accept of an authentication, by their numbers: these give the order and nothing else, so some may be
missing. Refused is a number that is there twice or not readable.
*/
export function readPerUserEntries(
  accept: RadiusPacket,
  family: Acl['family'],
): {ok: true; entries: string[]} | {ok: false; reason: string} {
  const numbered = numberedEntries([accept], family);
  if (!numbered.ok) return numbered;
  const inOrder = [...numbered.entries].toSorted(([one], [other]) => one - other);
  return {ok: true, entries: inOrder.map(([, entry]) => entry)};
}

function numberedEntries(
  packets: readonly RadiusPacket[],
  family: Acl['family'],
): {ok: true; entries: Map<number, string>} | {ok: false; reason: string} {
  const prefix = prefixes[family];
  const entries = new Map<number, string>();
  for (const pair of packets.flatMap(readAvPairs).filter(pair => pair.startsWith(prefix.slice(0, -1)))) {
    const [, digits, entry] = pair.startsWith(prefix)
      ? (/^([1-9]\d{0,8})=(.*)$/s.exec(pair.slice(prefix.length)) ?? [])
      : [];
    if (digits === undefined || entry === undefined)
      return {ok: false, reason: `${JSON.stringify(pair)} does not begin with ${prefix}<number>=`};
    if (entries.has(Number(digits))) return {ok: false, reason: `entry ${digits} is there twice`};
    entries.set(Number(digits), entry);
  }
  return {ok: true, entries};
}

const vendorOverheadBytes = 8;
const longestPairBytes = 255 - vendorOverheadBytes;

function pairBytes(n: number, entry: string, family: Acl['family']): number {
  const bytes = avPair(aclEntryPair(n, entry, family)).value.length;
  if (bytes > longestPairBytes) throw new AclEntryTooLongError(n, entry, {bytes, family});
  return bytes;
}

function expectedCode(index: number, count: number): RadiusPacket['code'] {
  return index === count - 1 ? 'Access-Accept' : 'Access-Challenge';
}
