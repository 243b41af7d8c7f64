import type {Lab} from '#harness/lab.ts';

/**
Resolves when the timeline has everything that nodes did up to now: each is asked something, and answers behind what it told
before. Two nodes' news travel apart, so "it has not happened" may be said only after this.
*/
export async function caughtUp(lab: Lab): Promise<void> {
  await Promise.all(Object.keys(lab.topology.nodes).map(node => lab.call(node, {name: 'view'})));
}
