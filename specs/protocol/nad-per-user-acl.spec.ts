// Lists that stand in the Access-Accept itself: `ip:inacl#n=` and `ipv6:inacl#n=`, Cisco's per-user ACL.
import test from 'ava';
import {Cli} from '#protocol/nad/cli/cli.ts';
import {avPair, readText} from '#protocol/radius/attributes.ts';
import {acceptWith, address, compliantAcl, NadRig, type Psn, port} from '#specs/protocol/nad-rig.ts';

const linkLocal = 'fe80::250:56ff:fea8:be02';

/** Accepts with these pairs, and with a dACL's name if there is one. */
const acceptWithPairs =
  (pairs: string[], acl: string | null = null): Psn =>
  (request, server) => {
    const answer = acceptWith(acl)(request, server);
    if (request.code !== 'Access-Request' || readText(request, 'User-Name')?.startsWith('#ACSACL#')) return answer;
    return {code: 'Access-Accept', attributes: [...(answer?.attributes ?? []), ...pairs.map(avPair)]};
  };

const authorizedWith = (pairs: string[], acl: string | null = null, settings = {}) =>
  NadRig.authorized(settings, acceptWithPairs(pairs, acl));
const shown = (rig: NadRig, line: string) =>
  new Cli().execute(line, {view: rig.view, counts: [], nowMs: rig.nowMs}).lines.join('\n');
const textsOf = (rig: NadRig, name: string | undefined) =>
  rig.view.acls.find(acl => acl.name === name)?.entries.map(({action}) => action);

test('the entries are in force for the host in the order of their numbers, which may have gaps', t => {
  const rig = authorizedWith(['ip:inacl#20=permit ip any any', 'ip:inacl#3=deny tcp any host 10.10.1.11 eq 8449']);
  const name = rig.aclFor(address);

  t.regex(name ?? '', /^FastEthernet0\/12#v4#[0-9a-f]{8}$/);
  t.deepEqual(textsOf(rig, name), ['deny', 'permit']);
  t.is(rig.of('acl-download-started').length, 0);
  t.like(rig.of('session-authorized')[0], {acl: name ?? ''});
  t.is(rig.session.acl, name ?? '');
});

test('both families come side by side, also one by name and one entry by entry', t => {
  const rig = authorizedWith(['ipv6:inacl#1=permit ipv6 any any'], compliantAcl, {ipv6Addresses: ['fe80::1']});
  rig.arp({address: linkLocal});

  t.is(rig.session.acl, compliantAcl);
  t.regex(rig.session.ipv6Acl ?? '', /^FastEthernet0\/12#v6#[0-9a-f]{8}$/);
});

test('the console calls it per-user, by its name and with its entries', t => {
  const rig = authorizedWith(['ip:inacl#1=permit ip any any']);
  const {acl} = rig.session;

  t.true(shown(rig, 'show authentication sessions interface Fa0/12 details').includes(`Per-User ACL:  ${acl}`));
  t.true(
    shown(rig, 'show access-lists').includes(`Extended IP access list ${acl} (per-user)\n    1 permit ip any any`),
  );
  t.true(shown(rig, 'show ip access-lists interface Fa0/12').includes(`permit ip host ${address} any`));
});

test('the same entries again are the same list; others take its place in one transaction, and it goes', t => {
  const rig = authorizedWith(['ip:inacl#1=permit ip any any']);
  const first = rig.session.acl;
  const again = () => rig.coa([`audit-session-id=${rig.session.sessionId}`, 'subscriber:command=reauthenticate']);
  const {generation} = rig.view;
  again();
  t.is(rig.session.acl, first);
  t.is(rig.view.generation, generation, 'nothing to do for the kernel');

  rig.psn = acceptWithPairs(['ip:inacl#1=deny ip any any']);
  again();
  t.not(rig.session.acl, first);
  t.deepEqual(textsOf(rig, first ?? ''), undefined);
  t.is(rig.view.generation, generation + 1);
});

test('entries and a name for the same family, a wrong entry, a number twice: no authorization, and words that say so', t => {
  const reasonOf = (pairs: string[], acl: string | null = null) =>
    authorizedWith(pairs, acl).of('authorization-failed')[0]?.reason ?? 'none';

  t.regex(reasonOf(['ip:inacl#1=permit ip any any'], compliantAcl), /expected one of the two/);
  t.regex(reasonOf(['ip:inacl#1=permit what any any']), /permit what any any: /);
  t.regex(reasonOf(['ip:inacl#1=permit ip any any', 'ip:inacl#1=deny ip any any']), /entry 1 is there twice/);
  t.regex(reasonOf(['ip:inacl#one=permit ip any any']), /does not begin with ip:inacl#<number>=/);
});

test('the list goes with the session', t => {
  const rig = authorizedWith(['ip:inacl#1=permit ip any any']);
  rig.input({kind: 'link', port, up: false});

  t.deepEqual(
    rig.view.acls.map(acl => acl.name),
    ['Auth-Default-ACL'],
  );
});
