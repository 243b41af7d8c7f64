import type {Impairment} from '#protocol/link/impairment.ts';

/** Where chance comes from: a seed in the simulator, the machine in containers. */
export interface Chance {
  /** Draws nothing for what never happens. */
  happens(probability: number): boolean;
  /** From 0 up to, and without, 1. */
  fraction(): number;
}

/** Frames that can be under way in one direction; those beyond are lost, as at the end of a switch's queue (the number is ours). */
export const underWayLimit = 10_000;

/**
One direction of a link that misbehaves. Frames keep their order, also when the impairment changes while some are under way, but for
those that overtake on purpose.
*/
export class ImpairedDirection {
  impairment: Impairment;
  /** When the last frame that keeps the order arrives. */
  #lastAtMs = 0;
  /** When the last bit of what was sent so far has left, at the rate. */
  #sentAtMs = 0;
  /** Arrivals of those that keep the order, the next one first. */
  readonly #underWay: number[] = [];

  constructor(impairment: Impairment) {
    this.impairment = impairment;
  }

  /** The instants at which a frame arrives: none (it is lost), one, or two. */
  carry(bytes: number, nowMs: number, chance: Chance): number[] {
    const {cut, loss, duplication} = this.impairment;
    if (cut || chance.happens(loss)) return [];
    const copies = chance.happens(duplication) ? 2 : 1;
    return Array.from({length: copies}, () => this.#arrival(bytes, nowMs, chance)).filter(atMs => atMs !== undefined);
  }

  #arrival(bytes: number, nowMs: number, chance: Chance): number | undefined {
    while ((this.#underWay[0] ?? Number.POSITIVE_INFINITY) <= nowMs) this.#underWay.shift();
    if (this.#underWay.length >= underWayLimit) return undefined;
    const {delayMs, jitterMs, reordering} = this.impairment;
    const sentAtMs = this.#leave(bytes, nowMs);
    if (chance.happens(reordering)) return sentAtMs;
    const lateMs = delayMs + (jitterMs > 0 ? jitterMs * chance.fraction() : 0);
    this.#lastAtMs = Math.max(sentAtMs + lateMs, this.#lastAtMs);
    this.#underWay.push(this.#lastAtMs);
    return this.#lastAtMs;
  }

  /** When the frame's last bit has left. */
  #leave(bytes: number, nowMs: number): number {
    const {rateBitS} = this.impairment;
    if (rateBitS === null) return nowMs;
    this.#sentAtMs = Math.max(nowMs, this.#sentAtMs) + (bytes * 8 * 1000) / rateBitS;
    return this.#sentAtMs;
  }
}
