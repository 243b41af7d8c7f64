import type {Traced} from '#images/nad/acl-proof/packet-trace.ts';
import type {Acl} from '#protocol/dacl/acl.ts';
import {compileAcl, readComment} from '#protocol/dacl/compile.ts';
import type {KeyField} from '#protocol/dacl/compile-ace.ts';
import {formatIpv4, formatIpv6, parseIpv4, parseIpv6} from '#protocol/dacl/ip-address.ts';
import type {Packet} from '#protocol/dacl/verdict.ts';

/**
The line of the entry to which a traced verdict belongs, by what the kernel lists as the rule of that handle. For a map the
kernel tells the rule that looks into it and not the element, which is the one with the packet's key: there is one of each.
Throws if the packet has no element there, or the rule is unknown, which cannot be.
*/
export function attributionOf(acl: Acl, listing: unknown): (traced: Traced, packet: Packet) => number | null {
  const maps = new Map(mapsOf(acl).map(map => [map.suffix, map]));
  const rules = rulesOf(listing);
  return ({handle}, packet) => {
    if (handle === undefined) return null; // the port's policy
    const rule = rules.get(handle);
    if (rule === undefined) throw new Error(`The kernel lists no rule with the handle ${handle}.`);
    const {comment, map: name} = rule;
    if (comment !== undefined) {
      const line = readComment(comment);
      if (line === undefined) throw new Error(`The rule that decided has the comment ${JSON.stringify(comment)}.`);
      return line;
    }
    if (name === undefined) return null; // an implicit permit
    const map = maps.get(suffixOf(name));
    const line = map?.lines.get(map.fields.map(field => keyPart(field, packet)).join(' . '));
    if (line === undefined)
      throw new Error(`Map ${name} decided about ${JSON.stringify(packet)}, and has no element for it.`);
    return line;
  };
}

/** From what `nft -j list table` prints. */
interface Listing {
  nftables: {rule?: {handle: number; comment?: string; expr: {vmap?: {data: unknown}}[]}}[];
}

function rulesOf(listing: unknown): Map<number, {comment: string | undefined; map: string | undefined}> {
  const rules = (listing as Listing).nftables.flatMap(({rule}) => rule ?? []);
  return new Map(
    rules.map(({handle, comment, expr}) => {
      const data = expr.find(({vmap}) => vmap)?.vmap?.data;
      return [handle, {comment, map: typeof data === 'string' ? data.slice(1) : undefined}];
    }),
  );
}

interface LineMap {
  suffix: string;
  fields: readonly KeyField[];
  lines: Map<string, number | null>;
}

function mapsOf(acl: Acl): LineMap[] {
  return compileAcl(acl, 'acl_0').maps.map(({name, keys, elements}) => {
    const lines = elements.map(element => {
      const [, key = '', comment = ''] = /^(.*) comment "(.*)" : \w+$/.exec(element) ?? [];
      return [key, readComment(comment) ?? null] as const;
    });
    return {suffix: suffixOf(name), fields: keys, lines: new Map(lines)};
  });
}

/** What follows the number of the list. */
function suffixOf(map: string): string {
  return map.replace(/^acl_\d+/, '');
}

function keyPart(field: KeyField, {source, destination, protocol, sourcePort, destinationPort}: Packet): string {
  switch (field) {
    case 'ip saddr':
    case 'ip6 saddr':
      return canonical(source);
    case 'ip daddr':
    case 'ip6 daddr':
      return canonical(destination);
    case 'meta l4proto':
      return String(protocol);
    case 'th sport':
      return String(sourcePort);
    case 'th dport':
      return String(destinationPort);
  }
}

function canonical(address: string): string {
  const ipv4 = parseIpv4(address);
  return ipv4 === undefined ? formatIpv6(parseIpv6(address) ?? 0n) : formatIpv4(ipv4);
}
