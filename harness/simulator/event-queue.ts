/** What is to happen, earliest first; of the same instant, what was put in first. A binary heap. */
export class EventQueue<Action> {
  readonly #heap: Entry<Action>[] = [];
  #count = 0;

  get size(): number {
    return this.#heap.length;
  }

  push(atMs: number, action: Action): void {
    const heap = this.#heap;
    const entry = {atMs, order: this.#count, action};
    this.#count += 1;
    let index = heap.length;
    heap.push(entry);
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = heap[above] as Entry<Action>;
      if (!isBefore(entry, parent)) break;
      heap[index] = parent;
      index = above;
    }
    heap[index] = entry;
  }

  /** When the next action is due; `undefined`: there is none. */
  nextAtMs(): number | undefined {
    return this.#heap[0]?.atMs;
  }

  pop(): {atMs: number; action: Action} | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    sink(heap, last);
    return first;
  }
}

interface Entry<Action> {
  atMs: number;
  order: number;
  action: Action;
}

function sink<Action>(heap: Entry<Action>[], entry: Entry<Action>): void {
  const {length} = heap;
  let index = 0;
  for (let below = 1; below < length; below = 2 * index + 1) {
    const [left, right] = [heap[below] as Entry<Action>, heap[below + 1]];
    const isRight = right !== undefined && isBefore(right, left);
    const least = isRight ? right : left;
    if (!isBefore(least, entry)) break;
    heap[index] = least;
    index = isRight ? below + 1 : below;
  }
  heap[index] = entry;
}

function isBefore(one: {atMs: number; order: number}, other: {atMs: number; order: number}): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
}
