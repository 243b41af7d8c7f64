import {type InstalledAcl, table} from '#images/nad/enforcement-state.ts';
import type {NftSession} from '#images/nad/nft.ts';
import {readRuleComment} from '#protocol/dacl/compile.ts';
import type {AceCount} from '#protocol/nad/contract.ts';

/**
How many packets met each entry of the installed ACLs, from the kernel: a count for every entry, and with `line` null for the
implicit deny, in the order of evaluation. Entries that can match nothing are not in the kernel and count 0.
*/
export async function readCounters(nft: NftSession, acls: Iterable<InstalledAcl>): Promise<AceCount[]> {
  const {documents, complaint} = await nft.run(`list table ${table}`);
  const [document] = documents;
  if (document === undefined) throw new Error(`The kernel's counters cannot be read: ${complaint}`);
  const packets = packetsByChain(document);
  return Array.from(acls).flatMap(({acl, chains}) => {
    const lines = [...acl.entries.map(({line}) => line), null];
    return lines.map(line => ({
      acl: acl.name,
      line,
      packets: chains.reduce((sum, {name}) => sum + (packets.get(name)?.get(line) ?? 0), 0),
    }));
  });
}

/** From what `nft -j list table` prints. */
interface Listing {
  nftables: {rule?: {chain: string; comment?: string; expr: {counter?: {packets: number}}[]}}[];
}

function packetsByChain(document: unknown): Map<string, Map<number | null, number>> {
  const chains = new Map<string, Map<number | null, number>>();
  for (const {rule} of (document as Listing).nftables) {
    const line = rule?.comment === undefined ? undefined : readRuleComment(rule.comment);
    if (rule === undefined || line === undefined) continue;
    const counts = chains.get(rule.chain) ?? new Map<number | null, number>();
    const counter = rule.expr.find(statement => statement.counter)?.counter;
    counts.set(line, (counts.get(line) ?? 0) + (counter?.packets ?? 0));
    chains.set(rule.chain, counts);
  }
  return chains;
}
