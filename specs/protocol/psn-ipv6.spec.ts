// The policy node's half of an IPv6 dACL, and of addresses of both families (domain.md 5.3, 5.5, 6.8).
import test from 'ava';
import {authorize} from '#protocol/psn/authorization.ts';
import type {Policy} from '#protocol/psn/contract.ts';
import {collectAclEntries} from '#protocol/radius/acl-download.ts';
import {address, avPair, avPairValue, text} from '#protocol/radius/attributes.ts';
import {mabAttributes, PsnBench, sessionId, settingsOf} from '#specs/protocol/psn-bench.ts';

const ipv6Name = '#ACSACL#-IPV6-U6-636b75ac';
const savedAtS = 0x636b_75ac;
const entries = ['deny tcp any host 2001:db8:1::11 eq 8449', 'permit ipv6 any any'];
const download = [avPair('aaa:service=ip_admission'), avPair('aaa:event=acl-download')];

function dualStack(ipv6DaclName = 'U6'): Policy {
  const {policy} = settingsOf();
  return {
    ...policy,
    dacls: [...policy.dacls, {name: 'U6', daclType: 'IPV6', text: entries.join('\n'), savedAtS}],
    profiles: policy.profiles.map(profile => (profile.name === 'Unknown-AP' ? {...profile, ipv6DaclName} : profile)),
  };
}

test('a profile with both names sends both attributes, each with its family’s name', t => {
  const bench = new PsnBench({policy: dualStack()});
  const accept = bench.radius('Access-Request', mabAttributes());
  if (accept === undefined) return t.fail('no answer');

  t.is(avPairValue(accept, 'ACS:CiscoSecure-Defined-ACL'), '#ACSACL#-IP-U-636b75ac');
  t.is(avPairValue(accept, 'ipv6:CiscoSecure-Defined-ACL'), ipv6Name);
  t.like(bench.of('access-accepted')[0], {acl: '#ACSACL#-IP-U-636b75ac', ipv6Acl: ipv6Name});
});

test('without an IPv6 name nothing of IPv6 is sent', t => {
  const bench = new PsnBench();
  const accept = bench.radius('Access-Request', mabAttributes());

  t.is(accept && avPairValue(accept, 'ipv6:CiscoSecure-Defined-ACL'), undefined);
  t.false('ipv6Acl' in (bench.of('access-accepted')[0] ?? {}));
});

test('an IPv6 dACL comes as ipv6:inacl#n, and is none of the IPv4 list', t => {
  const bench = new PsnBench({policy: dualStack()});
  const answer = bench.radius('Access-Request', [text('User-Name', ipv6Name), ...download]);
  if (answer === undefined) return t.fail('no answer');

  t.deepEqual(collectAclEntries([answer], 'ipv6'), {ok: true, entries});
  t.deepEqual(collectAclEntries([answer], 'ipv4'), {ok: true, entries: []});
  t.is(avPairValue(answer, 'ipv6:inacl#1'), entries[0]);
});

test('a name is asked for in its own family', t => {
  const bench = new PsnBench({policy: dualStack()});
  for (const name of [ipv6Name.replace('IPV6', 'IP'), '#ACSACL#-IPV6-U-636b75ac'])
    t.is(bench.radius('Access-Request', [text('User-Name', name), ...download])?.code, 'Access-Reject', name);
});

test('a profile that names a dACL of the other type, or none that is there, authorizes nobody', t => {
  for (const name of ['U', 'gone']) t.like(authorize(dualStack(name), 'Unknown'), {kind: 'reject', code: 11023}, name);
  const {profiles, ...rest} = dualStack();
  const wrong = profiles.map(profile => ({...profile, daclName: 'U6'}));
  t.like(authorize({...rest, profiles: wrong}, 'Unknown'), {kind: 'reject', code: 11023});
});

test('a saved dACL keeps its type', t => {
  const bench = new PsnBench({policy: dualStack()});
  bench.command({name: 'save-dacl', dacl: {name: 'U6', daclType: 'IPV6', text: 'permit ipv6 any any', savedAtS: 0}});
  const saved = bench.view().policy.dacls.find(({name}) => name === 'U6');

  t.like(saved, {daclType: 'IPV6', text: 'permit ipv6 any any'});
  t.true((saved?.savedAtS ?? 0) > savedAtS);
});

test('a session is known by its addresses of both families', t => {
  const bench = new PsnBench({policy: dualStack()});
  const addresses = ['2001:db8:255::2', '2001:db8:255::3'];
  bench.authenticate();
  bench.account(3, sessionId, [
    address('Framed-IP-Address', '192.168.255.193'),
    ...addresses.map(each => address('Framed-IPv6-Address', each)),
  ]);

  t.deepEqual(bench.session()?.addresses, ['192.168.255.193', ...addresses]);
});
