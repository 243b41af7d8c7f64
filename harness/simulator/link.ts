import type {Random} from '#harness/simulator/random.ts';
import type {Simulation} from '#harness/simulator/simulation.ts';
import {ImpairedDirection} from '#protocol/link/impaired-direction.ts';
import type {Impairment} from '#protocol/link/impairment.ts';

/** How a link treats packets. Probabilities are of one packet in one direction. */
export interface LinkConditions {
  delayMs: number;
  /** Added to the delay, evenly from 0 to this. */
  jitterMs: number;
  loss: number;
  duplication: number;
  /** Packets that may be overtaken by those behind them: they are held up for `reorderMs` more. */
  reordering: number;
  reorderMs: number;
}

/** A patch cable in a quiet laboratory. */
export const goodConditions: LinkConditions = {
  delayMs: 0.3,
  jitterMs: 0.2,
  loss: 0,
  duplication: 0,
  reordering: 0,
  reorderMs: 0,
};

/** Of Ethernet, without its checksum: ARP, and a TCP segment that carries nothing. */
export const smallestFrameBytes = 60;

/** One cable: two ends, each of which can be taken down, and what happens to packets on the way. */
export class VirtualLink {
  conditions: LinkConditions = goodConditions;
  readonly ends: readonly [string, string];
  readonly #simulation: Simulation;
  readonly #random: Random;
  readonly #down = new Set<string>();
  /** Each direction keeps its order, but for packets that are reordered on purpose. */
  readonly #lastAtMs = new Map<string, number>();
  /** What an impairment does comes before the cable, by the sending node. */
  readonly #impaired = new Map<string, ImpairedDirection>();
  #cutCount = 0;

  constructor(ends: readonly [string, string], {simulation, random}: {simulation: Simulation; random: Random}) {
    this.ends = ends;
    this.#simulation = simulation;
    this.#random = random;
  }

  get isUp(): boolean {
    return this.#down.size === 0;
  }

  /** Reasons to be down are counted by name: `endpoint:eth0 shut`, `nad without power`. Returns whether the carrier changed. */
  setDown(reason: string, isDown: boolean): boolean {
    const wasUp = this.isUp;
    if (isDown) this.#down.add(reason);
    else this.#down.delete(reason);
    if (wasUp && !this.isUp) this.#cutCount += 1;
    return wasUp !== this.isUp;
  }

  /** Impairs what a node sends from now on; null: it is good again. */
  impair(from: string, impairment: Impairment | null): void {
    const direction = this.#impaired.get(from);
    if (impairment === null) this.#impaired.delete(from);
    else if (direction === undefined) this.#impaired.set(from, new ImpairedDirection(impairment));
    else direction.impairment = impairment;
  }

  /** Carries a packet of so many bytes from one end. What is on a link when it goes down is lost. */
  carry(from: string, arrive: () => void, bytes = smallestFrameBytes): void {
    const direction = this.#impaired.get(from);
    if (direction === undefined || !this.isUp) {
      this.#pass(from, arrive);
      return;
    }
    const cut = this.#cutCount;
    for (const atMs of direction.carry(bytes, this.#simulation.nowMs, this.#random)) {
      this.#simulation.at(atMs, () => {
        if (this.#cutCount === cut) this.#pass(from, arrive);
      });
    }
  }

  #pass(from: string, arrive: () => void): void {
    if (!this.isUp || this.#random.happens(this.conditions.loss)) return;
    const {duplication} = this.conditions;
    this.#deliver(from, arrive);
    if (this.#random.happens(duplication)) this.#deliver(from, arrive);
  }

  #deliver(from: string, arrive: () => void): void {
    const {delayMs, jitterMs, reordering, reorderMs} = this.conditions;
    const {nowMs} = this.#simulation;
    const plainMs = nowMs + delayMs + (jitterMs > 0 ? jitterMs * this.#random.fraction() : 0);
    const isLate = this.#random.happens(reordering);
    const atMs = isLate ? plainMs + reorderMs : Math.max(plainMs, this.#lastAtMs.get(from) ?? 0);
    if (!isLate) this.#lastAtMs.set(from, atMs);
    const cut = this.#cutCount;
    this.#simulation.at(atMs, () => {
      if (this.#cutCount === cut) arrive();
    });
  }
}
