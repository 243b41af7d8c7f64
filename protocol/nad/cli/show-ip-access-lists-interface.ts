import {serverAclFamily} from '#protocol/dacl/name.ts';
import {showAce} from '#protocol/dacl/show.ts';
import {type Command, keyword} from '#protocol/nad/cli/command.ts';
import {interfaceArgument} from '#protocol/nad/cli/interface-name.ts';
import {anyIpv6} from '#protocol/nad/host.ts';

/**
What dACLs really meet on a port: with the host's address in the place of `any` (domain.md 5.6, 5.10), for IPv6 once for each of its
addresses, which is ours. Empty: no dACL meets anything there, whatever the sessions say.
*/
export const showIpAccessListsInterface: Command = {
  form: [
    keyword('show', 'Show running system information'),
    keyword('ip', 'IP information'),
    keyword('access-lists', 'List IP access lists'),
    keyword('interface', 'List ACLs on an interface'),
    interfaceArgument,
  ],
  hasOutput: true,
  run: ({arguments: {port}, world: {view}}) => ({
    lines: view.bindings
      .filter(binding => binding.port === port && serverAclFamily(binding.acl) !== undefined)
      .flatMap(({acl: name, address}) => {
        const {entries = [], family = 'ipv4'} = view.acls.find(acl => acl.name === name) ?? {};
        const endpoint = address === null || address === anyIpv6 ? {} : {endpoint: address};
        return entries.map(ace => `     ${showAce(ace, {family, ...endpoint})}`);
      }),
  }),
};
