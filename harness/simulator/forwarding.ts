import {tcp} from '#harness/simulator/segment.ts';
import type {Acl} from '#protocol/dacl/acl.ts';
import {familyOf} from '#protocol/dacl/ip-address.ts';
import {type Packet, verdict} from '#protocol/dacl/verdict.ts';
import {type AclHits, HitRecord} from '#protocol/nad/acl-hits.ts';
import type {AceCount, EnforcementChange} from '#protocol/nad/contract.ts';
import {anyIpv6} from '#protocol/nad/host.ts';

/** What became of a packet that entered an access port, and by which entry; `acl` null: nothing is bound there. */
export interface Decision {
  verdict: 'permit' | 'deny';
  acl: string | null;
  line: number | null;
}

/**
The forwarding half of the simulated switch: what the kernel's packet filter does in the container (images/nad/enforcement.ts).
By source address, else the port's own of that family, else nothing: dropped. Stateless; ARP and neighbour discovery are not asked.
*/
export class Forwarding {
  readonly #ports: ReadonlySet<string>;
  #acls = new Map<string, Acl>();
  /** ACL names by port and address; null: all others of IPv4; `anyIpv6`: all others of IPv6. */
  #bindings = new Map<string, string>();
  /** Names of redirect ACLs by port and address. */
  #redirects = new Map<string, string>();
  readonly #counts = new Map<Acl, Map<number | null, number>>();
  readonly #past = new HitRecord();
  #generation = 1;

  constructor(ports: readonly string[]) {
    this.#ports = new Set(ports);
  }

  /** All changes or none. Returns the generation; throws, saying why, if a change cannot be made. */
  apply(changes: readonly EnforcementChange[]): number {
    const acls = new Map(this.#acls);
    const bindings = new Map(this.#bindings);
    const redirects = new Map(this.#redirects);
    for (const change of changes) this.#change(change, {acls, bindings, redirects});
    for (const [key, acl] of [...bindings, ...redirects]) {
      if (!acls.has(acl)) throw new Error(`No ACL ${acl} is installed, and it is bound to ${key}.`);
    }
    for (const acl of this.#acls.values()) if (acls.get(acl.name) !== acl) this.#forget(acl);
    this.#acls = acls;
    this.#bindings = bindings;
    this.#redirects = redirects;
    this.#generation += 1;
    return this.#generation;
  }

  decide(port: string, packet: Packet): Decision {
    const decision = this.look(port, packet);
    const acl = decision.acl === null ? undefined : this.#acls.get(decision.acl);
    if (acl !== undefined) this.#count(acl, decision.line);
    return decision;
  }

  /** Whether a packet goes to the switch's own HTTP server instead (images/nad/steering.ts). */
  redirects(port: string, packet: Packet): boolean {
    const acl = this.#acls.get(this.#redirects.get(keyOf(port, packet.source)) ?? '');
    if (acl === undefined || packet.protocol !== tcp) return false;
    const {verdict: action, line} = verdict(acl, packet);
    this.#count(acl, line);
    return action === 'permit';
  }

  /** As `decide`, for a packet that is only thought of: it is not counted. */
  look(port: string, packet: Packet): Decision {
    const rest = familyOf(packet.source) === 'ipv4' ? null : anyIpv6;
    const name = this.#bindings.get(keyOf(port, packet.source)) ?? this.#bindings.get(keyOf(port, rest));
    const acl = name === undefined ? undefined : this.#acls.get(name);
    if (acl === undefined) return {verdict: 'deny', acl: null, line: null};
    return {...verdict(acl, packet), acl: acl.name};
  }

  /** Every entry of every installed list, also those at 0, and the implicit deny with `line` null. */
  counters(): AceCount[] {
    return [...this.#acls.values()].flatMap(acl =>
      [...acl.entries.map(({line}) => line), null].map(line => ({
        acl: acl.name,
        line,
        packets: this.#counts.get(acl)?.get(line) ?? 0,
      })),
    );
  }

  /** Of every list that is or was installed. */
  hits(): AclHits[] {
    return this.#past.with([...this.#acls.values()], this.counters());
  }

  #forget(acl: Acl): void {
    this.#past.add(acl, this.counters());
    this.#counts.delete(acl);
  }

  #count(acl: Acl, line: number | null): void {
    const counts = this.#counts.get(acl) ?? new Map<number | null, number>();
    this.#counts.set(acl, counts.set(line, (counts.get(line) ?? 0) + 1));
  }

  #change(
    change: EnforcementChange,
    {acls, bindings, redirects}: Record<'bindings' | 'redirects', Map<string, string>> & {acls: Map<string, Acl>},
  ): void {
    switch (change.kind) {
      case 'install-acl':
        acls.delete(change.acl.name);
        acls.set(change.acl.name, change.acl);
        return;
      case 'remove-acl':
        if (acls.delete(change.name)) return;
        throw new Error(`No ACL ${change.name} is installed: there is none to remove.`);
      case 'bind':
        if (!this.#ports.has(change.port)) throw new Error(`${change.port} is no access port.`);
        bindings.set(keyOf(change.port, change.address), change.acl);
        return;
      case 'unbind':
        if (bindings.delete(keyOf(change.port, change.address))) return;
        throw new Error(`Nothing is bound to ${change.address ?? 'every address'} on ${change.port}.`);
      case 'redirect':
        redirects.set(keyOf(change.port, change.address), change.acl);
        return;
      case 'end-redirect':
        if (redirects.delete(keyOf(change.port, change.address))) return;
        throw new Error(`Nothing of ${change.address} is redirected on ${change.port}.`);
    }
  }
}

function keyOf(port: string, address: string | null): string {
  return `${port} ${address ?? 'any'}`;
}
