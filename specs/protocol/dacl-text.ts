/** Short ways to say what a line of an access list means. */
import {parseAcl} from '#protocol/dacl/parse.ts';
import type {AclProblem} from '#protocol/dacl/problem.ts';
import {showAce} from '#protocol/dacl/show.ts';

export type Family = 'ipv4' | 'ipv6';

/** Each line as IOS would print it, or `undefined` where there is no entry. Warnings are let pass, errors are thrown. */
export function shown(text: string, family: Family = 'ipv4'): string[] {
  const {acl, problems} = parseAcl(text, {name: 'test', family});
  const errors = problems.filter(({severity}) => severity === 'error');
  if (errors.length > 0) throw new Error(`${JSON.stringify(text)}: ${errors.map(({message}) => message).join(' ')}`);
  return acl.entries.map(ace => showAce(ace, {family}));
}

export function problemsOf(text: string, family: Family = 'ipv4'): AclProblem[] {
  return parseAcl(text, {name: 'test', family}).problems;
}

/** `code@line:column token`, one for each problem. */
export function briefly(problems: readonly AclProblem[]): string[] {
  return problems.map(
    ({code, line, column, token}) => `${code}@${line}:${column}${token === undefined ? '' : ` ${token}`}`,
  );
}
