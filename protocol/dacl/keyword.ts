export type KeywordMatch<Value> =
  | {kind: 'found'; name: string; value: Value}
  | {kind: 'ambiguous'; names: string[]}
  | {kind: 'unknown'};

/** Looks a word up as IOS does: in any case, and shortened as long as only one name begins so. */
export function findKeyword<Value>(word: string, table: ReadonlyMap<string, Value>): KeywordMatch<Value> {
  const lower = word.toLowerCase();
  const exact = table.get(lower);
  if (exact !== undefined) return {kind: 'found', name: lower, value: exact};

  let first: {name: string; value: Value} | undefined;
  let names: string[] | undefined;
  if (lower === '') return {kind: 'unknown'};
  for (const [name, value] of table) {
    if (!name.startsWith(lower)) continue;
    if (first === undefined) first = {name, value};
    else names = [...(names ?? [first.name]), name];
  }
  if (first === undefined) return {kind: 'unknown'};
  return names === undefined ? {kind: 'found', ...first} : {kind: 'ambiguous', names};
}

/** The name that a slip of the finger or two would turn into `word`. */
export function nearestName(word: string, names: Iterable<string>): string | undefined {
  const lower = word.toLowerCase();
  const allowed = lower.length <= 3 ? 1 : 2;
  let nearest: {name: string; distance: number} | undefined;
  for (const name of names) {
    if (Math.abs(name.length - lower.length) > allowed) continue;
    const distance = editDistance(lower, name.toLowerCase());
    if (distance <= allowed && distance < (nearest?.distance ?? Number.POSITIVE_INFINITY)) nearest = {name, distance};
  }
  return nearest?.name;
}

/** Insertions, deletions, replacements, and neighbours swapped, each counting 1. */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({length: to.length + 1}, (_, column) => column);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1];
      let best = Math.min(at(last, column) + 1, at(current, column - 1) + 1, at(last, column - 1) + (same ? 0 : 1));
      if (row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]) {
        best = Math.min(best, at(beforeLast, column - 2) + 1);
      }
      current.push(best);
    }
    beforeLast = last;
    last = current;
  }
  return at(last, to.length);
}

function at(row: number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
