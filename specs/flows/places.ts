/** The labs of one process share the machine: so many stand side by side, the others wait. */
export class Places {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /** A place, in the order in which they were asked for; it is free again when disposed. */
  async take(): Promise<Disposable> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>(resolve => this.#waiting.push(resolve)); // the place is handed on
    return {[Symbol.dispose]: () => this.#handOn()};
  }

  /** One more from now on. */
  add(): void {
    this.#handOn();
  }

  #handOn(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free += 1;
  }
}
