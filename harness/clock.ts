import {type Lab, NoSuchNodeError} from '#harness/lab.ts';
import type {Timeline} from '#harness/timeline.ts';

/**
Sets a node's clock so far ahead of the lab's, or behind it (below 0), in milliseconds. There is no time namespace for CLOCK_REALTIME, so
it is the node's role that believes it, with its logs, its Event-Timestamps and the certificates that it checks (protocol/wall-clock.ts).
A node that is started again has it still, as a machine's clock goes on without power.
*/
export async function setClock(lab: Lab, node: string, offsetMs: number): Promise<void> {
  if (lab.topology.nodes[node] === undefined) throw new NoSuchNodeError(node, Object.keys(lab.topology.nodes));
  const command = {name: 'set-clock', offsetMs};
  await lab.call(node, command);
}

/** A node's settings with the clock that it was set to since, by whichever program. */
export function withSetClock<Settings>(settings: Settings, timeline: Timeline, node: string): Settings {
  const set = timeline.of('clock-set').findLast(event => event.node === node);
  return set === undefined ? settings : {...settings, clockOffsetMs: set.offsetMs};
}
