import type {Ace} from '#protocol/dacl/acl.ts';
import type {Linted} from '#protocol/dacl/lint.ts';
import type {AclProblem} from '#protocol/dacl/problem.ts';
import {showAce} from '#protocol/dacl/show.ts';

/** Line and column of the first word of an entry; without an entry, of the end of the list. */
export function placeOf(ace: Ace | null | undefined, {lines}: Linted): Pick<AclProblem, 'line' | 'column'> {
  const line = ace?.line ?? Math.max(1, lines.length);
  return {line, column: Math.max(1, (lines[line - 1] ?? '').search(/\S/) + 1)};
}

/** How messages speak of an entry. */
export function nameOf(ace: Ace | null | undefined, {acl}: Linted): string {
  return ace ? `line ${ace.line} (\`${showAce(ace, {family: acl.family})}\`)` : 'the implicit deny';
}

/** The line above which something goes that has to come first. */
export function firstEntryLine({acl}: Linted): number {
  return acl.entries.reduce((first, {line}) => Math.min(first, line), acl.entries[0]?.line ?? 1);
}

/** Entries in front of the list: not where the text numbers its entries, which a line above them would not be before. */
export function insertedFirst(linted: Linted, lines: string[]): Pick<AclProblem, 'edit'> {
  if (linted.acl.entries.some(({sequence}) => sequence !== undefined)) return {};
  return {edit: {kind: 'insert', before: firstEntryLine(linted), lines}};
}
