import {familyOf} from '#protocol/dacl/ip-address.ts';
import {isLinkLocal} from '#protocol/nad/host.ts';

/** An address that the switch has seen a host use, in ARP or in neighbour discovery. */
export interface TrackedAddress {
  readonly port: string;
  readonly mac: string;
  readonly address: string;
  probeAtMs: number;
  /** Probes since its last sign of life. */
  unanswered: number;
}

/** `ip device tracking probe interval 30`, `probe count 3`: the defaults (domain.md 5.6). For IPv6 the same; that is ours. */
const probeIntervalMs = 30_000;
const probeCount = 3;

/** Of one host: link-local, some prefixes, some temporary ones. The one that was quiet longest makes room for another. Ours. */
const mostIpv6Addresses = 16;

/**
IP device tracking (domain.md 5.6): which addresses a MAC on a port has, one of IPv4 and any of IPv6. Learnt from ARP and neighbour
discovery, kept up by probes of both, forgotten when three of them in a row find no answer. Its table is independent of sessions: one that
is terminated leaves its entries behind, and the next session of the same host finds its addresses there.

An entry whose port goes down is INACTIVE: nothing holds for it any more, and when the port is up again it is asked for once (Dell's guide
to the same commands, under `ip device tracking probe delay`; that the delay is 0 on IOS is recall). A host behind a desk switch has not lost
its carrier, still knows its gateway, and would not be heard of by itself.
*/
export class DeviceTracking {
  readonly #hosts = new Map<string, TrackedAddress[]>();
  /** By port, while it is down. */
  readonly #inactive = new Map<string, TrackedAddress[]>();

  all(): TrackedAddress[] {
    return [...this.#hosts.values()].flat();
  }

  inactive(): TrackedAddress[] {
    return [...this.#inactive.values()].flat();
  }

  /** IPv4. */
  addressOf(port: string, mac: string): string | null {
    return this.#of(port, mac).find(({address}) => familyOf(address) === 'ipv4')?.address ?? null;
  }

  /** Those that are good beyond the link first. */
  ipv6AddressesOf(port: string, mac: string): string[] {
    const addresses = this.#of(port, mac).flatMap(({address}) => (familyOf(address) === 'ipv6' ? [address] : []));
    return addresses.sort((one, other) => Number(isLinkLocal(one)) - Number(isLinkLocal(other)));
  }

  knows(port: string, mac: string, address: string): boolean {
    return this.#of(port, mac).some(entry => entry.address === address);
  }

  /** Puts an address down for a host. Who had it before, on any port, has it no longer; nor has the host its former IPv4 address. */
  learn(port: string, mac: string, address: string, nowMs: number): void {
    this.#keep(entry => entry.address !== address);
    const isIpv4 = familyOf(address) === 'ipv4';
    const others = this.#of(port, mac).filter(entry => !isIpv4 || familyOf(entry.address) === 'ipv6');
    const added = {port, mac, address, probeAtMs: nowMs + probeIntervalMs, unanswered: 0};
    this.#hosts.set(key(port, mac), isIpv4 ? [added, ...others] : [...withRoom(others), added]);
  }

  /** A sign of life with an address that is already known. */
  refresh(port: string, mac: string, address: string, nowMs: number): void {
    const entry = this.#of(port, mac).find(candidate => candidate.address === address);
    if (entry === undefined) return;
    entry.probeAtMs = nowMs + probeIntervalMs;
    entry.unanswered = 0;
  }

  /** Brings the host's next probes forward. */
  probeBy(port: string, mac: string, atMs: number): void {
    for (const entry of this.#of(port, mac)) entry.probeAtMs = Math.min(entry.probeAtMs, atMs);
  }

  portDown(port: string): void {
    const entries = this.all().filter(entry => entry.port === port);
    if (entries.length > 0) this.#inactive.set(port, entries);
    this.#keep(entry => entry.port !== port);
  }

  /** Who was there when the port went down, to be probed now; told once. */
  portUp(port: string): TrackedAddress[] {
    const entries = this.#inactive.get(port) ?? [];
    this.#inactive.delete(port);
    return entries.filter(({address}) => this.all().every(entry => entry.address !== address)); // it may be elsewhere now
  }

  forget(port: string, mac: string): void {
    this.#hosts.delete(key(port, mac));
  }

  /** Addresses to probe now, and addresses that are lost: they are no longer tracked. */
  due(nowMs: number): {probe: TrackedAddress[]; lost: TrackedAddress[]} {
    const due = this.all().filter(entry => entry.probeAtMs <= nowMs);
    const lost = due.filter(entry => entry.unanswered >= probeCount);
    const probe = due.filter(entry => entry.unanswered < probeCount);
    if (lost.length > 0) this.#keep(entry => !lost.includes(entry));
    for (const entry of probe) {
      entry.unanswered += 1;
      entry.probeAtMs = nowMs + probeIntervalMs;
    }
    return {probe, lost};
  }

  wakeAtMs(): number | undefined {
    let earliest: number | undefined;
    for (const entries of this.#hosts.values()) {
      for (const {probeAtMs} of entries) if (earliest === undefined || probeAtMs < earliest) earliest = probeAtMs;
    }
    return earliest;
  }

  #of(port: string, mac: string): TrackedAddress[] {
    return this.#hosts.get(key(port, mac)) ?? [];
  }

  #keep(isKept: (entry: TrackedAddress) => boolean): void {
    for (const [host, entries] of this.#hosts) {
      if (entries.every(isKept)) continue;
      const kept = entries.filter(isKept);
      if (kept.length === 0) this.#hosts.delete(host);
      else this.#hosts.set(host, kept);
    }
  }
}

function withRoom(entries: TrackedAddress[]): TrackedAddress[] {
  const ipv6 = entries.filter(({address}) => familyOf(address) === 'ipv6');
  if (ipv6.length < mostIpv6Addresses) return entries;
  const quietest = ipv6.reduce((one, other) => (other.probeAtMs < one.probeAtMs ? other : one));
  return entries.filter(entry => entry !== quietest);
}

function key(port: string, mac: string): string {
  return `${port} ${mac}`;
}
