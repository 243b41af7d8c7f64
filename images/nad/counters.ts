import {type InstalledAcl, table} from '#images/nad/enforcement-state.ts';
import {type KnockElement, knockSets, knocksByLine} from '#images/nad/knocks.ts';
import type {NftSession} from '#images/nad/nft.ts';
import {readComment} from '#protocol/dacl/compile.ts';
import type {AceCount} from '#protocol/nad/contract.ts';

/**
How many packets met each entry of the installed ACLs, from the kernel: a count for every entry, and with `line` null for the
implicit deny, in the order of evaluation. Entries that can match nothing are not in the kernel and count 0. Knocks of the gap
meter are left out; one between the two counts, while it knocks, may stay in.
*/
export async function readCounters(nft: NftSession, acls: Iterable<InstalledAcl>): Promise<AceCount[]> {
  return countsIn(await listed(nft, [`list table ${table}`]), acls);
}

/** The same of lists that are about to go, without reading all the others. */
export async function readLastCounters(nft: NftSession, acls: readonly InstalledAcl[]): Promise<AceCount[]> {
  const lists = acls.flatMap(installed => [
    ...installed.compiled.chains.map(({name}) => `list chain ${table} ${name}`),
    ...installed.compiled.maps.map(({name}) => `list map ${table} ${name}`),
    ...knockSets(installed).names.map(name => `list set ${table} ${name}`),
  ]);
  return countsIn(await listed(nft, lists), acls);
}

/** What nft prints to several `list`, together. */
async function listed(nft: NftSession, lists: readonly string[]): Promise<Listing> {
  const {documents, complaint} = await nft.run(...lists);
  if (documents.length < lists.length) throw new Error(`The kernel's counters cannot be read: ${complaint}`);
  return {nftables: documents.flatMap(document => (document as Listing).nftables)};
}

function countsIn(listing: Listing, acls: Iterable<InstalledAcl>): AceCount[] {
  const packets = readPackets(listing);
  const knockSets = readKnocks(listing);
  return Array.from(acls).flatMap(installed => {
    const {acl, compiled} = installed;
    const knocks = knocksByLine(installed, knockSets);
    const names = [...compiled.chains, ...compiled.maps].map(({name}) => name);
    const lines = [...acl.entries.map(({line}) => line), null];
    return lines.map(line => ({
      acl: acl.name,
      line,
      packets: Math.max(
        0,
        names.reduce((sum, name) => sum + (packets.get(name)?.get(line) ?? 0), -(knocks.get(line) ?? 0)),
      ),
    }));
  });
}

/** From what `nft -j list` prints: rules with a comment and a counter, and elements of maps with both. */
interface Listing {
  nftables: {
    rule?: {chain: string; comment?: string; expr: {counter?: {packets: number}}[]};
    set?: {name: string; elem?: KnockElement[]};
    map?: {name: string; elem?: [{elem?: {comment?: string; counter?: {packets: number}}}, unknown][]};
  }[];
}

function readKnocks({nftables}: Listing): Map<string, KnockElement[]> {
  const sets = nftables.flatMap(({set}) => set ?? []);
  return new Map(sets.map(({name, elem = []}) => [name, elem]));
}

/** By chain or map, and line. */
function readPackets({nftables}: Listing): Map<string, Map<number | null, number>> {
  const packets = new Map<string, Map<number | null, number>>();
  const add = (name: string, comment: string | undefined, count: number | undefined) => {
    const line = comment === undefined ? undefined : readComment(comment);
    if (line === undefined || count === undefined) return;
    const lines = packets.get(name) ?? new Map<number | null, number>();
    lines.set(line, (lines.get(line) ?? 0) + count);
    packets.set(name, lines);
  };
  for (const {rule, map} of nftables) {
    if (rule) add(rule.chain, rule.comment, rule.expr.find(({counter}) => counter)?.counter?.packets);
    for (const [{elem}] of map?.elem ?? []) add(map?.name ?? '', elem?.comment, elem?.counter?.packets);
  }
  return packets;
}
