/** Chance from a seed: the same seed gives the same numbers on every machine. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #count = 1;

  /** `label` tells sources of one seed apart: what one draws does not change what another draws. */
  constructor(seed: number, label = '') {
    const hash = hashOf(`${seed} ${label}`);
    [this.#a, this.#b, this.#c] = [hash, hash ^ 0x9e3779b9, hashOf(label) ^ seed];
    for (let round = 0; round < 12; round += 1) this.uint32();
  }

  /** sfc32 by Chris Doty-Humphrey (PractRand): small, fast, passes its author's tests. */
  uint32(): number {
    const sum = (this.#a + this.#b + this.#count) | 0;
    this.#count = (this.#count + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** From 0 up to, and without, 1. */
  fraction(): number {
    return this.uint32() / 4_294_967_296;
  }

  /** Whole numbers, both ends included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.fraction() * (most - least + 1));
  }

  /** Whether something of this probability happens. Draws nothing for what never does. */
  happens(probability: number): boolean {
    return probability > 0 && this.fraction() < probability;
  }

  /** Throws if there is nothing to choose from. */
  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.between(0, items.length - 1)];
    if (item === undefined) throw new RangeError('there is nothing to pick from: the list is empty');
    return item;
  }

  bytes(count: number): Uint8Array {
    return Uint8Array.from({length: count}, () => this.uint32() & 0xff);
  }

  /** Normal distribution with mean 0 and deviation 1 (Box and Muller 1958). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.fraction())) * Math.cos(2 * Math.PI * this.fraction());
  }
}

/** FNV-1a, 32 bit. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash | 0;
}
