import {type InstalledAcl, table} from '#images/nad/enforcement-state.ts';
import type {Acl, TcpFlag} from '#protocol/dacl/acl.ts';
import {verdict} from '#protocol/dacl/verdict.ts';
import {knockPorts} from '#protocol/nad/knock.ts';

/**
What the gap meter's connections consist of: a handshake and a reset. Each has a set of its own, because nft 1.0.6 dies of
sorting keys with several flags in them (`concat_expr_msort_value`).
*/
const kinds: readonly {suffix: string; condition: string; flags: TcpFlag[]}[] = [
  {suffix: 'knock_syn', condition: 'tcp flags & (syn | ack | rst) == syn', flags: ['syn']},
  {suffix: 'knock_ack', condition: 'tcp flags & (syn | ack | rst) == ack', flags: ['ack']},
  {suffix: 'knock_rst', condition: 'tcp flags & rst != 0', flags: ['rst', 'ack']},
];

/** Sets in which knocks at a list are counted before its entries see them. IPv4 only, as the gap meter is. */
export function knockSets({acl, compiled}: InstalledAcl): Record<'names' | 'add' | 'remove' | 'rules', string[]> {
  const {chain} = compiled;
  const sets = acl.family === 'ipv4' ? kinds.map(kind => ({...kind, name: `${chain}_${kind.suffix}`})) : [];
  const type = 'type ipv4_addr . ipv4_addr . inet_service; size 65535; flags dynamic; counter;';
  const ports = `tcp sport ${knockPorts.from}-${knockPorts.to}`;
  return {
    names: sets.map(({name}) => name),
    add: sets.map(({name}) => `add set ${table} ${name} { ${type} }`),
    rules: sets.map(
      ({name, condition}) =>
        `add rule ${table} ${chain} ${ports} ${condition} update @${name} { ip saddr . ip daddr . tcp dport }`,
    ),
    remove: sets.map(({name}) => `delete set ${table} ${name}`),
  };
}

/** An element of such a set, as `nft -j list` prints it. */
export interface KnockElement {
  elem?: {val: {concat: [string, string, number]}; counter?: {packets: number}};
}

/** How many knocks met each entry of a list, by its line; null: the implicit deny. `elements`: by the name of a set. */
export function knocksByLine(
  {acl, compiled}: InstalledAcl,
  elements: ReadonlyMap<string, readonly KnockElement[]>,
): Map<number | null, number> {
  const knocks = new Map<number | null, number>();
  for (const {suffix, flags} of kinds) {
    for (const {elem} of elements.get(`${compiled.chain}_${suffix}`) ?? []) {
      if (elem?.counter === undefined) continue;
      const line = lineOf(acl, elem.val.concat, flags);
      knocks.set(line, (knocks.get(line) ?? 0) + elem.counter.packets);
    }
  }
  return knocks;
}

function lineOf(acl: Acl, [source, destination, destinationPort]: [string, string, number], flags: TcpFlag[]) {
  const ports = {sourcePort: knockPorts.from, destinationPort};
  return verdict(acl, {protocol: 6, source, destination, ...ports, flags, ttl: 64}).line;
}
