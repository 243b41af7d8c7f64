import {destinationPlace} from '#protocol/dacl/ace-boxes.ts';
import type {Acl} from '#protocol/dacl/acl.ts';
import {type Box, bitCount, range} from '#protocol/dacl/box.ts';

/** A box, and the place in its list of the entry that it belongs to. */
export interface Indexed {
  box: Box;
  index: number;
}

/** Boxes whose destinations begin alike, each in one place: with its one host, else its one port, else its one block of ports. */
interface Shelf {
  hosts: Map<string | number, Indexed[]>;
  ports: Map<number, Indexed[]>;
  blocks: Map<number, Indexed[]>;
  others: Indexed[];
}

/**
Boxes by what is most particular about them: the first half of the destination, then all of it, or the destination port.
Long lists are of hosts, networks and ports, and there a box meets few others.
*/
export class BoxIndex {
  readonly #destination: number;
  readonly #end: number;
  readonly #networks = new Map<number, Shelf>();
  readonly #anywhere = emptyShelf();

  constructor(family: Acl['family']) {
    this.#destination = destinationPlace(family);
    this.#end = this.#destination + (family === 'ipv4' ? 2 : 8);
  }

  add(indexed: Indexed): void {
    const {box} = indexed;
    const {hosts, ports, blocks, others} = this.#shelfOf(this.#networkOf(box));
    const host = this.#hostOf(box);
    const port = portOf(box);
    if (host !== undefined) put(hosts, host, indexed);
    else if (port !== undefined) put(ports, port, indexed);
    else if (firstBlock(box) === lastBlock(box)) put(blocks, firstBlock(box), indexed);
    else others.push(indexed);
  }

  /**
  Those that may have something in common with a box, as groups, each in the order in which they were added. Left out are those
  of single hosts, or of single ports, where there are fewer of these than in the box: some of its packets meet none of them.
  With `all`, nothing is left out.
  */
  groupsFor(box: Box, {all}: {all: boolean}): readonly (readonly Indexed[])[] {
    const network = this.#networkOf(box);
    const host = this.#hostOf(box);
    const port = portOf(box);
    const shelves = [this.#anywhere];
    if (network === undefined) shelves.push(...this.#networks.values());
    else addIfThere(shelves, this.#networks.get(network));
    const withHosts = host === undefined && (all || sum(shelves, ({hosts}) => hosts.size) >= 2 ** this.#openBits(box));
    const withPorts = port === undefined && (all || sum(shelves, ({ports}) => ports.size) >= widthOf(box));
    const groups: (readonly Indexed[])[] = [];
    for (const {hosts, ports, blocks, others} of shelves) {
      if (host !== undefined) addIfThere(groups, hosts.get(host));
      else if (withHosts) groups.push(...hosts.values());
      if (port !== undefined) addIfThere(groups, ports.get(port));
      else if (withPorts) groups.push(...ports.values());
      if (blocks.size > 0) addBlocks(groups, blocks, box);
      if (others.length > 0) groups.push(others);
    }
    return groups;
  }

  #shelfOf(network: number | undefined): Shelf {
    if (network === undefined) return this.#anywhere;
    const shelf = this.#networks.get(network) ?? emptyShelf();
    this.#networks.set(network, shelf);
    return shelf;
  }

  #hostOf({bits}: Box): string | number | undefined {
    if (this.#end - this.#destination === 2) {
      return bits[this.#destination + 1] === -1 ? bits[this.#destination] : undefined;
    }
    for (let at = this.#destination; at < this.#end; at += 2) if (bits[at + 1] !== -1) return undefined;
    return bits.slice(this.#destination, this.#end).join();
  }

  /** The first 16 bits of an IPv4 destination, the first 32 of an IPv6 one, if all of them count. */
  #networkOf({bits}: Box): number | undefined {
    const [value = 0, mask = 0] = [bits[this.#destination], bits[this.#destination + 1]];
    if (this.#end - this.#destination > 2) return mask === -1 ? value : undefined;
    return (mask & -65536) === -65536 ? value >>> 16 : undefined;
  }

  #openBits({bits}: Box): number {
    let open = 0;
    for (let at = this.#destination; at < this.#end; at += 2) open += 32 - bitCount(bits[at + 1] ?? 0);
    return open;
  }
}

function portOf({ranges}: Box): number | undefined {
  const port = ranges[range.second];
  return port === ranges[range.second + 1] ? port : undefined;
}

/** Ports in blocks of 256. */
function firstBlock({ranges}: Box): number {
  return (ranges[range.second] ?? 0) >> 8;
}

function lastBlock({ranges}: Box): number {
  return (ranges[range.second + 1] ?? 0) >> 8;
}

function widthOf({ranges}: Box): number {
  return (ranges[range.second + 1] ?? 0) - (ranges[range.second] ?? 0) + 1;
}

function emptyShelf(): Shelf {
  return {hosts: new Map(), ports: new Map(), blocks: new Map(), others: []};
}

function put<Key>(map: Map<Key, Indexed[]>, key: Key, indexed: Indexed): void {
  const group = map.get(key);
  if (group) group.push(indexed);
  else map.set(key, [indexed]);
}

function addIfThere<Value>(to: Value[], value: Value | undefined): void {
  if (value !== undefined) to.push(value);
}

function addBlocks(groups: (readonly Indexed[])[], blocks: ReadonlyMap<number, Indexed[]>, box: Box): void {
  const [first, last] = [firstBlock(box), lastBlock(box)];
  if (first === last) addIfThere(groups, blocks.get(first));
  else for (const [block, group] of blocks) if (block >= first && block <= last) groups.push(group);
}

function sum(shelves: readonly Shelf[], count: (shelf: Shelf) => number): number {
  return shelves.reduce((total, shelf) => total + count(shelf), 0);
}
