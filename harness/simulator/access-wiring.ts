import {accessPathOf} from '#harness/desk-switch.ts';
import {readEnd} from '#harness/link-end.ts';
import type {VirtualLink} from '#harness/simulator/link.ts';
import {nodesOf, type Topology} from '#harness/topology.ts';

/** One cable on the way from an endpoint to its access port: `near` is the node at the endpoint's side. */
interface Hop {
  link: VirtualLink;
  near: string;
  far: string;
}

/** Which endpoints are behind which access port, and the way between them: one cable, or two with a desk switch in the middle. */
export class AccessWiring {
  readonly #ports = new Map<string, string>();
  readonly #hops = new Map<string, Hop[]>();

  constructor(topology: Topology, linkAt: (end: string) => VirtualLink) {
    for (const [endpoint] of nodesOf(topology, 'endpoint')) {
      const path = accessPathOf(topology, endpoint);
      if (path === undefined) continue;
      this.#ports.set(endpoint, path.port);
      const hops = path.links.map(([near, far]) => ({
        link: linkAt(near),
        near: readEnd(near).node,
        far: readEnd(far).node,
      }));
      this.#hops.set(endpoint, hops);
    }
  }

  endpointsAt(port: string): string[] {
    return [...this.#ports].flatMap(([endpoint, own]) => (own === port ? [endpoint] : []));
  }

  portOf(endpoint: string): string {
    return this.#ports.get(endpoint) ?? '';
  }

  /** Whether every cable on the way carries. */
  isConnected(endpoint: string): boolean {
    return this.#hopsOf(endpoint).every(({link}) => link.isUp);
  }

  /** Towards the switch. */
  carryUp(endpoint: string, arrive: () => void, bytes?: number): void {
    const [first, second] = this.#hopsOf(endpoint);
    const onward = second === undefined ? arrive : () => second.link.carry(second.near, arrive, bytes);
    first?.link.carry(first.near, onward, bytes);
  }

  /** From the switch. */
  carryDown(endpoint: string, arrive: () => void, bytes?: number): void {
    const [first, second] = this.#hopsOf(endpoint);
    if (first === undefined) return;
    const last = () => first.link.carry(first.far, arrive, bytes);
    if (second === undefined) last();
    else second.link.carry(second.far, last, bytes);
  }

  #hopsOf(endpoint: string): Hop[] {
    return this.#hops.get(endpoint) ?? [];
  }
}
