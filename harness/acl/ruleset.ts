import {emptyState, planChanges, planPort, table} from '#images/nad/enforcement-state.ts';
import type {Acl} from '#protocol/dacl/acl.ts';

const port = 'fa0-12';

/**
What the switch tells nft for a list on one port, for `nft -f`: bound to an address, or (null) to all. A port of the lab stands
for any.
*/
export function rulesetOf(acl: Acl, endpoint: string | null): string {
  const guarded = planPort(emptyState, port);
  const bound = planChanges(guarded.next, [
    {kind: 'install-acl', acl},
    {kind: 'bind', port, address: endpoint, acl: acl.name},
  ]);
  return [`add table ${table}`, ...guarded.commands, ...bound.preparation, ...bound.commands].join('\n');
}
