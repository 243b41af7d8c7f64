import type {Acl} from '#protocol/dacl/acl.ts';
import type {NadSettings} from '#protocol/nad/contract.ts';
import {type Binding, bindingKey, type Enforcement} from '#protocol/nad/enforcement-ledger.ts';
import {anyIpv6} from '#protocol/nad/host.ts';
import type {Session} from '#protocol/nad/session.ts';

/** IOS's name for what an open port has: everything is permitted. */
export const openAcl: Acl = {
  name: 'Auth-Default-ACL-OPEN',
  family: 'ipv4',
  entries: [{line: 1, action: 'permit', source: {kind: 'any'}, destination: {kind: 'any'}}],
};

/** The same for IPv6. Its name is ours. */
export const openIpv6Acl: Acl = {...openAcl, name: 'Auth-Default-ACL-OPEN-IPV6', family: 'ipv6'};

/**
What is to be in force, given who is authorized (domain.md 5.6):

- The port itself has `Auth-Default-ACL`: it meets whoever has no entry of his own, so also every host before authorization.
- An authorized host whose address is known has an entry: its dACL, or everything if the server gave none.
- An authorized host whose address is not known cannot have one. With `notEnforced` its dACL is installed and meets nobody:
  the port is authorized, so the host's packets all pass, deny entries included, until its address is learnt (11.21, 7.3 R8).
  With `anySource` the dACL meets every address on the port that has no entry.

Entries go by address, so while the port is open for one such host it is open for the others on it that have no entry either.
A real switch would still hold back the MACs that are not authorized.

IPv6 is likewise, for each address that is known, but closed: a port has nothing for it before authorization, and a host that the server gave
no IPv6 list has none after it, whatever its IPv4 list says. With `notEnforced` a host of which no IPv6 address at all is known has all of
IPv6 open; once one is known, the others it may have pass nothing until they are known as well. All of this is ours: no source tells.

A redirect needs an address too, and an access list of that name on the switch; without either nothing is redirected (11.25).
*/
export function desiredEnforcement({
  ports,
  sessions,
  addressOf,
  ipv6AddressesOf,
  dacls,
  redirectAcls,
  defaultAcl,
  ipUnknownPolicy,
}: {
  ports: readonly string[];
  sessions: readonly Session[];
  addressOf: (session: Session) => string | null;
  ipv6AddressesOf: (session: Session) => string[];
  dacls: ReadonlyMap<string, Acl>;
  redirectAcls: ReadonlyMap<string, Acl>;
  defaultAcl: Acl;
  ipUnknownPolicy: NadSettings['ipUnknownPolicy'];
}): Enforcement {
  const acls = new Map<string, Acl>([[defaultAcl.name, defaultAcl]]);
  const bindings = new Map<string, Binding>();
  const redirects = new Map<string, Binding>();
  const bind = (binding: Binding) => bindings.set(bindingKey(binding.port, binding.address), binding);

  for (const port of ports) bind({port, address: null, acl: defaultAcl.name, sessionId: null});
  for (const session of sessions) {
    if (session.grant === null) continue;
    const {acl, ipv6Acl} = session.grant.policy;
    const dacl = acl === null ? undefined : dacls.get(acl);
    const ipv6Dacl = ipv6Acl === null ? undefined : dacls.get(ipv6Acl);
    if (acl !== null && dacl === undefined) continue; // rather nothing than everything
    if (dacl) acls.set(dacl.name, dacl);
    const {port, id: sessionId} = session;
    const address = addressOf(session);
    const redirectAcl = redirectAcls.get(session.grant.policy.redirect?.acl ?? '');
    if (redirectAcl && address !== null) {
      acls.set(redirectAcl.name, redirectAcl);
      redirects.set(bindingKey(port, address), {port, address, acl: redirectAcl.name, sessionId});
    }
    if (address !== null) {
      bind({port, address, acl: (dacl ?? openAcl).name, sessionId});
    } else if (dacl && ipUnknownPolicy === 'anySource') {
      bind({port, address: null, acl: dacl.name, sessionId});
    } else if (bindings.get(bindingKey(port, null))?.acl === defaultAcl.name) {
      bind({port, address: null, acl: openAcl.name, sessionId: null});
    }
    if (ipv6Dacl === undefined) continue;
    acls.set(ipv6Dacl.name, ipv6Dacl);
    const addresses = ipv6AddressesOf(session);
    for (const each of addresses) bind({port, address: each, acl: ipv6Dacl.name, sessionId});
    if (addresses.length > 0) continue;
    if (ipUnknownPolicy === 'anySource') bind({port, address: anyIpv6, acl: ipv6Dacl.name, sessionId});
    else if (!bindings.has(bindingKey(port, anyIpv6)))
      bind({port, address: anyIpv6, acl: openIpv6Acl.name, sessionId: null});
  }
  const bound = new Set([...bindings.values()].map(binding => binding.acl));
  for (const open of [openAcl, openIpv6Acl]) if (bound.has(open.name)) acls.set(open.name, open);
  return {acls, bindings, redirects};
}
