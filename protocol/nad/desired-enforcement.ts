import type {Acl} from '#protocol/dacl/acl.ts';
import type {NadSettings} from '#protocol/nad/contract.ts';
import {type Binding, bindingKey, type Enforcement} from '#protocol/nad/enforcement-ledger.ts';
import type {Session} from '#protocol/nad/session.ts';

/** IOS's name for what an open port has: everything is permitted. */
export const openAcl: Acl = {
  name: 'Auth-Default-ACL-OPEN',
  family: 'ipv4',
  entries: [{line: 1, action: 'permit', source: {kind: 'any'}, destination: {kind: 'any'}}],
};

/**
What is to be in force, given who is authorized (domain.md 5.6):

- The port itself has `Auth-Default-ACL`: it meets whoever has no entry of his own, so also every host before authorization.
- An authorized host whose address is known has an entry: its dACL, or everything if the server gave none.
- An authorized host whose address is not known cannot have one. With `notEnforced` its dACL is installed and meets nobody:
  the port is authorized, so the host's packets all pass, deny entries included, until its address is learnt (11.21, 7.3 R8).
  With `anySource` the dACL meets every address on the port that has no entry.

Entries go by address, so while the port is open for one such host it is open for the others on it that have no entry either.
A real switch would still hold back the MACs that are not authorized.

A redirect needs an address too, and an access list of that name on the switch; without either nothing is redirected (11.25).
*/
export function desiredEnforcement({
  ports,
  sessions,
  addressOf,
  dacls,
  redirectAcls,
  defaultAcl,
  ipUnknownPolicy,
}: {
  ports: readonly string[];
  sessions: readonly Session[];
  addressOf: (session: Session) => string | null;
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
    const {acl} = session.grant.policy;
    const dacl = acl === null ? undefined : dacls.get(acl);
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
  }
  if ([...bindings.values()].some(binding => binding.acl === openAcl.name)) acls.set(openAcl.name, openAcl);
  return {acls, bindings, redirects};
}
