import {type Lab, NoSuchNodeError} from '#harness/lab.ts';

/**
Sets a node's clock so far ahead of the lab's, or behind it (below 0), in milliseconds. There is no time namespace for CLOCK_REALTIME, so
it is the node's role that believes it, with its logs, its Event-Timestamps and the certificates that it checks (protocol/wall-clock.ts).
A node that is started again has the clock that the settings declare.
*/
export async function setClock(lab: Lab, node: string, offsetMs: number): Promise<void> {
  if (lab.topology.nodes[node] === undefined) throw new NoSuchNodeError(node, Object.keys(lab.topology.nodes));
  const command = {name: 'set-clock', offsetMs};
  await lab.call(node, command);
}
