/** A filter nobody holds. `labels`: what a resource must have, all of it, each `key` or `key=value`. */
export interface Loose {
  labels: string[];
  sinceMs: number;
}

interface Held<Client> {
  labels: string[];
  clients: Set<Client>;
  looseSinceMs: number | undefined;
  kept: boolean;
}

/**
Who holds which filter. Ryuk prunes everything when its last client is gone; here each filter goes by its own clients, so
that a killed run is cleaned up while others go on.
*/
export class Holds<Client> {
  readonly #filters = new Map<string, Held<Client>>();

  hold(client: Client, labels: string[]): void {
    const sorted = [...new Set(labels)].sort();
    const key = JSON.stringify(sorted);
    const filter = this.#filters.get(key) ?? {labels: sorted, clients: new Set(), looseSinceMs: undefined, kept: false};
    filter.clients.add(client);
    filter.looseSinceMs = undefined;
    this.#filters.set(key, filter);
  }

  /** What this client holds now may stay for good. */
  keep(client: Client): void {
    for (const filter of this.#filters.values()) if (filter.clients.has(client)) filter.kept = true;
  }

  release(client: Client, nowMs: number): void {
    for (const [key, filter] of this.#filters) {
      if (!filter.clients.delete(client) || filter.clients.size > 0) continue;
      if (filter.kept) this.#filters.delete(key);
      else filter.looseSinceMs = nowMs;
    }
  }

  loose(): Loose[] {
    return [...this.#filters.values()].flatMap(({labels, looseSinceMs}) =>
      looseSinceMs === undefined ? [] : [{labels, sinceMs: looseSinceMs}],
    );
  }

  /** Nothing is left of it. A client may have taken it up again meanwhile; then it stays. */
  forget({labels}: Loose): void {
    const key = JSON.stringify(labels);
    if (this.#filters.get(key)?.clients.size === 0) this.#filters.delete(key);
  }
}
