import type {Lab} from '#harness/lab.ts';
import {nadOf} from '#harness/nad-handle.ts';

/** What the switch shows of the sessions on the endpoint's port, in topologies where that is fa0-12. */
export function sessionDetails(lab: Lab): Promise<string> {
  return nadOf(lab).cli('show authentication sessions interface Fa0/12 details');
}
