import type {Palette} from '#harness/narrator.ts';
import type {AclProblem} from '#protocol/dacl/problem.ts';

/** Problems for people: where, what, the packet that proves it, and what to do. */
export function problemReport(
  problems: readonly AclProblem[],
  {file, palette}: {file: string; palette: Palette},
): string {
  return problems
    .map(({severity, code, line, column, message, fix, packet}) =>
      [
        `${file}:${line}:${column}: ${severity === 'error' ? palette.bad('error') : 'warning'} ${code}: ${message}`,
        ...(packet ? [palette.quiet(`    packet: ${JSON.stringify(packet)}`)] : []),
        palette.quiet(`    fix: ${fix}`),
      ].join('\n'),
    )
    .join('\n');
}

export function hasErrors(problems: readonly AclProblem[]): boolean {
  return problems.some(({severity}) => severity === 'error');
}
