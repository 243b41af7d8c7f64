/**
Several hosts behind one access port: a desk switch between them and it. Which port a host is behind, and what a topology may not say
of such a switch. Pure.
*/
import {readEnd} from '#harness/link-end.ts';
import type {Topology} from '#harness/topology.ts';
import type {DeskSwitchSettings} from '#images/desk-switch/settings.ts';

/** Between an endpoint and the switch: the ends of its own link, and of the desk switch's, as `NODE:INTERFACE`. */
export interface AccessPath {
  /** The access port, by the kernel's name. */
  port: string;
  /** From the endpoint on; one link, or two. Each begins with the end that is nearer to the endpoint. */
  links: [near: string, far: string][];
}

/** `undefined`: no access port is at the end of its link. */
export function accessPathOf(topology: Topology, endpoint: string): AccessPath | undefined {
  const [link] = linksOf(topology, endpoint);
  if (link === undefined) return undefined;
  const [, far] = link;
  if (isKind(topology, far, 'nad')) return {port: readEnd(far).interface, links: [link]};
  const uplink = uplinkOf(topology, readEnd(far).node);
  return uplink && {port: readEnd(uplink[1]).interface, links: [link, uplink]};
}

/** A desk switch's link to the switch, its own end first. */
export function uplinkOf(topology: Topology, desk: string): [own: string, port: string] | undefined {
  return linksOf(topology, desk).find(([, far]) => isKind(topology, far, 'nad'));
}

/** The interfaces of a desk switch that hosts are at. */
export function hostPortsOf(topology: Topology, desk: string): string[] {
  return linksOf(topology, desk)
    .filter(([, far]) => !isKind(topology, far, 'nad'))
    .map(([own]) => readEnd(own).interface);
}

/** What a desk switch is begun with. */
export function deskPlan(
  topology: Topology,
  desk: string,
  {poe = false}: {poe?: boolean | undefined},
): DeskSwitchSettings {
  return {uplink: readEnd(uplinkOf(topology, desk)?.[0] ?? '').interface, hostPorts: hostPortsOf(topology, desk), poe};
}

/** Each with its field and what was expected there. */
export function deskSwitchProblems(topology: Topology): string[] {
  return Object.entries(topology.nodes).flatMap(([desk, {kind}]) => {
    if (kind !== 'desk-switch') return [];
    const ends = linksOf(topology, desk);
    const uplinks = ends.filter(([, far]) => isKind(topology, far, 'nad'));
    const routed = uplinks.filter(([, far]) => isRouted(topology, far));
    const taken = ends.filter(([own]) => ['desk', 'lo'].includes(readEnd(own).interface));
    const others = ends.filter(([, far]) => !isKind(topology, far, 'nad') && !isKind(topology, far, 'endpoint'));
    return [
      ...(uplinks.length === 1
        ? []
        : [`links: expected one link from desk switch ${desk} to an access port of the switch, got ${uplinks.length}`]),
      ...routed.map(([, far]) => `links: expected an access port for desk switch ${desk}, got ${far}, which is routed`),
      ...taken.map(([own]) => `links: expected another name for ${own}: a desk switch has an interface of that name`),
      ...others.map(([own, far]) => `links: expected an endpoint or the switch at the other end of ${own}, got ${far}`),
    ];
  });
}

function linksOf(topology: Topology, node: string): [own: string, far: string][] {
  return topology.links.flatMap(({ends: [one, other]}): [string, string][] => [
    ...(readEnd(one).node === node ? [[one, other] as [string, string]] : []),
    ...(readEnd(other).node === node ? [[other, one] as [string, string]] : []),
  ]);
}

function isRouted({nodes}: Topology, end: string): boolean {
  const node = nodes[readEnd(end).node];
  return node?.kind === 'nad' && Object.hasOwn(node.routed, readEnd(end).interface);
}

const isKind = ({nodes}: Topology, end: string, kind: string): boolean => nodes[readEnd(end).node]?.kind === kind;
