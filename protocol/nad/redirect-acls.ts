import type {Acl} from '#protocol/dacl/acl.ts';
import {parseAcl} from '#protocol/dacl/parse.ts';
import {openAcl} from '#protocol/nad/desired-enforcement.ts';

/** Names that the switch has taken already. */
const taken = ['Auth-Default-ACL', openAcl.name];

/**
The switch's own redirect access lists by name. One with an error redirects nothing, as if it had no entries; `problems` says
which and why.
*/
export function readRedirectAcls(configured: readonly {name: string; text: string}[]): {
  acls: Map<string, Acl>;
  problems: string[];
} {
  const acls = new Map<string, Acl>();
  const problems: string[] = [];
  for (const {name, text} of configured) {
    if (name.startsWith('#') || taken.includes(name)) {
      problems.push(
        `The redirect access list cannot be called ${name}: the switch has a list of that name. Rename it.`,
      );
      continue;
    }
    const {acl, problems: found} = parseAcl(text, {name});
    const error = found.find(({severity}) => severity === 'error');
    if (error)
      problems.push(`${name} line ${error.line}: ${error.message}. ${error.fix} Until then nothing is redirected.`);
    acls.set(name, error ? {...acl, entries: []} : acl);
  }
  return {acls, problems};
}
