/** Which link somebody means, and how the links of a lab are from its start. Pure. */
import {checkImpairment, type DeclaredImpairment} from '#harness/declared-impairment.ts';
import {type LinkEnd, readEnd} from '#harness/link-end.ts';
import type {Topology} from '#harness/topology.ts';
import type {Impairment} from '#protocol/link/impairment.ts';

/** Who tells of links in the timeline. No node can have this name: it is no topology's. */
export const wireNode = 'the wire';

/** One direction of a link: what `from` sends. */
export interface LinkDirection {
  /** Unique in its lab: twice the link's place in the topology, and one more for its second end. */
  number: number;
  /** `nad:gi0-1 ── psn1:eth0` */
  link: string;
  from: LinkEnd;
}

/** How a direction is to be; null: good again. */
export interface LinkOrder {
  direction: LinkDirection;
  impairment: Impairment | null;
}

/** A change by `--set`, or by a scenario, to what a topology declares. `from` null: both directions. */
export interface LinkSetting {
  link: string;
  from: string | null;
  change: DeclaredImpairment;
}

/** No link has such an end, or no such direction. */
export class NoSuchLinkError extends Error {
  override readonly name = 'NoSuchLinkError';
}

/**
The directions of a link: both, or what `from` sends. `link` is an end of it (`nad:fa0-12`), or a node that has no other link (`psn1`).
Throws `NoSuchLinkError`, with those there are.
*/
export function directionsOf(topology: Topology, link: string, from?: string | null): LinkDirection[] {
  const all = allDirections(topology);
  const own = all.filter(({from}) => (link.includes(':') ? `${from.node}:${from.interface}` : from.node) === link);
  if (own.length !== 1) {
    const why = own.length === 0 ? `there is no link ${link}` : `${link} has ${own.length} links: name an end`;
    const ends = topology.links.map(({ends}) => ends.join(' or '));
    throw new NoSuchLinkError(`${why}. The lab's links are ${ends.join('; ')}`);
  }
  const both = all.filter(direction => direction.link === own[0]?.link);
  if (from === undefined || from === null) return both;
  const chosen = both.filter(direction => direction.from.node === from);
  if (chosen.length > 0) return chosen;
  const senders = both.map(direction => direction.from.node).join(' and ');
  throw new NoSuchLinkError(`${link}: ${from} does not send on this link; ${senders} do`);
}

/** How the links are when the lab begins: as the topology declares, then as the settings change it. Good ones are left out. */
export function startOrders(topology: Topology, settings: readonly LinkSetting[]): LinkOrder[] {
  const declared = new Map<number, DeclaredImpairment>();
  for (const {ends, impairments = []} of topology.links) {
    for (const {from, ...impairment} of impairments)
      for (const {number} of directionsOf(topology, ends[0], from)) declared.set(number, impairment);
  }
  for (const {link, from, change} of settings) {
    for (const {number} of directionsOf(topology, link, from))
      declared.set(number, {...declared.get(number), ...change});
  }
  return allDirections(topology).flatMap(direction => {
    const impairment = declared.get(direction.number);
    return impairment === undefined ? [] : [{direction, impairment: checkImpairment(impairment)}];
  });
}

function allDirections(topology: Topology): LinkDirection[] {
  return topology.links.flatMap(({ends}, place) =>
    ends.map((end, side) => ({number: 2 * place + side, link: ends.join(' ── '), from: readEnd(end)})),
  );
}
