import type {Simulation, Timer} from '#harness/simulator/simulation.ts';

/** Linux: three questions, a second apart, then the packets that waited are given up (`mcast_solicit`, `retrans_time_ms`). */
const retransMs = 1000;
const questions = 3;
const waitingPackets = 3;

/** An endpoint's ARP entry for its gateway: what is sent first makes it ask, and the question is what the switch learns from. */
export class GatewayArp {
  readonly #simulation: Simulation;
  readonly #timerScale: number;
  readonly #ask: () => void;
  #isKnown = false;
  #waiting: {transmit: () => void; giveUp: () => void}[] = [];
  #asked = 0;
  #timer: Timer | undefined;

  constructor({simulation, timerScale, ask}: {simulation: Simulation; timerScale: number; ask: () => void}) {
    this.#simulation = simulation;
    this.#timerScale = timerScale;
    this.#ask = ask;
  }

  /** Sends now, or when the gateway has answered; the oldest that waits makes room for a fourth. */
  resolve(transmit: () => void, giveUp: () => void): void {
    if (this.#isKnown) {
      transmit();
      return;
    }
    this.#waiting.push({transmit, giveUp});
    if (this.#waiting.length > waitingPackets) this.#waiting.shift();
    if (this.#timer === undefined) this.#question();
  }

  answered(): void {
    this.#isKnown = true;
    this.#rest();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const {transmit} of waiting) transmit();
  }

  forget(): void {
    this.#isKnown = false;
    this.#waiting = [];
    this.#rest();
  }

  #question(): void {
    if (this.#asked === questions) {
      const waiting = this.#waiting;
      this.#waiting = [];
      this.#rest();
      for (const {giveUp} of waiting) giveUp();
      return;
    }
    this.#asked += 1;
    this.#timer = this.#simulation.after(retransMs * this.#timerScale, () => this.#question());
    this.#ask();
  }

  #rest(): void {
    if (this.#timer) this.#timer.isOver = true;
    this.#timer = undefined;
    this.#asked = 0;
  }
}
