import {type Payload, type Segment, udp} from '#harness/simulator/segment.ts';
import type {Attached, VirtualNetwork} from '#harness/simulator/virtual-network.ts';
import {familyOf} from '#protocol/dacl/ip-address.ts';
import type {Packet} from '#protocol/dacl/verdict.ts';
import type {Endpoint} from '#protocol/role.ts';

const firstEphemeralPort = 32_768;
const lastEphemeralPort = 60_999;

/** One node's UDP and TCP, between the network and the node's program. Without power it neither sends nor receives. */
export class HostStack implements Attached {
  readonly node: string;
  readonly address: string;
  /** null: none, or none yet. */
  ipv6Address: string | null;
  /** Lab milliseconds that a millisecond of the kernel's own timers takes: they do not know of the lab's time scale. */
  readonly timerScale: number;
  readonly #network: VirtualNetwork;
  readonly #datagrams = new Map<number, (from: Endpoint, bytes: Uint8Array) => void>();
  readonly #clients = new Map<number, (segment: Segment | 'unreachable') => void>();
  #listener: ((localPort: number, from: Endpoint, segment: Segment) => void) | undefined;
  #nextPort = firstEphemeralPort;
  #isPaused = false;
  #asleep: (() => void)[] = [];
  isPowered = true;
  isAddressed = true;

  constructor(options: {
    node: string;
    address: string;
    ipv6Address?: string | null;
    timerScale: number;
    network: VirtualNetwork;
  }) {
    this.node = options.node;
    this.address = options.address;
    this.ipv6Address = options.ipv6Address ?? null;
    this.timerScale = options.timerScale;
    this.#network = options.network;
    options.network.attach(options.node, this);
  }

  /** The source of what is sent there: of the same family. */
  addressTowards(destination: string): string {
    return familyOf(destination) === 'ipv4' ? this.address : (this.ipv6Address ?? '::');
  }

  send(packet: Packet, payload: Payload): void {
    if (this.isPowered) this.#network.send(this.node, packet, payload);
  }

  receive(packet: Packet, payload: Payload): void {
    if (!this.isPowered) return;
    const from = {address: packet.source, port: packet.sourcePort ?? 0};
    const port = packet.destinationPort ?? 0;
    if (payload.kind === 'udp') this.#datagrams.get(port)?.(from, new Uint8Array(payload.bytes));
    else if (payload.kind === 'unreachable') this.#clients.get(payload.about.sourcePort ?? 0)?.('unreachable');
    else if (this.#clients.has(port)) this.#clients.get(port)?.(payload.segment);
    else this.#listener?.(port, from, payload.segment);
  }

  /** Opens a UDP port (0: any that is free) and gives what sends from it. */
  openUdp(
    port: number,
    onDatagram: (from: Endpoint, bytes: Uint8Array) => void,
  ): (to: Endpoint, bytes: Uint8Array) => void {
    const sourcePort = port === 0 ? this.#freePort() : port;
    this.#datagrams.set(sourcePort, onDatagram);
    return (to, bytes) => {
      const packet = {
        protocol: udp,
        source: this.addressTowards(to.address),
        sourcePort,
        destination: to.address,
        destinationPort: to.port,
      };
      this.send(packet, {kind: 'udp', bytes});
    };
  }

  openClient(remote: string, onSegment: (segment: Segment | 'unreachable') => void): Endpoint {
    const port = this.#freePort();
    this.#clients.set(port, onSegment);
    return {address: this.addressTowards(remote), port};
  }

  closeClient(port: number): void {
    this.#clients.delete(port);
  }

  listen(onSegment: (localPort: number, from: Endpoint, segment: Segment) => void): void {
    this.#listener = onSegment;
  }

  /** Stops the program and leaves the kernel running: it still shakes hands, and what the program should do waits. */
  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    const asleep = this.#asleep;
    this.#asleep = [];
    for (const action of asleep) action();
  }

  whenAwake(action: () => void): void {
    if (this.#isPaused) this.#asleep.push(action);
    else action();
  }

  /** The power is gone, and with it everything that was open. */
  reset(): void {
    this.#datagrams.clear();
    this.#clients.clear();
    this.#listener = undefined;
    this.#asleep = [];
    this.#isPaused = false;
  }

  #freePort(): number {
    const port = this.#nextPort;
    this.#nextPort = port === lastEphemeralPort ? firstEphemeralPort : port + 1;
    return port;
  }
}
