import {AclBoxes} from '#protocol/dacl/ace-boxes.ts';
import type {Acl} from '#protocol/dacl/acl.ts';
import {type Box, contains, intersects, share, subtract} from '#protocol/dacl/box.ts';
import {BoxIndex, type Indexed} from '#protocol/dacl/box-index.ts';
import {neighbourDiscoveryTypes} from '#protocol/dacl/ios-icmp.ts';

/** An entry that makes no difference: without it, the list does the same with every packet. Places count from 0. */
export type Idle =
  /** Entries before it match all of its packets. */
  | {kind: 'shadowed'; index: number; by: number[]; example: Box}
  /** Entries behind it, or the implicit deny (null), do the same with its packets as it does. */
  | {kind: 'redundant'; index: number; by: number | null; example: Box};

/** More pieces than this, and an entry counts as one that makes a difference: the answer may miss something, it is never wrong. */
const mostPieces = 1024;

/** Lists up to here are looked through completely for redundant entries; in longer ones, only one entry may stand for another. */
const shortList = 500;

/** Comparisons that the search for redundant entries may take. What has not been looked at then counts as different. */
const mostComparisons = 3_000_000;

/** Found by reasoning about sets of packets: an entry may also be shadowed by several that each match a part. */
export function idleEntries(acl: Acl, known = new AclBoxes(acl.family)): Idle[] {
  return searchIdleEntries(acl, known).idle;
}

/** `isComplete`: nothing was left out for being too much to compare. */
export function searchIdleEntries(acl: Acl, known = new AclBoxes(acl.family)): {idle: Idle[]; isComplete: boolean} {
  const boxes = acl.entries.map(ace => known.of(ace));
  const budget = {left: mostComparisons};
  const {idle, rests} = shadowed(acl, boxes, budget);
  const isComplete = budget.left >= 0;
  const all = [...idle, ...redundant(acl, boxes, rests)];
  return {idle: all.sort((a, b) => a.index - b.index), isComplete};
}

/** `rests`: what of each entry's packets reaches it; `undefined` for shadowed ones, and for those that match nothing. */
function shadowed(
  {family}: Acl,
  boxes: readonly (readonly Box[])[],
  budget: Budget,
): {idle: Idle[]; rests: (readonly Box[] | undefined)[]} {
  const earlier = new BoxIndex(family);
  const idle: Idle[] = [];
  const rests = boxes.map((own, index) => {
    const by = new Set<number>();
    const rest: Box[] = [];
    for (const box of own) {
      const left = uncovered(box, earlier, {by, budget});
      rest.push(...left);
      // What others cover wholly covers nothing that they do not. Boxes of one entry have nothing in common.
      if (left.length > 0) earlier.add({box, index});
    }
    if (rest.length > 0) return rest;
    const [example] = own;
    if (example) idle.push({kind: 'shadowed', index, by: [...by].sort((a, b) => a - b), example});
    return undefined;
  });
  return {idle, rests};
}

/** What of a box is in none of the entries before, or nothing, and then `by` has those that take part. */
function uncovered(box: Box, earlier: BoxIndex, {by, budget}: {by: Set<number>; budget: Budget}): Box[] {
  const met: Indexed[] = [];
  let covered = 0;
  let whole = Number.POSITIVE_INFINITY;
  for (const group of earlier.groupsFor(box)) {
    budget.left -= group.length;
    if (budget.left < 0) return [box];
    for (const other of group) {
      if (other.index > whole) break; // they are in order
      if (!intersects(box, other.box)) continue;
      if (contains(other.box, box)) whole = other.index;
      met.push(other);
      covered += share(box, other.box);
    }
  }
  if (whole < Number.POSITIVE_INFINITY) {
    by.add(whole);
    return [];
  }
  if (covered < 0.999) return [box];
  return rest(box, met, {by, budget});
}

function rest(box: Box, met: readonly Indexed[], {by, budget}: {by: Set<number>; budget: Budget}): Box[] {
  let pieces = [box];
  const used: number[] = [];
  for (const other of met) {
    budget.left -= pieces.length;
    if (pieces.length > mostPieces || budget.left < 0) return [box];
    if (pieces.some(piece => intersects(piece, other.box))) used.push(other.index);
    pieces = pieces.flatMap(piece => subtract(piece, other.box));
  }
  if (pieces.length === 0) for (const index of used) by.add(index);
  return pieces;
}

function redundant(
  acl: Acl,
  boxes: readonly (readonly Box[])[],
  rests: readonly (readonly Box[] | undefined)[],
): Idle[] {
  const own = (index: number) => rests[index] ?? [];
  const isShort = acl.entries.length <= shortList;
  const later = isShort ? undefined : new LaterEntries(acl, boxes);
  const budget = {left: mostComparisons};
  const idle: Idle[] = [];
  for (let index = acl.entries.length - 1; index >= 0; index -= 1) {
    const rest = later || own(index).length === 0 ? own(index) : exactRest(boxes, index, budget);
    const [example] = rest;
    if (example) {
      const by = later ? later.standIn(index, rest) : standIn(acl, boxes, {index, rest, budget});
      if (by !== undefined) idle.push({kind: 'redundant', index, by, example});
    }
  }
  return idle;
}

interface Budget {
  left: number;
}

/** The packets that reach an entry; none if they are in too many pieces to say. */
function exactRest(boxes: readonly (readonly Box[])[], index: number, budget: Budget): readonly Box[] {
  let pieces: readonly Box[] = boxes[index] ?? [];
  for (const other of boxes.slice(0, index).flat()) {
    budget.left -= pieces.length;
    if (pieces.length > mostPieces || budget.left < 0) return [];
    pieces = pieces.flatMap(piece => subtract(piece, other));
  }
  return pieces;
}

/** What does with `rest` the same as the entry: the last of the entries that take part, or null; `undefined`: nothing. */
function standIn(
  acl: Acl,
  boxes: readonly (readonly Box[])[],
  {index, rest, budget}: {index: number; rest: readonly Box[]; budget: Budget},
): number | null | undefined {
  const action = acl.entries[index]?.action;
  let pieces = rest;
  for (let later = index + 1; later < boxes.length; later += 1) {
    const others = boxes[later] ?? [];
    budget.left -= pieces.length * others.length;
    if (pieces.length > mostPieces || budget.left < 0) return undefined;
    if (acl.entries[later]?.action !== action) {
      if (others.some(other => pieces.some(piece => intersects(piece, other)))) return undefined;
      continue;
    }
    for (const other of others) pieces = pieces.flatMap(piece => subtract(piece, other));
    if (pieces.length === 0) return later;
  }
  return impliedAction(acl, pieces) === action ? null : undefined;
}

/** The same for long lists, with an index in place of a walk. */
class LaterEntries {
  readonly #acl: Acl;
  readonly #search: BoxIndex;
  #comparisons = 0;

  constructor(acl: Acl, boxes: readonly (readonly Box[])[]) {
    this.#acl = acl;
    this.#search = new BoxIndex(acl.family);
    for (const [index, own] of boxes.entries()) for (const box of own) this.#search.add({box, index});
  }

  standIn(index: number, rest: readonly Box[]): number | null | undefined {
    const {entries} = this.#acl;
    const action = entries[index]?.action;
    const end = entries.length;
    let last = 0;
    for (const box of rest) {
      const covering = this.#first(box, {
        after: index,
        before: end,
        isMeant: other => contains(other.box, box) && entries[other.index]?.action === action,
      });
      last = Math.max(last, covering);
    }
    if (last === end && impliedAction(this.#acl, rest) !== action) return undefined;
    for (const box of rest) {
      const against = this.#first(
        box,
        {
          after: index,
          before: last,
          isMeant: other => entries[other.index]?.action !== action && intersects(other.box, box),
        },
        {all: true},
      );
      if (against < last) return undefined;
    }
    if (this.#comparisons > mostComparisons) return undefined;
    return last === end ? null : last;
  }

  /** The first entry between two that has such a box; `before`: there is none. When too much has been compared, 0. */
  #first(
    box: Box,
    {after, before, isMeant}: {after: number; before: number; isMeant: (other: Indexed) => boolean},
    options = {},
  ): number {
    let first = before;
    for (const group of this.#search.groupsFor(box, options)) {
      this.#comparisons += group.length;
      if (this.#comparisons > mostComparisons) return 0;
      for (const other of group) {
        if (other.index >= first) break; // they are in order
        if (other.index > after && isMeant(other)) first = other.index;
      }
    }
    return first;
  }
}

/** What happens to packets that no entry matches, if it is the same for all of them. */
function impliedAction({family, permitsNeighbourDiscovery}: Acl, boxes: readonly Box[]): 'permit' | 'deny' | undefined {
  if (family === 'ipv4' || permitsNeighbourDiscovery === false) return 'deny';
  return boxes.some(mayBeDiscovery) ? undefined : 'deny';
}

function mayBeDiscovery({ranges}: Box): boolean {
  const [fromProtocol = 0, toProtocol = 0, fromFragment = 0, , fromType = 0, toType = 0] = ranges;
  return (
    fromProtocol <= 58 &&
    toProtocol >= 58 &&
    fromFragment === 0 &&
    neighbourDiscoveryTypes.some(type => type >= fromType && type <= toType)
  );
}
