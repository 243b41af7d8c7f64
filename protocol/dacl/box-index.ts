import {destinationPlace} from '#protocol/dacl/ace-boxes.ts';
import type {Acl} from '#protocol/dacl/acl.ts';
import {type Box, bitCount, range} from '#protocol/dacl/box.ts';

/** A box, and the place in its list of the entry that it belongs to. */
export interface Indexed {
  box: Box;
  index: number;
}

/**
Boxes by what is most particular about them: the one destination, the one destination port, the first half of the
destination, or the block of ports.
Long lists are of hosts and ports, and there a box meets few others.
*/
export class BoxIndex {
  readonly #destination: number;
  readonly #end: number;
  readonly #byHost = new Map<string | number, Indexed[]>();
  readonly #byPort = new Map<number, Indexed[]>();
  readonly #byBlock = new Map<number, Indexed[]>();
  readonly #byNetwork = new Map<number, Indexed[]>();
  readonly #others: Indexed[] = [];
  readonly #groups: (readonly Indexed[])[] = [];
  #hosts = 0;
  #ports = 0;

  constructor(family: Acl['family']) {
    this.#destination = destinationPlace(family);
    this.#end = this.#destination + (family === 'ipv4' ? 2 : 8);
  }

  add(indexed: Indexed): void {
    const {box} = indexed;
    const host = this.#hostOf(box);
    const port = portOf(box);
    const network = this.#networkOf(box);
    if (host !== undefined) {
      put(this.#byHost, host, indexed);
      this.#hosts += 1;
    } else if (port !== undefined) {
      put(this.#byPort, port, indexed);
      this.#ports += 1;
    } else if (network !== undefined) {
      put(this.#byNetwork, network, indexed);
    } else if (firstBlock(box) === lastBlock(box)) {
      put(this.#byBlock, firstBlock(box), indexed);
    } else {
      this.#others.push(indexed);
    }
  }

  /**
  Those that may have something in common with a box, as groups. Left out are those for single hosts or ports where even all
  of them together are too small to cover a box for many; with `all`, nothing is. The answer is valid until the next call.
  */
  groupsFor(box: Box, {all = false}: {all?: boolean} = {}): readonly (readonly Indexed[])[] {
    const groups = this.#groups;
    groups.length = 0;
    groups.push(this.#others);
    const host = this.#hostOf(box);
    const port = portOf(box);
    const network = this.#networkOf(box);
    if (host !== undefined) groups.push(this.#byHost.get(host) ?? []);
    else if (all || this.#hosts >= 2 ** Math.min(this.#openBits(box), 40)) groups.push(...this.#byHost.values());
    if (port !== undefined) groups.push(this.#byPort.get(port) ?? []);
    else if (all || this.#ports >= widthOf(box)) groups.push(...this.#byPort.values());
    if (network !== undefined) groups.push(this.#byNetwork.get(network) ?? []);
    else groups.push(...this.#byNetwork.values());
    for (let block = firstBlock(box); block <= lastBlock(box) && this.#byBlock.size > 0; block += 1) {
      const group = this.#byBlock.get(block);
      if (group) groups.push(group);
    }
    return groups;
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

function put<Key>(map: Map<Key, Indexed[]>, key: Key, indexed: Indexed): void {
  const group = map.get(key);
  if (group) group.push(indexed);
  else map.set(key, [indexed]);
}
