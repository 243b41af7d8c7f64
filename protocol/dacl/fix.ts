import {type LintOptions, lintAcl} from '#protocol/dacl/lint.ts';
import type {AclProblem} from '#protocol/dacl/problem.ts';

/** A correction can bring the next problem to light; so many times over is enough for any text. */
const mostRounds = 10;

/** The text with everything corrected that a program can correct, and what is left to do. */
export function fixAcl(text: string, options: LintOptions): {text: string; problems: AclProblem[]} {
  let fixed = text;
  let {problems} = lintAcl(fixed, options);
  for (let round = 0; round < mostRounds && problems.some(({edit}) => edit); round += 1) {
    const next = applyEdits(fixed, problems);
    if (next === fixed) break;
    fixed = next;
    ({problems} = lintAcl(fixed, options));
  }
  return {text: fixed, problems};
}

/** Of edits that are in each other's way, the first is made. Line ends become `\n`. */
export function applyEdits(text: string, problems: readonly AclProblem[]): string {
  const lines = text.split(/\r\n|\n|\r/);
  const above = new Map<number, Set<string>>();
  const removed = new Set<number>();
  const ends = new Map<number, number>();
  const shifts = new Map<number, number>();
  for (const {edit, line, column} of problems) {
    if (edit?.kind === 'insert') above.set(edit.before, new Set([...(above.get(edit.before) ?? []), ...edit.lines]));
    if (edit?.kind === 'remove-line') removed.add(line);
    if (edit?.kind !== 'replace' || column < (ends.get(line) ?? 0)) continue;
    const at = column - 1 + (shifts.get(line) ?? 0);
    const old = lines[line - 1] ?? '';
    lines[line - 1] = old.slice(0, at) + edit.text + old.slice(at + edit.length);
    ends.set(line, column + edit.length);
    shifts.set(line, (shifts.get(line) ?? 0) + edit.text.length - edit.length);
  }
  return lines
    .flatMap((line, index) => [...(above.get(index + 1) ?? []), ...(removed.has(index + 1) ? [] : [line])])
    .join('\n');
}
