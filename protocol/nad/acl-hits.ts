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
  readonly #lists = new Map<string, Counted>();

  /** `counts` may hold those of other lists. */
  add(acl: Acl, counts: readonly AceCount[]): void {
    const before = this.#lists.get(acl.name)?.matches;
    const matches: Counted['matches'] = new Map(acl.entries.map(({line}) => [line, before?.get(line) ?? 0]));
    for (const {acl: name, line, packets} of counts) {
      const sum = name === acl.name ? matches.get(line) : undefined;
      if (sum !== undefined) matches.set(line, sum + packets);
    }
    this.#lists.set(acl.name, {acl, matches});
  }

  /** With lists that are still there, in the order in which they came. */
  with(acls: readonly Acl[], counts: readonly AceCount[]): AclHits[] {
    const all = new HitRecord();
    for (const [name, counted] of this.#lists) all.#lists.set(name, counted);
    for (const acl of acls) all.add(acl, counts);
    return Array.from(all.#lists.values(), hitsOf);
  }
}

/** `matches`: of each of the list's entries, by its line. */
interface Counted {
  acl: Acl;
  matches: Map<AceCount['line'], number>;
}

function hitsOf({acl: {name, family, entries}, matches}: Counted): AclHits {
  return {
    name,
    entries: entries.map(ace => ({
      line: ace.line,
      action: ace.action,
      text: showAce(ace, {family}),
      matches: matches.get(ace.line) ?? 0,
    })),
  };
}
