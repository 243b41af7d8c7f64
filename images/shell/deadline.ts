/**
A timer for what may come over a socket. A process that did not get the processor for long finds its timers due before it has
looked at its sockets; so when time is up, what has arrived by then is heard first, and may still call `end` or `restart`.
*/
export class Deadline {
  readonly #timer: NodeJS.Timeout;
  #isPast = false;

  constructor(realMs: number, onPast: () => void) {
    this.#timer = setTimeout(() => {
      this.#isPast = true;
      setImmediate(() => {
        if (this.#isPast) onPast();
      });
    }, realMs);
  }

  restart(): void {
    this.#isPast = false;
    this.#timer.refresh();
  }

  end(): void {
    this.#isPast = false;
    clearTimeout(this.#timer);
  }
}
