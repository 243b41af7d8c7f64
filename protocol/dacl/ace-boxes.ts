import type {Ace, Acl, AddressMatch, PortMatch, TcpFlag} from '#protocol/dacl/acl.ts';
import {type Box, bit, messageLimit, range, rangeLimits} from '#protocol/dacl/box.ts';
import {parseIpv4, parseIpv6} from '#protocol/dacl/ip-address.ts';
import {looksAtTransport} from '#protocol/dacl/verdict.ts';

type Family = Acl['family'];
type Range = readonly [from: number, to: number];
type Bits = readonly [value: number, mask: number];

/** The boxes of a list's entries, made when they are asked for first: several checks ask. */
export class AclBoxes {
  readonly #family: Family;
  readonly #known = new Map<Ace, readonly Box[]>();

  constructor(family: Family) {
    this.#family = family;
  }

  of(ace: Ace): readonly Box[] {
    const known = this.#known.get(ace);
    if (known) return known;
    const made = boxesOf(ace, this.#family);
    this.#known.set(ace, made);
    return made;
  }
}

/**
The packets that an entry matches, as `verdict` sees them: boxes that have nothing in common. None: it matches nothing.
Loops where `flatMap` would do: a list has thousands of entries, and half the time of a check went into such arrays.
*/
export function boxesOf(ace: Ace, family: Family): Box[] {
  const dscp = dscpBits(ace);
  if (dscp === undefined) return [];
  const asksMore = looksAtTransport(ace);
  const network = {
    protocol: ace.protocol === undefined ? full(range.protocol) : ([ace.protocol, ace.protocol] as const),
    addresses: addressesOf(ace, family),
    dscp,
  };
  const boxes: Box[] = [];
  for (const ttl of ace.ttl ? rangesOf(ace.ttl, 255) : anyTtl) {
    if (!asksMore && !ace.fragments) boxes.push(boxOf({...network, ttl}));
    else {
      if (!ace.fragments) addTransportBoxes(boxes, ace, {...network, ttl});
      if (ace.action === 'permit' || !asksMore) boxes.push(boxOf({...network, ttl, fragment: laterFragment}));
    }
  }
  return boxes;
}

/** Of what is asked of a packet; left out: nothing. */
export interface Asked {
  protocol?: Range;
  fragment?: Range;
  first?: Range | undefined;
  second?: Range | undefined;
  ttl?: Range;
  flags?: Bits;
  dscp?: Bits;
  /** Value and mask of every word, the source's first. */
  addresses: readonly number[];
}

export function boxOf(asked: Asked): Box {
  const protocol = asked.protocol ?? full(range.protocol);
  const limit = protocol[0] === protocol[1] ? messageLimit(protocol[0]) : undefined;
  const whole = limit === undefined ? full(range.first) : ([0, limit] as const);
  const fragment = asked.fragment ?? full(range.fragment);
  const first = asked.first ?? whole;
  const second = asked.second ?? whole;
  const ttl = asked.ttl ?? full(range.ttl);
  const flags = asked.flags ?? anyBits;
  const dscp = asked.dscp ?? anyBits;
  return {
    // biome-ignore format: a pair a line would tell less
    ranges: [
      protocol[0], protocol[1], fragment[0], fragment[1], first[0], first[1], second[0], second[1], ttl[0], ttl[1],
    ],
    bits: [flags[0], flags[1], dscp[0], dscp[1], ...asked.addresses],
  };
}

function addressesOf({source, destination}: Ace, family: Family): readonly number[] {
  const [from, to] = [addressBits(source, family), addressBits(destination, family)];
  if (family === 'ipv6') return [...from, ...to];
  return [from[0] as number, from[1] as number, to[0] as number, to[1] as number];
}

/** Value and mask, word by word. */
export function addressBits(match: AddressMatch, family: Family): readonly number[] {
  const length = family === 'ipv4' ? 32 : 128;
  switch (match.kind) {
    case 'any':
      return family === 'ipv4' ? anyIpv4 : anyIpv6;
    case 'host':
      if (family === 'ipv4') return [(parseIpv4(match.address) ?? 0) | 0, -1];
      return prefixBits(wholeAddress(match.address, family), length, length);
    case 'prefix':
      return prefixBits(wholeAddress(match.address, family), match.length, length);
    case 'wildcard': {
      const mask = ~(parseIpv4(match.wildcard) ?? 0);
      return [(parseIpv4(match.address) ?? 0) & mask, mask];
    }
  }
}

const flagBits: Record<TcpFlag, number> = {fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32};
const anyBits: Bits = [0, 0];
const anyIpv4: readonly number[] = [0, 0];
const anyIpv6: readonly number[] = new Array<number>(8).fill(0);
const anyFlags: readonly Bits[] = [anyBits];
const wholePacket: Range = [0, 0];
const laterFragment: Range = [1, 1];
const fullRanges: readonly Range[] = [0, 2, 4, 6, 8].map(at => [rangeLimits[at] ?? 0, rangeLimits[at + 1] ?? 0]);

const anyTtl: readonly Range[] = [full(range.ttl)];

/** In the order of their bits. */
export const flagNames: readonly TcpFlag[] = ['fin', 'syn', 'rst', 'psh', 'ack', 'urg'];

export function maskOfFlags(flags: readonly TcpFlag[]): number {
  return flags.reduce((mask, flag) => mask | flagBits[flag], 0);
}

function addTransportBoxes(boxes: Box[], ace: Ace, network: Asked): void {
  const {icmp, igmpType} = ace;
  const type = icmp?.type ?? igmpType;
  const firsts = ace.sourcePort ? rangesOf(ace.sourcePort, 65535) : [oneOrAny(type)];
  const seconds = ace.destinationPort ? rangesOf(ace.destinationPort, 65535) : [oneOrAny(icmp?.code)];
  const combinations = flagsOf(ace);
  for (const first of firsts) {
    for (const second of seconds) {
      for (const flags of combinations) boxes.push(boxOf({...network, fragment: wholePacket, first, second, flags}));
    }
  }
}

function oneOrAny(value: number | undefined): Range | undefined {
  return value === undefined ? undefined : [value, value];
}

/** The combinations of flags that an entry takes, each once. */
function flagsOf({established, flags}: Ace): readonly Bits[] {
  const sets: readonly Bits[] = established
    ? anyOf([
        [16, 16],
        [4, 4],
      ])
    : anyFlags;
  if (flags === undefined) return sets;
  const asked: Bits[] = [...flags.set, ...flags.clear].map(flag => [
    flags.set.includes(flag) ? flagBits[flag] : 0,
    flagBits[flag],
  ]);
  const own = flags.any ? anyOf(asked) : [asked.reduce(both, anyBits)];
  return sets.flatMap(a => own.filter(b => ((a[0] ^ b[0]) & a[1] & b[1]) === 0).map(b => both(a, b)));
}

/** One of single bits is enough: the first; or the second and not the first; … */
function anyOf(asked: readonly Bits[]): Bits[] {
  return asked.map((own, index) => asked.slice(0, index).map(opposite).reduce(both, own));
}

function opposite([value, mask]: Bits): Bits {
  return [value ^ mask, mask];
}

function both(a: Bits, b: Bits): Bits {
  return [a[0] | b[0], a[1] | b[1]];
}

/** `undefined`: nothing can match. The lowest bit of `tos` lies in ECN, which the model takes for 0. */
function dscpBits({dscp, precedence, tos}: Ace): Bits | undefined {
  if (dscp !== undefined) return [dscp, 63];
  if (tos === undefined && precedence === undefined) return anyBits;
  if (tos !== undefined && tos % 2 === 1) return undefined;
  const high: Bits = precedence === undefined ? anyBits : [precedence << 3, 0o70];
  const low: Bits = tos === undefined ? anyBits : [tos >> 1, 0o7];
  return both(high, low);
}

function rangesOf(match: PortMatch, max: number): Range[] {
  switch (match.operator) {
    case 'eq':
      if (match.values.length === 1) return [[match.values[0] as number, match.values[0] as number]];
      return [...new Set(match.values)].map(value => [value, value]);
    case 'neq': {
      const borders = [-1, ...new Set(match.values.toSorted((a, b) => a - b)), max + 1];
      return borders
        .slice(1)
        .map((border, index) => [(borders[index] ?? 0) + 1, border - 1] as const)
        .filter(isRange);
    }
    case 'gt':
      return [[match.value + 1, max] as const].filter(isRange);
    case 'lt':
      return [[0, match.value - 1] as const].filter(isRange);
    case 'range':
      return [[match.from, match.to]];
  }
}

function isRange([from, to]: Range): boolean {
  return from <= to;
}

function full(place: number): Range {
  return fullRanges[place / 2] ?? [0, 0];
}

function wholeAddress(text: string, family: Family): bigint {
  return family === 'ipv4' ? BigInt(parseIpv4(text) ?? 0) : (parseIpv6(text) ?? 0n);
}

function prefixBits(address: bigint, prefixLength: number, length: number): number[] {
  const bits: number[] = [];
  for (let at = 0; at < length; at += 32) {
    const counted = Math.min(32, Math.max(0, prefixLength - at));
    const mask = counted === 0 ? 0 : -1 << (32 - counted);
    const word = Number((address >> BigInt(length - 32 - at)) & 0xffffffffn);
    bits.push(word & mask, mask);
  }
  return bits;
}

/** Where the words of the destination begin in `bits`. */
export function destinationPlace(family: Family): number {
  return bit.source + (family === 'ipv4' ? 2 : 8);
}
