import type {Random} from '#harness/simulator/random.ts';
import type {Simulation} from '#harness/simulator/simulation.ts';
import {ImpairedDirection} from '#protocol/link/impaired-direction.ts';
import type {Impairment} from '#protocol/link/impairment.ts';

/** What a cable does to packets by itself: the delay, and evenly up to the jitter more, in order. */
export interface Cable {
  delayMs: number;
  jitterMs: number;
}

/** A patch cable in a quiet laboratory. */
const quietCable: Cable = {delayMs: 0.3, jitterMs: 0.2};

/** Of Ethernet, without its checksum: ARP, and a TCP segment that carries nothing. */
export const smallestFrameBytes = 60;

/** One cable: two ends, each of which can be taken down, and what happens to packets on the way. */
export class VirtualLink {
  cable: Cable = quietCable;
  readonly ends: readonly [string, string];
  readonly #simulation: Simulation;
  readonly #random: Random;
  readonly #down = new Set<string>();
  /** When the last packet from an end arrives: each direction of a cable keeps its order. */
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
    if (!this.isUp) return;
    const {delayMs, jitterMs} = this.cable;
    const plainMs = this.#simulation.nowMs + delayMs + (jitterMs > 0 ? jitterMs * this.#random.fraction() : 0);
    const atMs = Math.max(plainMs, this.#lastAtMs.get(from) ?? 0);
    this.#lastAtMs.set(from, atMs);
    const cut = this.#cutCount;
    this.#simulation.at(atMs, () => {
      if (this.#cutCount === cut) arrive();
    });
  }
}
