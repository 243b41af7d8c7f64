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
`ACK MAC ADDRESS`; all are broadcast, as in containers. A MAC without a reservation gets none.
*/
export function serveLeases(stack: HostStack, reservations: readonly Reservation[]): void {
  if (reservations.length === 0) return;
  const send = stack.openUdp(serverPort, (_, bytes) => {
    const [type = '', mac = ''] = decoder.decode(bytes).split(' ');
    const reserved = reservations.find(reservation => reservation.mac === mac);
    if (reserved === undefined) return;
    const answer = type === 'DISCOVER' ? 'OFFER' : 'ACK';
    send({address: broadcast, port: clientPort}, encoder.encode(`${answer} ${mac} ${reserved.address}`));
  });
}

/**
An endpoint's DHCP client (images/endpoint/dhcp-client.ts): discover, offer, request, acknowledgement. It leaves renewal out: half a
lease is twelve hours of real time in the other world.
*/
export class VirtualDhcpClient {
  readonly #simulation: Simulation;
  readonly #stack: HostStack;
  readonly #mac: string;
  readonly #server: string;
  readonly #record: (event: EndpointEvent) => void;
  readonly #onAddresses: (addresses: string[]) => void;
  #timer: Timer | undefined;
  #state: 'off' | 'discovering' | 'requesting' | 'bound' = 'off';

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
    } else if (type === 'ACK' && this.#state === 'requesting') {
      this.#rest();
      this.#state = 'bound';
      this.#record({kind: 'lease-obtained', address, server: this.#server, leaseS});
      this.#onAddresses([address]);
    }
  }

  #send(type: 'DISCOVER' | 'REQUEST'): void {
    const header = {protocol: udp, source: '0.0.0.0', sourcePort: clientPort, destination: broadcast};
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
