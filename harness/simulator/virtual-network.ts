import {AccessWiring} from '#harness/simulator/access-wiring.ts';
import {broadcast} from '#harness/simulator/dhcp.ts';
import {GatewayArp} from '#harness/simulator/gateway-arp.ts';
import {VirtualLink} from '#harness/simulator/link.ts';
import {Random} from '#harness/simulator/random.ts';
import {frameBytes, icmp, icmpv6, type Payload, tcp, udp} from '#harness/simulator/segment.ts';
import type {Simulation} from '#harness/simulator/simulation.ts';
import {slaacAddresses} from '#harness/slaac.ts';
import {accessPorts, nodesOf, type Topology} from '#harness/topology.ts';
import {familyOf} from '#protocol/dacl/ip-address.ts';
import type {Packet} from '#protocol/dacl/verdict.ts';

/** Whoever has an address: takes what arrives. */
export interface Attached {
  /** Whether it has its IPv4 address: a lease is gone with the link. */
  readonly isAddressed: boolean;
  receive(packet: Packet, payload: Payload): void;
}

/** What the network asks of the switch that is its middle. */
export interface SwitchEyes {
  /** Whether a packet that enters an access port may pass. */
  permits(port: string, packet: Packet): boolean;
  /** Takes a packet that entered an access port, if it is to be redirected. */
  redirects(port: string, packet: Packet, payload: Payload): boolean;
  /** A frame that tells who is there (images/nad/arp-watch.ts): ARP, a TCP connection attempt, DHCP, neighbour discovery. */
  sees(port: string, mac: string, address: string | null): void;
}

/** A node that sends and receives for itself, and the ways to it. */
interface Host {
  /** Its own. */
  cable: VirtualLink;
  /** At the switch's port: the same, or a desk switch's. What is missing behind a desk switch the switch does not know. */
  atSwitch: VirtualLink;
  /** Of an endpoint; a PSN's is never in the story. */
  arp: GatewayArp | undefined;
}

/**
The lab's cables and the switch between them: endpoint ── access port ── (filter) ── routed port ── PSN. Packets that enter an
access port are looked at there; everything else passes. Return traffic is not filtered (domain.md 5.6). What hosts at the same desk switch
say to each other is nobody's business here.
*/
export class VirtualNetwork {
  readonly nad: string;
  readonly #simulation: Simulation;
  readonly #links = new Map<string, VirtualLink>();
  readonly #topology: Topology;
  readonly #attached = new Map<string, Attached>();
  readonly #hosts = new Map<string, Host>();
  /** Endpoints that answer no ARP; no neighbour discovery; and those that have to ask for their router, when they next send. */
  readonly #silent = {ipv4: new Set<string>(), ipv6: new Set<string>()};
  readonly #asksForRouter = new Set<string>();
  readonly #owners: ReadonlyMap<string, string>;
  readonly #access: ReadonlySet<string>;
  readonly wiring: AccessWiring;
  #eyes: SwitchEyes | undefined;

  /** `timerScale`: lab milliseconds a millisecond of the kernels' own timers takes. */
  constructor(topology: Topology, options: {simulation: Simulation; seed: number; timerScale: number}) {
    const {simulation, seed, timerScale} = options;
    this.nad = nodesOf(topology, 'nad')[0]?.[0] ?? '';
    this.#topology = topology;
    this.#simulation = simulation;
    this.#owners = ownersOf(topology);
    this.#access = new Set(accessPorts(topology, this.nad));
    for (const {ends} of topology.links) {
      const link = new VirtualLink(ends, {simulation, random: new Random(seed, `link ${ends.join(' ')}`)});
      for (const end of ends) this.#links.set(end, link);
    }
    this.wiring = new AccessWiring(topology, end => this.link(end));
    for (const [node] of nodesOf(topology, 'psn')) {
      const cable = this.link(`${node}:eth0`);
      this.#hosts.set(node, {cable, atSwitch: cable, arp: undefined});
    }
    for (const [node, endpoint] of nodesOf(topology, 'endpoint')) {
      const atSwitch = this.link(`${this.nad}:${this.wiring.portOf(node)}`);
      const arp = new GatewayArp({simulation, timerScale, ask: () => this.#askForGateway(node, endpoint)});
      this.#hosts.set(node, {cable: this.link(`${node}:eth0`), atSwitch, arp});
    }
  }

  attach(node: string, host: Attached): void {
    this.#attached.set(node, host);
  }

  set eyes(eyes: SwitchEyes) {
    this.#eyes = eyes;
  }

  /** Throws if no link has such an end. */
  link(end: string): VirtualLink {
    const link = this.#links.get(end);
    if (link === undefined)
      throw new Error(`the lab has no link at ${end}; it has ${[...this.#links.keys()].join(', ')}`);
    return link;
  }

  links(): VirtualLink[] {
    return [...new Set(this.#links.values())];
  }

  nodeOf(address: string): string | undefined {
    return this.#owners.get(address);
  }

  /** A host sends, or the switch itself. */
  send(node: string, packet: Packet, payload: Payload): void {
    const host = this.#hosts.get(node);
    if (host === undefined) {
      if (packet.destination === broadcast) this.#flood(packet, payload);
      else this.#forward(packet, payload);
      return;
    }
    const {cable, arp} = host;
    if (!cable.isUp) {
      this.#reportUnreachable(node, packet, payload);
      return;
    }
    if (arp === undefined) {
      cable.carry(node, () => this.#forward(packet, payload), frameBytes(payload));
      return;
    }
    const enter = () => this.#enter(node, packet, payload);
    const transmit = () => this.wiring.carryUp(node, enter, frameBytes(payload));
    if (packet.destination === broadcast || familyOf(packet.destination) === 'ipv6') {
      if (familyOf(packet.destination) === 'ipv6' && this.#asksForRouter.delete(node))
        this.discover(node, packet.source);
      transmit(); // a router's advertisement has its MAC in it
      return;
    }
    arp.resolve(transmit, () => this.#reportUnreachable(node, packet, payload));
  }

  /**
  An endpoint sends neighbour discovery, from an address of its own or (null) from none; `answered`: it has solicited a router, and here is
  the switch's advertisement.
  */
  discover(node: string, address: string | null, answered?: () => void): void {
    const declared = this.#topology.nodes[node];
    if (declared?.kind !== 'endpoint' || this.#silent.ipv6.has(node)) return;
    this.wiring.carryUp(node, () => {
      this.#eyes?.sees(this.wiring.portOf(node), declared.mac, address);
      if (answered) this.wiring.carryDown(node, answered);
    });
  }

  /**
  The switch asks, by ARP or neighbour solicitation to its MAC, whether a host is still there; it answers if it can, for IPv4 with the
  address it has.
  */
  askForHost({port, mac, address}: {port: string; mac: string; address: string}): void {
    const family = familyOf(address);
    for (const endpoint of this.wiring.endpointsAt(port)) {
      const declared = this.#topology.nodes[endpoint];
      if (declared?.kind !== 'endpoint' || declared.mac !== mac || this.#silent[family].has(endpoint)) continue;
      if (family === 'ipv4' && this.#attached.get(endpoint)?.isAddressed !== true) continue;
      const own = family === 'ipv4' ? withoutLength(declared.address) : address;
      const answer = () => this.wiring.carryUp(endpoint, () => this.#eyes?.sees(port, mac, own));
      this.wiring.carryDown(endpoint, answer);
    }
  }

  /** A host that falls silent still knows its gateway; one that answers again has to ask for it. */
  answerArp(endpoint: string, answers: boolean): void {
    if (answers) this.#silent.ipv4.delete(endpoint);
    else this.#silent.ipv4.add(endpoint);
    if (answers) this.forgetNeighbours(endpoint);
  }

  /** The same of IPv6. */
  answerDiscovery(endpoint: string, answers: boolean): void {
    if (answers) this.#silent.ipv6.delete(endpoint);
    else this.#silent.ipv6.add(endpoint);
    if (answers) this.#asksForRouter.add(endpoint);
  }

  /** What hosts know of each other goes with the carrier. */
  forgetNeighbours(endpoint: string): void {
    this.#hosts.get(endpoint)?.arp?.forget();
  }

  #askForGateway(node: string, {mac, address}: {mac: string; address: string}): void {
    if (this.#silent.ipv4.has(node)) return;
    const port = this.wiring.portOf(node);
    this.wiring.carryUp(node, () => {
      this.#eyes?.sees(port, mac, withoutLength(address));
      this.wiring.carryDown(node, () => this.#hosts.get(node)?.arp?.answered());
    });
  }

  #enter(node: string, packet: Packet, payload: Payload): void {
    const port = this.wiring.portOf(node);
    const declared = this.#topology.nodes[node];
    if (declared?.kind === 'endpoint' && isTelling(packet)) this.#eyes?.sees(port, declared.mac, null);
    if (this.#eyes?.redirects(port, packet, payload)) return;
    if (this.#eyes?.permits(port, packet)) this.#forward(packet, payload);
  }

  /** To every host of the access VLAN. */
  #flood(packet: Packet, payload: Payload): void {
    for (const [endpoint] of nodesOf(this.#topology, 'endpoint')) {
      const host = this.#attached.get(endpoint);
      this.wiring.carryDown(endpoint, () => host?.receive(packet, payload), frameBytes(payload));
    }
  }

  #forward(packet: Packet, payload: Payload): void {
    const owner = packet.destination === broadcast ? this.nad : (this.#owners.get(packet.destination) ?? '');
    if (owner === this.nad) {
      this.#attached.get(owner)?.receive(packet, payload);
      return;
    }
    const host = this.#hosts.get(owner);
    if (host?.atSwitch.isUp) {
      const arrive = () => this.#attached.get(owner)?.receive(packet, payload);
      if (host.arp) this.wiring.carryDown(owner, arrive, frameBytes(payload));
      else host.cable.carry(this.nad, arrive, frameBytes(payload));
      return;
    }
    const sender = this.#owners.get(packet.source);
    if (payload.kind === 'unreachable' || sender === undefined || sender === this.nad) return;
    const isIpv4 = familyOf(packet.source) === 'ipv4';
    this.#forward(
      {
        protocol: isIpv4 ? icmp : icmpv6,
        source: this.#addressOfNad(packet.source),
        destination: packet.source,
        icmpType: isIpv4 ? 3 : 1,
        icmpCode: 0,
      },
      {kind: 'unreachable', about: packet},
    );
  }

  /** The host's own stack says so; never before the sender has finished sending. */
  #reportUnreachable(node: string, packet: Packet, payload: Payload): void {
    if (payload.kind === 'unreachable') return;
    this.#simulation.after(0, () => this.#attached.get(node)?.receive(packet, {kind: 'unreachable', about: packet}));
  }

  #addressOfNad(towards: string): string {
    const [[, nad] = []] = nodesOf(this.#topology, 'nad');
    return withoutLength((familyOf(towards) === 'ipv4' ? nad?.address : nad?.ipv6Address) ?? '');
  }

  isAccessPort(port: string): boolean {
    return this.#access.has(port);
  }
}

/** The filter of images/nad/arp-watch.ts, but for ARP. */
function isTelling({protocol, flags, sourcePort}: Packet): boolean {
  if (protocol === tcp) return (flags ?? []).includes('syn') && !(flags ?? []).includes('ack');
  return protocol === udp && sourcePort === 68;
}

function ownersOf(topology: Topology): Map<string, string> {
  const owners = new Map<string, string>();
  const prefix = nodesOf(topology, 'nad')[0]?.[1].ipv6Address;
  for (const [node, declared] of Object.entries(topology.nodes)) {
    if (declared.kind === 'desk-switch') continue;
    owners.set(withoutLength(declared.address), node);
    if (declared.kind === 'endpoint') {
      if (prefix !== undefined && declared.ipv6)
        owners.set(slaacAddresses(declared.mac, withoutLength(prefix)).global, node);
      continue;
    }
    if (declared.ipv6Address !== undefined) owners.set(withoutLength(declared.ipv6Address), node);
    if (declared.kind === 'psn') continue;
    const routed = [...Object.values(declared.routed), ...Object.values(declared.routedIpv6 ?? {})];
    for (const address of routed) owners.set(withoutLength(address), node);
  }
  return owners;
}

function withoutLength(address: string): string {
  return address.split('/')[0] ?? '';
}
