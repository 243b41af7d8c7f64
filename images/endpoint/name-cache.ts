/** Addresses by name for as long as they may be remembered; the other world's endpoints use it too. */
export class NameCache {
  readonly #known = new Map<string, {address: string; untilMs: number}>();

  get(host: string, nowMs: number): string | undefined {
    const entry = this.#known.get(host.toLowerCase());
    return entry !== undefined && nowMs < entry.untilMs ? entry.address : undefined;
  }

  put(host: string, address: string, untilMs: number): void {
    this.#known.set(host.toLowerCase(), {address, untilMs});
  }

  /** The network is another one now. */
  clear(): void {
    this.#known.clear();
  }
}
