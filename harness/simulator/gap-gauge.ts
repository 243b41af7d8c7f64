import type {PortReport} from '#protocol/agent/port-watch.ts';

/**
What images/endpoint/gap-meter.ts measures by knocking, known exactly: when each PSN's port stood open to the endpoint. It looks
whenever something has changed that could make a difference.
*/
export class GapGauge {
  readonly #targets: readonly string[];
  readonly #isOpen: (target: string, port: number) => boolean;
  readonly #nowMs: () => number;
  #port: number | undefined;
  #spans = new Map<string, {fromMs: number; toMs: number | null}[]>();

  constructor(options: {
    targets: readonly string[];
    isOpen: (target: string, port: number) => boolean;
    nowMs: () => number;
  }) {
    this.#targets = options.targets;
    this.#isOpen = options.isOpen;
    this.#nowMs = options.nowMs;
  }

  /** Begins anew, whatever it did before. */
  start(port: number): void {
    this.#port = port;
    this.#spans = new Map(this.#targets.map(target => [target, []]));
    this.look();
  }

  look(): void {
    if (this.#port === undefined) return;
    for (const [target, spans] of this.#spans) {
      const last = spans.at(-1);
      const wasOpen = last?.toMs === null;
      const isOpen = this.#isOpen(target, this.#port);
      if (isOpen && !wasOpen) spans.push({fromMs: this.#nowMs(), toMs: null});
      else if (!isOpen && wasOpen) last.toMs = this.#nowMs();
    }
  }

  stop(): {ports: (PortReport & {target: string})[]} {
    this.#port = undefined;
    const lastAtMs = this.#nowMs();
    const ports = [...this.#spans].map(([target, open]) => ({target, open, attempts: 0, lastAtMs, resolutionMs: 0}));
    return {ports};
  }
}
