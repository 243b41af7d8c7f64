/** A host whose address the switch has seen in an ARP. */
export interface TrackedHost {
  readonly port: string;
  readonly mac: string;
  readonly address: string;
  probeAtMs: number;
  /** Probes since its last sign of life. */
  unanswered: number;
}

/** `ip device tracking probe interval 30`, `probe count 3`: the defaults (domain.md 5.6). */
const probeIntervalMs = 30_000;
const probeCount = 3;

/**
IP device tracking (domain.md 5.6): which address a MAC on a port has. Learnt from ARP, kept up by ARP probes, forgotten when
three of them in a row find no answer, and when the port goes down. Its table is independent of sessions: one that is
terminated leaves its entry behind, and the next session of the same host finds its address there.
*/
export class DeviceTracking {
  readonly #hosts = new Map<string, TrackedHost>();

  all(): TrackedHost[] {
    return [...this.#hosts.values()];
  }

  addressOf(port: string, mac: string): string | null {
    return this.#hosts.get(key(port, mac))?.address ?? null;
  }

  /** Puts an address down for a host. Who had it before, on any port, has it no longer. */
  learn(port: string, mac: string, address: string, nowMs: number): void {
    for (const host of this.#hosts.values()) {
      if (host.address === address) this.#hosts.delete(key(host.port, host.mac));
    }
    this.#hosts.set(key(port, mac), {port, mac, address, probeAtMs: nowMs + probeIntervalMs, unanswered: 0});
  }

  /** A sign of life with the address that is already known. */
  refresh(port: string, mac: string, nowMs: number): void {
    const host = this.#hosts.get(key(port, mac));
    if (host === undefined) return;
    host.probeAtMs = nowMs + probeIntervalMs;
    host.unanswered = 0;
  }

  /** Brings the host's next probe forward. */
  probeBy(port: string, mac: string, atMs: number): void {
    const host = this.#hosts.get(key(port, mac));
    if (host !== undefined) host.probeAtMs = Math.min(host.probeAtMs, atMs);
  }

  forgetPort(port: string): void {
    for (const host of this.#hosts.values()) {
      if (host.port === port) this.#hosts.delete(key(host.port, host.mac));
    }
  }

  forget(port: string, mac: string): void {
    this.#hosts.delete(key(port, mac));
  }

  /** Hosts to probe now, and hosts that are lost: they are no longer tracked. */
  due(nowMs: number): {probe: TrackedHost[]; lost: TrackedHost[]} {
    const due = this.all().filter(host => host.probeAtMs <= nowMs);
    const lost = due.filter(host => host.unanswered >= probeCount);
    const probe = due.filter(host => host.unanswered < probeCount);
    for (const host of lost) this.#hosts.delete(key(host.port, host.mac));
    for (const host of probe) {
      host.unanswered += 1;
      host.probeAtMs = nowMs + probeIntervalMs;
    }
    return {probe, lost};
  }

  wakeAtMs(): number | undefined {
    let earliest: number | undefined;
    for (const {probeAtMs} of this.#hosts.values()) {
      if (earliest === undefined || probeAtMs < earliest) earliest = probeAtMs;
    }
    return earliest;
  }
}

function key(port: string, mac: string): string {
  return `${port} ${mac}`;
}
