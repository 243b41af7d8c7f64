import {Command} from 'commander';
import {aclCheckVerb} from '#harness/cli/verbs/acl-check.ts';
import {aclCompileVerb} from '#harness/cli/verbs/acl-compile.ts';
import {aclMutateVerb} from '#harness/cli/verbs/acl-mutate.ts';
import {aclTestVerb} from '#harness/cli/verbs/acl-test.ts';

export function aclVerb(): Command {
  const acl = new Command('acl').description('read, check, compile and try out the text of a dACL');
  for (const verb of [aclCheckVerb, aclCompileVerb, aclTestVerb, aclMutateVerb]) {
    acl.addCommand(verb().exitOverride().showHelpAfterError('(add --help for what is possible)'));
  }
  return acl;
}
