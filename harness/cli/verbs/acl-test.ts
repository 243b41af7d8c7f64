import {Command, Option} from 'commander';
import {verdictsInModel} from '#harness/acl/model-verdicts.ts';
import {type AclOptions, familyOf, readAddress, withAclOptions} from '#harness/cli/acl-options.ts';
import {exitCodes, UsageError} from '#harness/cli/exit.ts';
import {printJson, say} from '#harness/cli/output.ts';
import {readPackets} from '#harness/cli/packet-document.ts';
import {readAcl} from '#harness/cli/read-acl.ts';
import {readTextOf} from '#harness/cli/read-text.ts';

interface TestOptions extends AclOptions {
  endpoint?: string;
  packets: string;
  in: 'model' | 'kernel';
}

export function aclTestVerb(): Command {
  return withAclOptions(
    new Command('test').description('NDJSON packets in, NDJSON verdicts out, one for each in its order'),
  )
    .requiredOption('--packets <file>', 'packets, one JSON object a line, or - for standard input')
    .option('--endpoint <ip>', 'whose session it is: an `any` source means this address, as on a port')
    .addOption(new Option('--in <where>', 'who judges').choices(['model', 'kernel']).default('model'))
    .action(async (file: string, options: TestOptions) => {
      if (file === '-' && options.packets === '-') {
        throw new UsageError('list and packets cannot both come from standard input: give one of them as a file');
      }
      const endpoint = options.endpoint === undefined ? null : readAddress('--endpoint', options.endpoint);
      if (endpoint !== null && endpoint.includes(':') !== (familyOf(options) === 'ipv6')) {
        throw new UsageError(`--endpoint ${endpoint}: not of the list's family${options.ipv6 ? '' : ' (add --ipv6)'}`);
      }
      const {acl} = await readAcl(await readTextOf(file), {file, options});
      if (acl === undefined) {
        process.exitCode = exitCodes.no;
        return;
      }
      const packets = readPackets(await readTextOf(options.packets), options.packets);
      if (options.in === 'model') {
        for (const verdict of verdictsInModel(acl, {packets, endpoint})) printJson(verdict);
        return;
      }
      const {verdictsInKernel} = await import('#harness/acl/kernel-verdicts.ts');
      for (const verdict of await verdictsInKernel(acl, {packets, endpoint, say})) printJson(verdict);
    });
}
