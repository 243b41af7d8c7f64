import {AclBoxes} from '#protocol/dacl/ace-boxes.ts';
import type {Acl} from '#protocol/dacl/acl.ts';
import {type Box, contains, intersection, intersects, subtract} from '#protocol/dacl/box.ts';
import {BoxIndex, type Indexed} from '#protocol/dacl/box-index.ts';
import {neighbourDiscoveryTypes} from '#protocol/dacl/ios-icmp.ts';

/** An entry that makes no difference: without it, the list does the same with every packet. Places count from 0. */
export type Idle =
  /** Entries before it match all of its packets. */
  | {kind: 'shadowed'; index: number; by: number[]; example: Box}
  /** Entries behind it, or the implicit deny (null), do the same with its packets as it does. */
  | {kind: 'redundant'; index: number; by: number | null; example: Box};

/** Comparisons of boxes that a search may take. Entries that it does not get to count as ones that make a difference. */
const mostComparisons = 3_000_000;

/** Found by reasoning about sets of packets: an entry may also be shadowed by several that each match a part. */
export function idleEntries(acl: Acl, known = new AclBoxes(acl.family)): Idle[] {
  return searchIdleEntries(acl, known).idle;
}

/** `isComplete`: nothing was left out for being too much to compare. What is said is right in any case. */
export function searchIdleEntries(acl: Acl, known = new AclBoxes(acl.family)): {idle: Idle[]; isComplete: boolean} {
  const search = new Search(acl, known);
  const idle = search.shadowed();
  const shadowed = new Set(idle.map(({index}) => index));
  for (const index of acl.entries.keys()) {
    const found = shadowed.has(index) ? undefined : search.redundant(index);
    if (found) idle.push(found);
  }
  return {idle: idle.sort((a, b) => a.index - b.index), isComplete: search.isComplete};
}

class Search {
  readonly #acl: Acl;
  readonly #boxes: readonly (readonly Box[])[];
  readonly #index: BoxIndex;
  #comparisonsLeft = mostComparisons;

  constructor(acl: Acl, known: AclBoxes) {
    this.#acl = acl;
    this.#boxes = acl.entries.map(ace => known.of(ace));
    this.#index = new BoxIndex(acl.family);
  }

  get isComplete(): boolean {
    return this.#comparisonsLeft >= 0;
  }

  /** Comes first: it fills the index. */
  shadowed(): Idle[] {
    const idle: Idle[] = [];
    for (let index = 0; index < this.#boxes.length; index += 1) {
      const own = this.#boxes[index] ?? [];
      const by: number[] = [];
      const isReached = own.some(box => this.#uncovered(box, {before: index, by}));
      for (const box of own) this.#index.add({box, index});
      const [example] = own;
      if (isReached || example === undefined) continue;
      idle.push({kind: 'shadowed', index, by: [...new Set(by)].sort((a, b) => a - b), example});
    }
    return idle;
  }

  /**
  Whether an entry that is not shadowed is redundant: none of its packets would, without it, meet an entry of the other action,
  nor an implicit rule that does something else.
  */
  redundant(index: number): Idle | undefined {
    const boxes = this.#boxes[index] ?? [];
    const {length} = this.#boxes;
    const isImplied = this.#acl.entries[index]?.action === impliedAction(this.#acl, boxes);
    const by: number[] = [];
    const reachesEnd = boxes.some(box => this.#uncovered(box, {before: length, except: index, by}));
    if (reachesEnd && !isImplied) return undefined;
    if (boxes.some(box => this.#meetsOpposite(box, index)) || !this.isComplete) return undefined;
    const [example] = boxes.flatMap(box => this.#uncovered(box, {before: index, all: true}) ?? []);
    return example && {kind: 'redundant', index, by: reachesEnd ? null : by.reduce((a, b) => Math.max(a, b)), example};
  }

  #meetsOpposite(box: Box, index: number): boolean {
    const {entries} = this.#acl;
    for (const group of this.#groupsFor(box, true)) {
      for (const other of group) {
        if (!this.#compare()) return true;
        if (other.index <= index || entries[other.index]?.action === entries[index]?.action) continue;
        const common = intersection(box, other.box);
        if (common && this.#uncovered(common, {before: other.index, except: index})) return true;
      }
    }
    return false;
  }

  /**
  Some packets of a box that none of the entries before matches, `except` not counted. If there are none, `by` gets the entries
  that match them, some more than once. Unless `all` are compared, single hosts or ports that cannot be all of the box may still be among them.
  */
  #uncovered(box: Box, options: {before: number; except?: number; by?: number[]; all?: boolean}): Box | undefined {
    const {met, whole} = this.#met(box, options);
    if (whole) {
      options.by?.push(whole.index);
      return undefined;
    }
    if (met.length === 0) return box;
    const open = [{piece: box, place: 0}];
    for (let next = open.pop(); next; next = open.pop()) {
      const {piece, place} = next;
      const other = met[place];
      if (!this.#compare()) return piece;
      if (other === undefined) {
        const left = options.all ? piece : this.#uncovered(piece, options); // fewer hosts and ports may be all of a piece
        if (left) return left;
      } else if (intersects(piece, other.box)) {
        options.by?.push(other.index);
        for (const part of subtract(piece, other.box)) open.push({piece: part, place: place + 1});
      } else {
        open.push({piece, place: place + 1});
      }
    }
    return undefined;
  }

  /** Boxes of other entries that have something in common with one, in their order, or the first that is a `whole` of it. */
  #met(
    box: Box,
    {before, except, all = false}: {before: number; except?: number; all?: boolean},
  ): {met: Indexed[]; whole: Indexed | undefined} {
    const met: Indexed[] = [];
    let whole: Indexed | undefined;
    for (const group of this.#groupsFor(box, all)) {
      for (const other of group) {
        if (other.index >= (whole?.index ?? before) || !this.#compare()) break; // they are in order
        if (other.index === except || this.#isPassing(other) || !intersects(box, other.box)) continue;
        if (contains(other.box, box)) whole = other;
        else met.push(other);
      }
    }
    return {met: met.length > 1 ? met.sort((a, b) => a.index - b.index) : met, whole};
  }

  #groupsFor(box: Box, all: boolean): readonly (readonly Indexed[])[] {
    if (!this.isComplete) return [];
    const groups = this.#index.groupsFor(box, {all});
    this.#comparisonsLeft -= groups.length;
    return groups;
  }

  /** An entry with a time range is not always there: nothing is settled by it. */
  #isPassing({index}: Indexed): boolean {
    return this.#acl.entries[index]?.timeRange !== undefined;
  }

  /** Whether another comparison may be made. */
  #compare(): boolean {
    this.#comparisonsLeft -= 1;
    return this.#comparisonsLeft >= 0;
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
