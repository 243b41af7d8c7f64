/**
A set of packets that asks something of each field by itself. Fields that are numbers have a range; fields of which single bits
count have a value and a mask of the bits that do.
*/
export interface Box {
  /** Lowest and highest of `protocol`, `fragment` (0, 1), `first`, `second` and `ttl`, two numbers each. */
  readonly ranges: readonly number[];
  /** Value and mask of TCP flags, DSCP, and the 32-bit words of source and destination, two numbers each. */
  readonly bits: readonly number[];
}

/**
Places in `ranges`. `first` and `second` are the ports, the ICMP type and code, or the IGMP type and nothing: what they mean
depends on the protocol.
*/
export const range = {protocol: 0, fragment: 2, first: 4, second: 6, ttl: 8} as const;
export const rangeLimits: readonly number[] = [0, 255, 0, 1, 0, 65535, 0, 65535, 0, 255];

/** Places in `bits`; the destination comes behind the source. */
export const bit = {flags: 0, dscp: 2, source: 4} as const;
const smallField = 63;

export function intersects(a: Box, b: Box): boolean {
  for (let at = 0; at < a.ranges.length; at += 2) {
    if (number(a.ranges, at) > number(b.ranges, at + 1) || number(b.ranges, at) > number(a.ranges, at + 1))
      return false;
  }
  for (let at = 0; at < a.bits.length; at += 2) {
    const both = number(a.bits, at + 1) & number(b.bits, at + 1);
    if (((number(a.bits, at) ^ number(b.bits, at)) & both) !== 0) return false;
  }
  return true;
}

export function contains(outer: Box, inner: Box): boolean {
  for (let at = 0; at < outer.ranges.length; at += 2) {
    if (number(outer.ranges, at) > number(inner.ranges, at)) return false;
    if (number(outer.ranges, at + 1) < number(inner.ranges, at + 1)) return false;
  }
  for (let at = 0; at < outer.bits.length; at += 2) {
    const mask = number(outer.bits, at + 1);
    if ((mask & ~number(inner.bits, at + 1)) !== 0) return false;
    if (((number(outer.bits, at) ^ number(inner.bits, at)) & mask) !== 0) return false;
  }
  return true;
}

/** What of `box` is not in `other`, in pieces that have nothing in common. */
export function subtract(box: Box, other: Box): Box[] {
  if (!intersects(box, other)) return [box];
  const pieces: Box[] = [];
  let {ranges, bits} = box;
  for (let at = 0; at < ranges.length; at += 2) {
    const [from, to] = [number(other.ranges, at), number(other.ranges, at + 1)];
    if (number(ranges, at) < from) {
      pieces.push({ranges: ranges.with(at + 1, from - 1), bits});
      ranges = ranges.with(at, from);
    }
    if (number(ranges, at + 1) > to) {
      pieces.push({ranges: ranges.with(at, to + 1), bits});
      ranges = ranges.with(at + 1, to);
    }
  }
  for (let at = 0; at < bits.length; at += 2) {
    let open = number(other.bits, at + 1) & ~number(bits, at + 1);
    while (open !== 0) {
      const lowest = open & -open;
      const wanted = number(other.bits, at) & lowest;
      const [value, mask] = [number(bits, at), number(bits, at + 1) | lowest];
      pieces.push({ranges, bits: bits.with(at, value | (wanted ^ lowest)).with(at + 1, mask)});
      bits = bits.with(at, value | wanted).with(at + 1, mask);
      open &= ~lowest;
    }
  }
  return pieces.filter(isPossible);
}

/** What both have; `undefined`: nothing. */
export function intersection(a: Box, b: Box): Box | undefined {
  if (!intersects(a, b)) return undefined;
  const ranges = a.ranges.map((value, at) =>
    at % 2 === 0 ? Math.max(value, number(b.ranges, at)) : Math.min(value, number(b.ranges, at)),
  );
  const bits = a.bits.map((value, at) =>
    at % 2 === 0
      ? (value & number(a.bits, at + 1)) | (number(b.bits, at) & number(b.bits, at + 1))
      : value | number(b.bits, at),
  );
  return {ranges, bits};
}

/** How much of `box` lies in `other`, from 0 to 1. Rounded, so it can rule out and not prove. */
export function share(box: Box, other: Box): number {
  if (!intersects(box, other)) return 0;
  let part = 1;
  for (let at = 0; at < box.ranges.length; at += 2) {
    const from = Math.max(number(box.ranges, at), number(other.ranges, at));
    const to = Math.min(number(box.ranges, at + 1), number(other.ranges, at + 1));
    part *= (to - from + 1) / (number(box.ranges, at + 1) - number(box.ranges, at) + 1);
  }
  for (let at = 0; at < box.bits.length; at += 2) {
    const open = number(other.bits, at + 1) & ~number(box.bits, at + 1) & (at < bit.source ? smallField : -1);
    part /= 2 ** bitCount(open);
  }
  return part;
}

/** How many bits of a number are 1. */
export function bitCount(value: number): number {
  let count = 0;
  for (let rest = value; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

/** ICMP has types and codes to 255 only: what a subtraction leaves beyond is no packet. */
function isPossible({ranges}: Box): boolean {
  const protocol = number(ranges, range.protocol);
  if (protocol !== number(ranges, range.protocol + 1)) return true;
  const limit = messageLimit(protocol);
  return limit === undefined || (number(ranges, range.first) <= limit && number(ranges, range.second) <= limit);
}

/** The highest number of a message type or code of a protocol that has those. */
export function messageLimit(protocol: number): number | undefined {
  if (protocol === 1 || protocol === 58) return 255;
  return protocol === 2 ? 15 : undefined;
}

function number(numbers: readonly number[], at: number): number {
  return numbers[at] as number;
}
