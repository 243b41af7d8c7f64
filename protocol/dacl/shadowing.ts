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
  const boxes = acl.entries.map(ace => known.of(ace));
  const indexed = boxes.map((own, index) => own.map(box => ({box, index})));
  const {idle, rests} = shadowed(acl, indexed);
  return [...idle, ...redundant(acl, {boxes, indexed, rests})].sort((a, b) => a.index - b.index);
}

/** `rests`: what of each entry's packets reaches it; `undefined` for shadowed ones, and for those that match nothing. */
function shadowed(acl: Acl, indexed: readonly Indexed[][]): {idle: Idle[]; rests: (Box[] | undefined)[]} {
  const earlier = new BoxIndex(acl.family);
  const idle: Idle[] = [];
  const rests = indexed.map((own, index) => {
    const by = new Set<number>();
    const rest: Box[] = [];
    for (const {box} of own) rest.push(...uncovered(box, earlier, by));
    for (const one of own) earlier.add(one);
    const example = own[0]?.box;
    if (rest.length > 0) return rest;
    if (example) idle.push({kind: 'shadowed', index, by: [...by].sort((a, b) => a - b), example});
    return undefined;
  });
  return {idle, rests};
}

function uncovered(box: Box, earlier: BoxIndex, by: Set<number>): Box[] {
  const met: Indexed[] = [];
  let covered = 0;
  let whole = Number.POSITIVE_INFINITY;
  for (const group of earlier.groupsFor(box)) {
    for (const other of group) {
      if (!intersects(box, other.box)) continue;
      if (contains(other.box, box)) whole = Math.min(whole, other.index);
      met.push(other);
      covered += share(box, other.box);
    }
  }
  if (whole < Number.POSITIVE_INFINITY) {
    by.add(whole);
    return [];
  }
  if (covered < 0.999) return [box];
  return rest(box, met, by);
}

function rest(box: Box, met: readonly Indexed[], by: Set<number>): Box[] {
  let pieces = [box];
  const used: number[] = [];
  for (const other of met) {
    if (pieces.some(piece => intersects(piece, other.box))) used.push(other.index);
    pieces = pieces.flatMap(piece => subtract(piece, other.box));
    if (pieces.length > mostPieces) return [box];
  }
  if (pieces.length === 0) for (const index of used) by.add(index);
  return pieces;
}

function redundant(
  acl: Acl,
  {
    boxes,
    indexed,
    rests,
  }: {
    boxes: readonly (readonly Box[])[];
    indexed: readonly Indexed[][];
    rests: readonly (readonly Box[] | undefined)[];
  },
): Idle[] {
  const own = (index: number) => rests[index] ?? [];
  const isShort = acl.entries.length <= shortList;
  const search = isShort ? undefined : new LaterEntries(acl);
  const budget = {left: mostComparisons};
  const idle: Idle[] = [];
  for (let index = acl.entries.length - 1; index >= 0; index -= 1) {
    const rest = search || own(index).length === 0 ? own(index) : exactRest(boxes, index, budget);
    const [example] = rest;
    if (example) {
      const by = search ? search.standIn(index, rest) : standIn(acl, boxes, {index, rest, budget});
      if (by !== undefined) idle.push({kind: 'redundant', index, by, example});
    }
    for (const one of indexed[index] ?? []) search?.add(one);
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
  readonly #permits: BoxIndex;
  readonly #denies: BoxIndex;
  #comparisons = 0;

  constructor(acl: Acl) {
    this.#acl = acl;
    this.#permits = new BoxIndex(acl.family);
    this.#denies = new BoxIndex(acl.family);
  }

  add(indexed: Indexed): void {
    const isPermit = this.#acl.entries[indexed.index]?.action === 'permit';
    (isPermit ? this.#permits : this.#denies).add(indexed);
  }

  standIn(index: number, rest: readonly Box[]): number | null | undefined {
    const isPermit = this.#acl.entries[index]?.action === 'permit';
    const [same, opposite] = isPermit ? [this.#permits, this.#denies] : [this.#denies, this.#permits];
    const ends = rest.map(box => this.#first(same.groupsFor(box), other => contains(other, box)));
    let last = Math.max(...ends);
    if (last === Number.POSITIVE_INFINITY) {
      if (impliedAction(this.#acl, rest) !== this.#acl.entries[index]?.action) return undefined;
      last = this.#acl.entries.length;
    }
    for (const box of rest) {
      if (this.#first(opposite.groupsFor(box, {all: true}), other => intersects(other, box)) < last) return undefined;
    }
    if (this.#comparisons > mostComparisons) return undefined;
    return last === this.#acl.entries.length ? null : last;
  }

  /** The first entry that has such a box; infinity: there is none. When too much has been compared, 0. */
  #first(groups: readonly (readonly Indexed[])[], isMeant: (box: Box) => boolean): number {
    let first = Number.POSITIVE_INFINITY;
    for (const group of groups) {
      this.#comparisons += group.length;
      if (this.#comparisons > mostComparisons) return 0;
      for (const {box, index} of group) if (index < first && isMeant(box)) first = index;
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
