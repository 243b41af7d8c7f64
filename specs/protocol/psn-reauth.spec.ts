// *Reauthentication* of an authorization profile (domain.md 6.8), as Access-Accepts have it.
import test from 'ava';
import {readNumber} from '#protocol/radius/attributes.ts';
import {mabAttributes, PsnBench} from '#specs/protocol/psn-bench.ts';

for (const [connectivity, action] of [
  ['RADIUS_REQUEST', 1],
  ['DEFAULT', 0],
] as const) {
  test(`a profile with ${connectivity} gives Session-Timeout and Termination-Action ${action}`, t => {
    const bench = new PsnBench();
    const profiles = bench.view().policy.profiles.map(profile => ({...profile, reauth: {timerS: 60, connectivity}}));
    bench.command({name: 'save-policy', profiles});
    const accept = bench.radius('Access-Request', mabAttributes());
    if (accept === undefined) return t.fail('no answer');
    t.is(accept.code, 'Access-Accept');
    t.is(readNumber(accept, 'Session-Timeout'), 60);
    t.is(readNumber(accept, 'Termination-Action'), action);
  });
}

test('a profile without it gives neither', t => {
  const accept = new PsnBench().radius('Access-Request', mabAttributes());
  if (accept === undefined) return t.fail('no answer');
  t.is(readNumber(accept, 'Session-Timeout'), undefined);
  t.is(readNumber(accept, 'Termination-Action'), undefined);
});

for (const timerS of [0, -1, 1.5, 65_536]) {
  test(`a timer of ${timerS} s is refused, and the policy stays`, t => {
    const bench = new PsnBench();
    const {profiles} = bench.view().policy;
    const reauth = {timerS, connectivity: 'DEFAULT' as const};
    const changed = profiles.map(profile => ({...profile, reauth}));
    t.throws(() => bench.command({name: 'save-policy', profiles: changed}), {message: /expected a whole number, 1 to/});
    t.deepEqual(bench.view().policy.profiles, profiles);
  });
}
