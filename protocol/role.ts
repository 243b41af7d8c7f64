/**
A participant as pure logic: no sockets, no clock, no dice. What carries it (a container's shell, or the simulator) owns
those three.

Every input comes with the instant at which it happened, `nowMs`: lab time, milliseconds since the lab's own zero. The
role answers with effects, to be carried out in order. Nothing has to be drained: what the role wants done is in the
array, and when it wants to be woken next is in `wakeAtMs`.
*/
export interface Role<Input, Effect> {
  handle(input: Input, nowMs: number): Effect[];

  /** When to hand over the next `wake` (lab time), or `undefined` if only an input from outside can move this role on. */
  wakeAtMs(): number | undefined;
}

/** Chance as an argument: `count` bytes, from the operating system in a container, from a seed in the simulator. */
export type RandomBytes = (count: number) => Uint8Array;

/** An IPv4 or IPv6 address with a UDP or TCP port. */
export interface Endpoint {
  address: string;
  port: number;
}

/** Inputs that every role knows. */
export type CommonInput<Command> = {kind: 'start'} | {kind: 'wake'} | {kind: 'command'; id: string; command: Command};

/** Effects that every role may ask for. `reply` and `refuse` answer the command with the same `id`, exactly once. */
export type CommonEffect<Event> =
  | {kind: 'record'; event: Event}
  | {kind: 'reply'; id: string; result: unknown}
  | {kind: 'refuse'; id: string; message: string};
