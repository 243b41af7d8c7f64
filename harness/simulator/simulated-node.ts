import type {RoleOutlets} from '#harness/simulator/carried-role.ts';
import type {NodeClock} from '#harness/simulator/node-clock.ts';
import type {Sabotage} from '#harness/simulator/sabotage.ts';
import type {Simulation} from '#harness/simulator/simulation.ts';
import type {VirtualNetwork} from '#harness/simulator/virtual-network.ts';

/** A container of the other world, in this one: a role with what its image's main.ts does around it. */
export interface SimulatedNode {
  /** The process begins. What its disk keeps is there. `clockOffsetMs`: its clock, if that is no longer the declared one. */
  boot(clock?: {clockOffsetMs?: number}): void;
  /** Process and kernel are gone. */
  powerOff(): void;
  /** The process stands still; its kernel goes on. */
  pause(): void;
  resume(): void;
  /** The cable at an interface has carrier, or has none any more. */
  carrier(interfaceName: string, isUp: boolean): void;
  command(id: string, command: {name: string}): void;
}

/** What every simulated node is made with. */
export interface NodeSurroundings {
  node: string;
  simulation: Simulation;
  clock: NodeClock;
  network: VirtualNetwork;
  seed: number;
  timerScale: number;
  outlets: RoleOutlets;
  sabotage: Sabotage;
}
