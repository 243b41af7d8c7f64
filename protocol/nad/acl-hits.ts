import type {Acl} from '#protocol/dacl/acl.ts';
import {showAce} from '#protocol/dacl/show.ts';
import type {AceCount} from '#protocol/nad/contract.ts';

/** A list that the switch has, or had, and how many packets met each of its entries. */
export interface AclHits {
  name: string;
  entries: {line: number; action: 'permit' | 'deny'; text: string; matches: number}[];
}

/** What became of the counters of lists that are gone: a list of the same name that comes again goes on counting. */
export class HitRecord {
  readonly #lists = new Map<string, AclHits>();

  /** `counts` may hold those of other lists. */
  add(acl: Acl, counts: readonly AceCount[]): void {
    const before = this.#lists.get(acl.name);
    const matches = new Map<number | null, number>();
    for (const {line, matches: count} of before?.entries ?? []) matches.set(line, count);
    for (const {acl: name, line, packets} of counts) {
      if (name === acl.name) matches.set(line, (matches.get(line) ?? 0) + packets);
    }
    const entries = acl.entries.map(ace => ({
      line: ace.line,
      action: ace.action,
      text: showAce(ace, {family: acl.family}),
      matches: matches.get(ace.line) ?? 0,
    }));
    this.#lists.set(acl.name, {name: acl.name, entries});
  }

  /** With lists that are still there, in the order in which they came. */
  with(acls: readonly Acl[], counts: readonly AceCount[]): AclHits[] {
    const all = new HitRecord();
    for (const [name, hits] of this.#lists) all.#lists.set(name, hits);
    for (const acl of acls) all.add(acl, counts);
    return [...all.#lists.values()];
  }
}
