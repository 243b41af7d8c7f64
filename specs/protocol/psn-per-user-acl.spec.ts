// Entries that an authorization profile sends itself (ISE's advanced attributes), and what does not fit.
import test from 'ava';
import type {AuthorizationProfile} from '#protocol/psn/contract.ts';
import {readPerUserEntries} from '#protocol/radius/acl-download.ts';
import {avPairValue} from '#protocol/radius/attributes.ts';
import {mabAttributes, PsnBench, settingsOf} from '#specs/protocol/psn-bench.ts';

function benchWith(changes: Partial<AuthorizationProfile>): PsnBench {
  const {policy} = settingsOf();
  const profiles = policy.profiles.map(profile => (profile.name === 'Unknown-AP' ? {...profile, ...changes} : profile));
  return new PsnBench({policy: {...policy, profiles}});
}

test('the lines of both lists stand in the Access-Accept, numbered each for itself', t => {
  const bench = benchWith({
    daclName: null,
    perUserAcl: 'deny tcp any host 10.10.1.11 eq 8449\n\n permit ip any any',
    perUserIpv6Acl: 'permit ipv6 any any',
  });
  const accept = bench.radius('Access-Request', mabAttributes());
  if (accept === undefined) return t.fail('no answer');

  t.is(accept.code, 'Access-Accept');
  t.is(avPairValue(accept, 'ACS:CiscoSecure-Defined-ACL'), undefined);
  t.deepEqual(readPerUserEntries(accept, 'ipv4'), {
    ok: true,
    entries: ['deny tcp any host 10.10.1.11 eq 8449', 'permit ip any any'],
  });
  t.deepEqual(readPerUserEntries(accept, 'ipv6'), {ok: true, entries: ['permit ipv6 any any']});
});

test('what does not fit into one Access-Accept is refused, because no second one follows', t => {
  const line = 'permit tcp any host 10.10.1.11 eq 8443';
  for (const perUserAcl of [Array.from({length: 100}, () => line).join('\n'), `remark ${'x'.repeat(250)}`]) {
    const bench = benchWith({daclName: null, perUserAcl});

    t.is(bench.radius('Access-Request', mabAttributes())?.code, 'Access-Reject');
    t.regex(bench.of('access-rejected')[0]?.reason ?? '', /^11053 /);
  }
});
