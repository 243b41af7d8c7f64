/** Who is due in which tick, for a fixed crowd of whom each is due at most once at a time. Twelve bytes a member, nothing allocated. */
export class TimingWheel {
  readonly #heads: Int32Array;
  readonly #next: Int32Array;

  constructor({ticks, members}: {ticks: number; members: number}) {
    this.#heads = new Int32Array(ticks).fill(-1);
    this.#next = new Int32Array(members).fill(-1);
  }

  /** A tick past the last one is never. */
  put(member: number, tick: number): void {
    if (tick >= this.#heads.length) return;
    this.#next[member] = this.#heads[tick] ?? -1;
    this.#heads[tick] = member;
  }

  /** Takes out everybody who is due in a tick, also those who are put into it meanwhile. */
  drain(tick: number, visit: (member: number) => void): void {
    for (let member = this.#heads[tick] ?? -1; member !== -1; member = this.#heads[tick] ?? -1) {
      this.#heads[tick] = this.#next[member] ?? -1;
      visit(member);
    }
  }
}
