// Posture lease: an endpoint's, not a session's; granted with Compliant, looked at when somebody authenticates (domain.md 2.5, 11.29).
import test from 'ava';
import {mac, PsnBench, sessionId} from '#specs/protocol/psn-bench.ts';

const postureLeaseMs = 60_000;

test('without a lease a new session of the same host is Unknown', t => {
  const bench = new PsnBench();
  bench.becomeCompliant();
  bench.authenticate('another');
  t.is(bench.session('another')?.postureStatus, 'Unknown');
});

test('while the lease holds, a new session is Compliant, and was not assessed', t => {
  const bench = new PsnBench({postureLeaseMs});
  bench.becomeCompliant();
  bench.elapse(postureLeaseMs - 1);
  bench.authenticate('another');
  t.like(bench.session('another'), {
    postureStatus: 'Compliant',
    postureAssessmentStatus: 'NotApplicable',
    rule: 'Posture-Compliant',
  });
});

test('when it is over nothing happens, until the next authentication, also of the same session', t => {
  const bench = new PsnBench({postureLeaseMs});
  bench.becomeCompliant();
  const before = bench.events.length;
  bench.elapse(postureLeaseMs);
  t.deepEqual(bench.events.slice(before), []);
  t.is(bench.session()?.postureStatus, 'Compliant');

  bench.authenticate(sessionId);
  t.like(bench.session(), {postureStatus: 'Unknown', rule: 'Posture-Unknown'});
});

test('each Compliant begins it anew, NonCompliant ends it, and it outlives the node', t => {
  const bench = new PsnBench({postureLeaseMs});
  bench.becomeCompliant();
  bench.command({name: 'set-posture-status', mac, status: 'NonCompliant'});
  bench.authenticate(sessionId);
  t.is(bench.session()?.postureStatus, 'NonCompliant', 'a status that is known is not covered up');
  bench.authenticate('another');
  t.is(bench.session('another')?.postureStatus, 'Unknown');

  bench.elapse(30_000);
  bench.command({name: 'set-posture-status', mac, status: 'Compliant'});
  const persisted = bench.effects.flatMap(effect => (effect.kind === 'persist' ? [effect.state] : [])).at(-1);
  t.is(persisted?.endpoints[0]?.postureLeaseUntilMs, bench.nowMs + postureLeaseMs);
  const restarted = new PsnBench({postureLeaseMs, persisted: persisted ?? null});
  restarted.authenticate();
  t.is(restarted.session()?.postureStatus, 'Compliant');
});
