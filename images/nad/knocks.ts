import type {InstalledAcl} from '#images/nad/enforcement-state.ts';
import type {Acl, TcpFlag} from '#protocol/dacl/acl.ts';
import {verdict} from '#protocol/dacl/verdict.ts';
import {knockPorts} from '#protocol/nad/knock.ts';

/** Where knocks at a list are counted before its entries see them. IPv4 only, as the gap meter is. */
export function knockSetOf({acl, compiled}: InstalledAcl): string | undefined {
  return acl.family === 'ipv4' ? `${compiled.chain}_knocks` : undefined;
}

export const knockSetType = 'type ipv4_addr . ipv4_addr . inet_service . tcp_flag; size 65535; flags dynamic; counter;';
export const knockRule = `tcp sport ${knockPorts.from}-${knockPorts.to}`;
export const knockKey = '{ ip saddr . ip daddr . tcp dport . tcp flags }';

/** An element of such a set, as `nft -j list` prints it. */
export interface KnockElement {
  elem?: {val: {concat: [string, string, number, string | {'|': string[]}]}; counter?: {packets: number}};
}

/** How many knocks met each entry of a list, by its line; null: the implicit deny. */
export function knocksByLine(acl: Acl, elements: readonly KnockElement[]): Map<number | null, number> {
  const knocks = new Map<number | null, number>();
  for (const {elem} of elements) {
    if (elem?.counter === undefined) continue;
    const [source, destination, destinationPort, flags] = elem.val.concat;
    const {line} = verdict(acl, {
      protocol: 6,
      source,
      sourcePort: knockPorts.from,
      destination,
      destinationPort,
      flags: (typeof flags === 'string' ? [flags] : flags['|']) as TcpFlag[],
      ttl: 64,
    });
    knocks.set(line, (knocks.get(line) ?? 0) + elem.counter.packets);
  }
  return knocks;
}
