import type {HostStack} from '#harness/simulator/host-stack.ts';
import {udp} from '#harness/simulator/segment.ts';
import type {Simulation, Timer} from '#harness/simulator/simulation.ts';
import {dhcpPatience} from '#images/endpoint/dhcp-client.ts';
import {leaseS} from '#images/nad/dnsmasq.ts';
import type {Reservation} from '#images/nad/settings.ts';
import type {EndpointEvent} from '#protocol/event.ts';

export const broadcast = '255.255.255.255';

const serverPort = 67;
const clientPort = 68;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
The lab's DHCP server (images/nad/dnsmasq.ts). A question is `DISCOVER MAC` or `REQUEST MAC`, an answer `OFFER MAC ADDRESS` or
`ACK MAC ADDRESS`, and always broadcast; `RELEASE MAC` has none. A MAC without a reservation gets none either.
*/
export function serveLeases(stack: HostStack, reservations: readonly Reservation[]): void {
  if (reservations.length === 0) return;
  const send = stack.openUdp(serverPort, (_, bytes) => {
    const [type = '', mac = ''] = decoder.decode(bytes).split(' ');
    const reserved = reservations.find(reservation => reservation.mac === mac);
    if (reserved === undefined || type === 'RELEASE') return;
    const answer = type === 'DISCOVER' ? 'OFFER' : 'ACK';
    send({address: broadcast, port: clientPort}, encoder.encode(`${answer} ${mac} ${reserved.address}`));
  });
}

/**
An endpoint's DHCP client (images/endpoint/dhcp-client.ts): discover, offer, request, acknowledgement. It renews when it is told to, not by
itself: half a lease is twelve hours of real time in the other world.
*/
export class VirtualDhcpClient {
  readonly #simulation: Simulation;
  readonly #stack: HostStack;
  readonly #mac: string;
  readonly #server: string;
  readonly #record: (event: EndpointEvent) => void;
  readonly #onAddresses: (addresses: string[]) => void;
  #timer: Timer | undefined;
  #state: 'off' | 'discovering' | 'requesting' | 'bound' | 'renewing' | 'released' = 'off';

  constructor(options: {
    simulation: Simulation;
    stack: HostStack;
    mac: string;
    server: string;
    record: (event: EndpointEvent) => void;
    onAddresses: (addresses: string[]) => void;
  }) {
    this.#simulation = options.simulation;
    this.#stack = options.stack;
    this.#mac = options.mac;
    this.#server = options.server;
    this.#record = options.record;
    this.#onAddresses = options.onAddresses;
    this.#stack.openUdp(clientPort, (_, bytes) => this.#receive(decoder.decode(bytes)));
  }

  carrier(isUp: boolean): void {
    this.stop();
    if (isUp) this.#ask('discovering', 1);
    else this.#onAddresses([]);
  }

  stop(): void {
    this.#rest();
    this.#state = 'off';
  }

  renew(): void {
    if (this.#state === 'bound') this.#extend('server', 1);
    else if (this.#state === 'released') this.#ask('discovering', 1);
  }

  release(): void {
    if (this.#state !== 'bound' && this.#state !== 'renewing') return;
    this.#send('RELEASE', {source: this.#stack.address, destination: this.#server});
    this.#rest();
    this.#lose();
    this.#state = 'released';
  }

  /** Once of the server that it has the lease of, then of any (RFC 2131 4.4.5), as often as udhcpc does; then the lease is lost. */
  #extend(whom: 'server' | 'any', attempt: number): void {
    const {attempts, answerS} = dhcpPatience;
    this.#state = 'renewing';
    const destination = whom === 'server' ? this.#server : broadcast;
    this.#send('REQUEST', {source: this.#stack.address, destination});
    this.#after(answerS, () => {
      if (whom === 'server') this.#extend('any', 1);
      else if (attempt < attempts) this.#extend('any', attempt + 1);
      else {
        this.#lose();
        this.#ask('discovering', 1);
      }
    });
  }

  #lose(): void {
    this.#record({kind: 'lease-lost', address: this.#stack.address});
    this.#onAddresses([]);
  }

  #ask(state: 'discovering' | 'requesting', attempt: number): void {
    const {attempts, answerS, pauseS} = dhcpPatience;
    this.#state = state;
    this.#send(state === 'discovering' ? 'DISCOVER' : 'REQUEST');
    this.#after(answerS, () => {
      if (attempt < attempts) {
        this.#ask(state, attempt + 1);
      } else {
        if (state === 'discovering') this.#record({kind: 'lease-unanswered', attempts});
        this.#after(state === 'discovering' ? pauseS : 0, () => this.#ask('discovering', 1));
      }
    });
  }

  #receive(text: string): void {
    const [type, mac, address = ''] = text.split(' ');
    if (mac !== this.#mac) return;
    if (type === 'OFFER' && this.#state === 'discovering') {
      this.#rest();
      this.#ask('requesting', 1);
    } else if (type === 'ACK' && (this.#state === 'requesting' || this.#state === 'renewing')) {
      const isNew = this.#state === 'requesting';
      this.#rest();
      this.#state = 'bound';
      this.#record({kind: isNew ? 'lease-obtained' : 'lease-renewed', address, server: this.#server, leaseS});
      if (isNew) this.#onAddresses([address]);
    }
  }

  #send(
    type: 'DISCOVER' | 'REQUEST' | 'RELEASE',
    ends: {source: string; destination: string} = {source: '0.0.0.0', destination: broadcast},
  ): void {
    const header = {protocol: udp, sourcePort: clientPort, ...ends};
    const bytes = encoder.encode(`${type} ${this.#mac}`);
    this.#stack.send({...header, destinationPort: serverPort}, {kind: 'udp', bytes});
  }

  #after(seconds: number, action: () => void): void {
    this.#timer = this.#simulation.after(seconds * 1000 * this.#stack.timerScale, action);
  }

  #rest(): void {
    if (this.#timer) this.#timer.isOver = true;
    this.#timer = undefined;
  }
}
