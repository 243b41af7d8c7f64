import {createSocket, type Socket} from 'node:dgram';
import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import type {LabClock} from '#images/shell/clock.ts';
import {relayPort, vxlanPort} from '#images/wire/contract.ts';
import {type Chance, ImpairedDirection} from '#protocol/link/impaired-direction.ts';
import {type Impairment, noImpairment} from '#protocol/link/impairment.ts';

const vxlanHeaderBytes = 8; // RFC 7348 §5
const chance: Chance = {
  happens: probability => probability > 0 && Math.random() < probability,
  fraction: () => Math.random(),
};

/**
Takes the frames of one direction from a VXLAN device, and gives them back to the same device when they are due: the header that they
came in is the one they leave in. Never early: a timer that is, is set again.
*/
export class Relay {
  readonly direction: number;
  received = 0;
  delivered = 0;
  readonly #clock: LabClock;
  readonly #impaired = new ImpairedDirection(noImpairment);
  readonly #socket: Socket = createSocket('udp4');
  /** By instant, then by order of arrival. */
  readonly #underWay: {atMs: number; datagram: Uint8Array}[] = [];
  #timer: NodeJS.Timeout | undefined;

  private constructor(direction: number, clock: LabClock) {
    this.direction = direction;
    this.#clock = clock;
    this.#socket.on('message', datagram => this.#take(datagram));
  }

  /** Resolves when it listens. Throws if the port is taken. */
  static async open(direction: number, clock: LabClock): Promise<Relay> {
    const relay = new Relay(direction, clock);
    relay.#socket.bind(relayPort(direction));
    await once(relay.#socket, 'listening');
    return relay;
  }

  set impairment(impairment: Impairment) {
    this.#impaired.impairment = impairment;
  }

  /** What the kernel dropped because we did not take it in time. */
  get overrun(): number {
    const port = relayPort(this.direction).toString(16).toUpperCase().padStart(4, '0');
    const line = readFileSync('/proc/net/udp', 'utf8')
      .split('\n')
      .find(text => text.includes(`:${port} `));
    return Number(line?.trim().split(/\s+/).at(-1) ?? 0);
  }

  #take(datagram: Uint8Array): void {
    this.received += 1;
    const nowMs = this.#clock.nowMs();
    const bytes = datagram.length - vxlanHeaderBytes;
    for (const atMs of this.#impaired.carry(bytes, nowMs, chance)) {
      const place = this.#underWay.findLastIndex(frame => frame.atMs <= atMs) + 1;
      this.#underWay.splice(place, 0, {atMs, datagram});
    }
    this.#deliver();
  }

  #deliver(): void {
    clearTimeout(this.#timer);
    for (let next = this.#underWay[0]; next !== undefined; next = this.#underWay[0]) {
      if (next.atMs > this.#clock.nowMs()) {
        this.#timer = setTimeout(() => this.#deliver(), this.#clock.untilMs(next.atMs));
        return;
      }
      this.#underWay.shift();
      this.delivered += 1;
      this.#socket.send(next.datagram, vxlanPort, '127.0.0.1', () => {}); // the device may be gone, with its node
    }
  }
}
