/** What the harness and the wire's program say to each other, beyond images/shell/control.ts. */
import type {ImpairmentMethod} from '#protocol/event.ts';
import type {Impairment} from '#protocol/link/impairment.ts';

/** The kernel's VXLAN devices listen here, in the wire's network namespace, and tell their frames apart by network number. */
export const vxlanPort = 4789;

/** Where the relay listens for what one direction sends: a socket, and with it a kernel's queue, for each. */
export function relayPort(direction: number): number {
  return 20_000 + direction;
}

export type WireCommand =
  /** Listens for frames of these directions and lets them pass. */
  | {name: 'open'; directions: number[]}
  /** In force when it is answered, and told as events. */
  | {name: 'impair'; method: ImpairmentMethod; orders: WireOrder[]}
  | {name: 'view'};

export interface WireOrder {
  direction: number;
  link: string;
  from: string;
  impairment: Impairment | null;
}

export interface WireView {
  /** null: nothing has been impaired yet. */
  method: ImpairmentMethod | null;
  /** Those that are impaired now. */
  directions: WireDirection[];
}

export interface WireDirection extends WireOrder {
  impairment: Impairment;
  method: ImpairmentMethod;
  /** Frames, of the relay; all 0 where the kernel's netem does it. */
  received: number;
  delivered: number;
  /** Frames that came faster than the relay took them: lost, and not by the impairment. */
  overrun: number;
}
