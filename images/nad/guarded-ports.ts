import type {Enforcement} from '#images/nad/enforcement.ts';
import {LinkWatch} from '#images/nad/ports.ts';

/**
The access ports, each told to be up only when the packet filter has its hook on it. A device that has gone and come back, as
when the node at its other end was started again, is a new one to the kernel and gets a new hook.
*/
export class GuardedPorts implements Disposable {
  readonly #links: LinkWatch;
  /** Ports whose hook is being made. */
  readonly #pending = new Map<string, Promise<void>>();

  constructor({
    ports,
    enforcement,
    onLink,
    onFault,
  }: {
    ports: readonly string[];
    enforcement: Enforcement;
    onLink: (port: string, up: boolean) => void;
    onFault: (message: string) => void;
  }) {
    this.#links = new LinkWatch({
      onEnd: onFault,
      onLink: ({port, up, isNew}) => {
        if (!ports.includes(port)) return;
        if (!isNew) {
          if (!this.#pending.has(port)) onLink(port, up);
          return;
        }
        const guarded = enforcement.addPort(port).then(
          () => {
            if (this.#pending.get(port) !== guarded) return; // replaced once more meanwhile
            this.#pending.delete(port);
            onLink(port, this.#links.isUp(port));
          },
          (error: Error) => onFault(`port ${port} cannot be guarded, so it stays down: ${error.message}`),
        );
        this.#pending.set(port, guarded);
        onLink(port, false); // what the switch binds to it now comes after the hook
      },
    });
    for (const port of ports) this.#links.refresh(port);
  }

  /** Resolves when the hooks that are being made are there. */
  async guarded(): Promise<void> {
    await Promise.all(this.#pending.values());
  }

  /** The port that a frame came in by, up if it really is. */
  portOf(interfaceIndex: number): string | undefined {
    const port = this.#links.nameOf(interfaceIndex);
    if (port !== undefined && !this.#links.isUp(port)) this.#links.refresh(port); // the frame was faster than the news
    return port;
  }

  [Symbol.dispose](): void {
    this.#links[Symbol.dispose]();
  }
}
