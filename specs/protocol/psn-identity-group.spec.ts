// Rules by endpoint identity group, and the voice domain (domain.md 5.3, 6.4).
import test from 'ava';
import type {AuthorizationProfile, AuthorizationRule} from '#protocol/psn/contract.ts';
import {readAvPairs} from '#protocol/radius/attributes.ts';
import {mabAttributes, mac, PsnBench, settingsOf} from '#specs/protocol/psn-bench.ts';

const voice = 'device-traffic-class=voice';
const profile: AuthorizationProfile = {
  name: 'Phones-AP',
  access: 'ACCESS_ACCEPT',
  daclName: 'U',
  voiceDomainPermission: true,
};
const rule: AuthorizationRule = {name: 'Phones', identityGroup: 'Phones', postureStatus: null, profile: profile.name};

test('a member of the group gets what its rule says, and is sent to the voice domain', t => {
  const bench = withPhones([mac]);
  const accept = bench.radius('Access-Request', mabAttributes());
  if (accept === undefined) return t.fail('no answer');
  t.true(readAvPairs(accept).includes(voice));
  t.like(bench.of('access-accepted'), [{mac, rule: 'Phones', profile: 'Phones-AP'}]);
});

test('who is no member goes by posture, as ever', t => {
  const bench = withPhones(['00:1B:D4:0F:0E:01']);
  const accept = bench.radius('Access-Request', mabAttributes());
  if (accept === undefined) return t.fail('no answer');
  t.false(readAvPairs(accept).includes(voice));
  t.like(bench.of('access-accepted'), [{mac, rule: 'Posture-Unknown'}]);
});

test('who is put into the group gets it at the next authentication', t => {
  const bench = withPhones([]);
  bench.radius('Access-Request', mabAttributes());
  bench.command({name: 'save-policy', identityGroups: [{name: 'Phones', macs: [mac]}]});
  const accept = bench.radius('Access-Request', mabAttributes());
  t.true(accept !== undefined && readAvPairs(accept).includes(voice));
});

test('a posture that the group’s rule does not ask for changes no authorization', t => {
  const bench = withPhones([mac]);
  bench.radius('Access-Request', mabAttributes());
  bench.command({name: 'set-posture-status', mac, status: 'Unknown'});
  t.deepEqual(bench.of('coa-sent'), []);
});

test('a rule for a group that is not there is refused', t => {
  const bench = new PsnBench();
  const {profiles, rules} = bench.view().policy;
  const save = () => bench.command({name: 'save-policy', profiles: [...profiles, profile], rules: [rule, ...rules]});
  t.throws(save, {message: /rule Phones names the identity group Phones; there are none/});
});

function withPhones(macs: string[]): PsnBench {
  const {policy} = settingsOf();
  return new PsnBench({
    policy: {
      ...policy,
      profiles: [...policy.profiles, profile],
      rules: [rule, ...policy.rules],
      identityGroups: [{name: 'Phones', macs}],
    },
  });
}
