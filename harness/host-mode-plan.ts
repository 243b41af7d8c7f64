import {NoSuchLinkError} from '#harness/link-directions.ts';
import type {HostMode} from '#protocol/nad/contract.ts';

/** The host modes that settings give single ports, if the switch has those. Throws `NoSuchLinkError`. */
export function hostModesFor(ports: readonly string[], modes: Record<string, HostMode>): Record<string, HostMode> {
  const unknown = Object.keys(modes).find(port => !ports.includes(port));
  if (unknown === undefined) return modes;
  const why = `nad.hostMode.${unknown}: there is no access port ${unknown}`;
  throw new NoSuchLinkError(`${why}; those of the switch are ${ports.join(', ')}`);
}
