import {Deadline} from '#images/shell/deadline.ts';
import {startTool, type Tool} from '#images/shell/tool.ts';

/** The IPv6 address that the kernel has made for an interface from a router's advertisement, once it is sure that nobody else has it. */
export class SlaacWatch implements Disposable {
  readonly #name: string;
  readonly #onChange: () => void;
  readonly #monitor: Tool;
  readonly #waiting = new Set<() => void>();
  #address: string | null = null;

  constructor(options: {name: string; onChange: () => void; onEnd: (how: string) => void}) {
    this.#name = options.name;
    this.#onChange = options.onChange;
    this.#monitor = startTool('ip', ['-6', '-o', 'monitor', 'address'], {
      onLine: line => this.#read(line),
      onEnd: options.onEnd,
    });
  }

  get address(): string | null {
    return this.#address;
  }

  /** Resolves when there is an address, or has been none for so long. */
  settled(patienceMs: number): Promise<void> {
    if (this.#address !== null) return Promise.resolve();
    return new Promise(resolve => {
      const done = () => {
        this.#waiting.delete(done);
        deadline.end();
        resolve();
      };
      const deadline = new Deadline(patienceMs, done);
      this.#waiting.add(done);
    });
  }

  [Symbol.dispose](): void {
    this.#monitor[Symbol.dispose]();
  }

  /**
  `2: eth0    inet6 2001:db8:255::2/64 scope global [tentative] dynamic mngtmpaddr …`, with `Deleted` before it when it is gone. What
  somebody has added by hand is not dynamic.
  */
  #read(line: string): void {
    const [, deleted, name, address, flags = ''] =
      /^(Deleted )?\d+: (\S+)\s+inet6 ([0-9a-f:]+)\/\d+ scope global (.*)/.exec(line) ?? [];
    if (name !== this.#name || address === undefined || !/\bdynamic\b/.test(flags)) return;
    if (/\b(tentative|dadfailed)\b/.test(flags)) return;
    if (deleted !== undefined && address !== this.#address) return;
    const now = deleted === undefined ? address : null;
    if (now === this.#address) return;
    this.#address = now;
    if (now !== null) for (const done of [...this.#waiting]) done();
    this.#onChange();
  }
}
