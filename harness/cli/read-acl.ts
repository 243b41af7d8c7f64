import {stderr} from 'node:process';
import {type AclOptions, familyOf, readTimes} from '#harness/cli/acl-options.ts';
import {hasErrors, problemReport} from '#harness/cli/acl-report.ts';
import {paletteFor} from '#harness/cli/output.ts';
import type {Acl} from '#protocol/dacl/acl.ts';
import {parseAcl} from '#protocol/dacl/parse.ts';
import type {AclProblem} from '#protocol/dacl/problem.ts';
import {activeAt} from '#protocol/dacl/time-range.ts';

/**
A list as the switch has it in force, or, with errors in it, nothing: a switch refuses it then. Problems go to standard error,
for people.
*/
export async function readAcl(
  text: string,
  {file, options}: {file: string; options: AclOptions},
): Promise<{acl: Acl | undefined; problems: AclProblem[]}> {
  const {timeRanges, atMs} = await readTimes(options);
  const {acl, problems} = parseAcl(text, {
    name: 'acl',
    family: familyOf(options),
    permitsNeighbourDiscovery: options.neighbourDiscovery,
  });
  if (problems.length > 0) stderr.write(`${problemReport(problems, {file, palette: paletteFor(stderr)})}\n`);
  if (hasErrors(problems)) return {acl: undefined, problems};
  return {acl: timeRanges ? activeAt(acl, {ranges: timeRanges, atMs}) : acl, problems};
}
