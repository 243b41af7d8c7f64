import {Command} from 'commander';
import {rulesetOf} from '#harness/acl/ruleset.ts';
import {type AclOptions, readAddress, withAclOptions} from '#harness/cli/acl-options.ts';
import {exitCodes, UsageError} from '#harness/cli/exit.ts';
import {print, printJson} from '#harness/cli/output.ts';
import {readAcl} from '#harness/cli/read-acl.ts';
import {readTextOf} from '#harness/cli/read-text.ts';

interface CompileOptions extends AclOptions {
  endpoint?: string;
}

export function aclCompileVerb(): Command {
  return withAclOptions(new Command('compile').description('the nftables ruleset of the list on an access port'))
    .option('--endpoint <ip>', 'the list is for this address only, as the dACL of a session is')
    .action(async (file: string, options: CompileOptions) => {
      const endpoint = options.endpoint === undefined ? null : readAddress('--endpoint', options.endpoint);
      const {acl, problems} = await readAcl(await readTextOf(file), {file, options});
      if (acl && endpoint !== null && endpoint.includes(':') !== (acl.family === 'ipv6')) {
        throw new UsageError(`--endpoint ${endpoint}: expected an ${acl.family === 'ipv6' ? 'IPv6' : 'IPv4'} address`);
      }
      const ruleset = acl && rulesetOf(acl, endpoint);
      if (options.json) printJson({ok: ruleset !== undefined, ruleset: ruleset ?? null, problems});
      else if (ruleset) print(ruleset);
      process.exitCode = ruleset === undefined ? exitCodes.no : exitCodes.done;
    });
}
