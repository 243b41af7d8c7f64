import {type LinkEnd, readEnd} from '#harness/link-end.ts';
import type {Simulation} from '#harness/simulator/simulation.ts';
import type {VirtualNetwork} from '#harness/simulator/virtual-network.ts';

/** A kernel tells of a carrier a moment later. */
const carrierNewsMs = 0.1;

interface Surroundings {
  simulation: Simulation;
  /** Some link carries, or does not any more. */
  changed: () => void;
  /** A node is told of the carrier at one of its interfaces. */
  tell: (node: string, port: string, isUp: boolean) => void;
}

/** What keeps links from carrying: cables that are cut or pulled, ports that are shut, nodes without power. */
export class Cables {
  readonly #network: VirtualNetwork;
  readonly #surroundings: Surroundings;

  constructor(network: VirtualNetwork, surroundings: Surroundings) {
    this.#network = network;
    this.#surroundings = surroundings;
  }

  /** News for the other ends alone: a node without power hears none, and one that has it again looks for itself when it boots. */
  setPower(node: string, isOn: boolean): void {
    for (const link of this.#network.links()) {
      const ends = link.ends.map(readEnd);
      if (!ends.some(end => end.node === node) || !link.setDown(`${node} without power`, !isOn)) continue;
      this.#tell(
        ends.filter(end => end.node !== node),
        link.isUp,
      );
    }
  }

  /** A link carries again when each reason for its being down is gone. */
  setDown(end: string, reason: string, isDown: boolean): void {
    const link = this.#network.link(end);
    if (link.setDown(reason, isDown)) this.#tell(link.ends.map(readEnd), link.isUp);
  }

  #tell(ends: LinkEnd[], isUp: boolean): void {
    const {simulation, changed, tell} = this.#surroundings;
    changed();
    simulation.after(carrierNewsMs, () => {
      for (const end of ends) tell(end.node, end.interface, isUp);
    });
  }
}
