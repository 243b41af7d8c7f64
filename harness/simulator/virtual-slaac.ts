import type {Simulation, Timer} from '#harness/simulator/simulation.ts';
import type {VirtualNetwork} from '#harness/simulator/virtual-network.ts';

/** As in containers: an address is asked about for this long (harness/containers/linker.ts), in real time. */
const detectionMs = 100;
/** RFC 4861 10: RTR_SOLICITATION_INTERVAL and MAX_RTR_SOLICITATIONS. */
const solicitation = {everyMs: 4000, attempts: 3};

/**
An endpoint's kernel as it makes itself addresses (RFC 4862): link-local first, then, when a router has answered, a global one. Each is
its own after nobody has objected, and is then told to the neighbours (RFC 9131). Nobody ever objects here.
*/
export class VirtualSlaac {
  readonly #simulation: Simulation;
  readonly #network: VirtualNetwork;
  readonly #node: string;
  readonly #addresses: {global: string; linkLocal: string};
  readonly #timerScale: number;
  readonly #onAddress: (address: string) => void;
  #timers: Timer[] = [];
  #isAnswered = false;
  #run = 0;

  constructor(options: {
    simulation: Simulation;
    network: VirtualNetwork;
    node: string;
    addresses: {global: string; linkLocal: string};
    timerScale: number;
    onAddress: (address: string) => void;
  }) {
    this.#simulation = options.simulation;
    this.#network = options.network;
    this.#node = options.node;
    this.#addresses = options.addresses;
    this.#timerScale = options.timerScale;
    this.#onAddress = options.onAddress;
  }

  /** The link is up. */
  start(): void {
    this.stop();
    const {linkLocal} = this.#addresses;
    this.#detect(() => {
      this.#network.discover(this.#node, linkLocal);
      this.#solicit(solicitation.attempts);
    });
  }

  /** Nothing comes of what has begun. */
  stop(): void {
    this.#run += 1;
    this.#isAnswered = false;
    for (const timer of this.#timers) timer.isOver = true;
    this.#timers = [];
  }

  #solicit(left: number): void {
    if (left === 0 || this.#isAnswered) return;
    const run = this.#run;
    this.#network.discover(this.#node, this.#addresses.linkLocal, () => {
      if (run === this.#run && !this.#isAnswered) this.#advertised();
    });
    this.#after(solicitation.everyMs, () => this.#solicit(left - 1));
  }

  #advertised(): void {
    this.#isAnswered = true;
    const {global} = this.#addresses;
    this.#detect(() => {
      this.#network.discover(this.#node, global);
      this.#onAddress(global);
    });
  }

  /** Asks whether somebody has an address; the question comes from nobody's address. */
  #detect(done: () => void): void {
    this.#network.discover(this.#node, null);
    this.#after(detectionMs, done);
  }

  #after(realMs: number, action: () => void): void {
    this.#timers.push(this.#simulation.after(realMs * this.#timerScale, action));
  }
}
