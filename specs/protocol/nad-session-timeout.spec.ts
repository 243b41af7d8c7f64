// Session-Timeout and Termination-Action of an Access-Accept (domain.md 5.3, 5.10; RFC 2865 5.27, 5.29).
import test from 'ava';
import {Cli} from '#protocol/nad/cli/cli.ts';
import {number} from '#protocol/radius/attributes.ts';
import type {RadiusAttribute} from '#protocol/radius/packet.ts';
import {acceptWith, compliantAcl, mac, NadRig, type Psn, port} from '#specs/protocol/nad-rig.ts';

/** A PSN that also says how long its Accepts hold. */
function acceptFor(...attributes: RadiusAttribute[]): Psn {
  const accept = acceptWith(compliantAcl);
  return (request, server) => {
    const answer = accept(request, server);
    if (answer?.code !== 'Access-Accept') return answer;
    return {...answer, attributes: [...(answer.attributes ?? []), ...attributes]};
  };
}

const seconds = (count: number) => number('Session-Timeout', count);
const radiusRequest = number('Termination-Action', 1);
const requests = (rig: NadRig) => rig.of('authentication-started').length;

test('with RADIUS-Request the session is authenticated anew each time its timeout is over, and keeps its id', t => {
  const rig = NadRig.authorized({}, acceptFor(seconds(60), radiusRequest));
  const {sessionId} = rig.session;
  rig.advance(59_999);
  t.is(requests(rig), 1);
  rig.advance(1);
  t.is(requests(rig), 2);
  rig.advance(60_000);
  t.is(requests(rig), 3);
  t.is(rig.session.sessionId, sessionId);
  t.deepEqual(rig.of('session-ended'), []);
});

for (const [what, attributes] of [
  ['with Default', [number('Termination-Action', 0)]],
  ['without Termination-Action', []],
  ['with a Termination-Action that nobody knows', [number('Termination-Action', 7)]],
] as const) {
  test(`${what} the session ends, and the host has a new one when it is heard again`, t => {
    const rig = NadRig.authorized({}, acceptFor(seconds(60), ...attributes));
    const {sessionId} = rig.session;
    rig.advance(60_000);
    t.like(rig.of('session-ended')[0], {port, mac, sessionId, cause: 'Session-Timeout'});
    const stop = rig.sent.findLast(({packet}) => packet.code === 'Accounting-Request');
    const cause = stop?.packet.attributes.find(({type, vendor}) => type === 49 && vendor === undefined);
    t.deepEqual([...(cause?.value ?? [])], [0, 0, 0, 5], 'Acct-Terminate-Cause: Session Timeout (RFC 2866 5.10)');
    t.deepEqual(rig.view.sessions, []);
    rig.advance(1000);
    t.true(
      rig.effects.some(effect => effect.kind === 'probe-address'),
      'device tracking looks for the host',
    );
    rig.arp();
    t.not(rig.session.sessionId, sessionId);
  });
}

test('the server’s timeout counts, not the switch’s own, and the CLI says whose it is', t => {
  const rig = NadRig.authorized({reauthIntervalMs: 10_000}, acceptFor(seconds(60), radiusRequest));
  rig.advance(15_000);
  t.is(requests(rig), 1);
  const {lines} = new Cli().execute('show authentication sessions interface fa0/12 details', {
    view: rig.view,
    counts: [],
    nowMs: rig.nowMs,
  });
  t.true(lines.includes('      Session timeout:  60s (server), Remaining: 45s'), lines.join('\n'));
});

test('an Accept without a timeout, or with 0, leaves it to the switch', t => {
  for (const attributes of [[], [seconds(0), radiusRequest]]) {
    const rig = NadRig.authorized({reauthIntervalMs: 10_000}, acceptFor(...attributes));
    t.is(rig.session.timeoutMs, null);
    rig.advance(10_000);
    t.is(requests(rig), 2);
  }
  const never = NadRig.authorized({}, acceptFor(seconds(0)));
  never.advance(3_600_000);
  t.is(requests(never), 1);
});

test('the next Accept’s word replaces the last one’s', t => {
  let timeoutS = 60;
  const rig = NadRig.authorized({}, (request, server) => acceptFor(seconds(timeoutS), radiusRequest)(request, server));
  timeoutS = 600;
  rig.advance(60_000);
  t.is(requests(rig), 2);
  rig.advance(599_999);
  t.is(requests(rig), 2);
  rig.advance(1);
  t.is(requests(rig), 3);
});
