import type {Lab} from '#harness/lab.ts';

/**
Resolves when the timeline has everything that nodes did up to now: each is asked something, and answers behind what it told
before. Two nodes' news travel apart, so "it has not happened" may be said only after this.
*/
export async function caughtUp(lab: Lab): Promise<void> {
  const running = new Set(Object.keys(lab.topology.nodes));
  for (const {kind, node} of lab.timeline.all()) {
    if (kind === 'node-stopped') running.delete(node);
    else if (kind === 'node-started') running.add(node);
  }
  await Promise.all([...running].map(node => lab.call(node, {name: 'view'})));
}
