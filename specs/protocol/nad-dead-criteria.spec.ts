// When the switch takes a RADIUS server for dead, and when no more (TAC 225882, Cisco's guides on AAA dead-server detection).
import test from 'ava';
import {acceptWith, healthySettings, NadRig, type Psn, unknownAcl} from '#specs/protocol/nad-rig.ts';

const accept = acceptWith(unknownAcl);
const psn2Alone: Psn = (request, server) => (server === 'psn1' ? undefined : accept(request, server));

function withCriteria(radius: Partial<(typeof healthySettings)['radius']>) {
  return {radius: {...healthySettings.radius, ...radius}};
}

function newSession(rig: NadRig): string[] {
  const before = rig.sent.length;
  rig.command({name: 'clear-session', port: 'fa0-12'});
  rig.arp();
  return rig.sent.slice(before).map(({server}) => server);
}

test('a server is dead when so many retransmissions in a row went unanswered; first transmissions do not count', t => {
  const rig = NadRig.authorized(withCriteria({deadCriteria: {timeMs: 10_000, tries: 4}}), psn2Alone);
  rig.advance(15_000);
  t.like(rig.of('radius-server-failed'), [{server: 'psn1', next: 'psn2', atMs: 15_000}]);
  t.deepEqual(rig.of('radius-server-dead'), [], 'three transmissions, two of them again');
  t.is(rig.session.server, 'psn2');

  rig.advance(14_999); // Start was sent to psn1 at 15 s: the switch begins with it as long as it is not dead
  t.deepEqual(rig.of('radius-server-dead'), []);
  rig.advance(1);
  t.deepEqual(rig.of('radius-server-dead'), [
    {
      kind: 'radius-server-dead',
      server: 'psn1',
      log: '%RADIUS-4-RADIUS_DEAD: RADIUS server 10.10.1.11:1812,1813 is not responding.',
      atMs: 30_000,
    },
  ]);
  t.false(newSession(rig).includes('psn1'));
});

test('answers that nothing proves are no answers: a server that gives only such ones is dead as a silent one is', t => {
  const forged: Record<string, (answer: Uint8Array) => Uint8Array> = {
    'a wrong Response Authenticator': answer => answer.map((byte, index) => (index === 10 ? byte ^ 1 : byte)),
    'a length that is not its own': answer => answer.subarray(0, 19),
    garbage: () => new Uint8Array(40).fill(0xff),
    nothing: () => new Uint8Array(),
  };
  for (const [what, forge] of Object.entries(forged)) {
    const rig = NadRig.authorized(withCriteria({deadCriteria: {timeMs: 10_000, tries: 2}}), (request, server) => {
      const answer = accept(request, server);
      return answer && server === 'psn1' ? {...answer, forge} : answer;
    });
    rig.advance(15_000);

    t.is(rig.of('radius-server-dead').length, 1, what);
    t.is(rig.session.server, 'psn2', what);
    t.true(rig.of('datagram-discarded').length >= 3, what);
    t.true((rig.view.servers[0]?.timeouts ?? 0) >= 3, what);
  }
});

test('a valid answer sets the count back', t => {
  let isSilent = true;
  const rig = NadRig.authorized(withCriteria({deadCriteria: {timeMs: 1000, tries: 5}}), (request, server) =>
    isSilent && server === 'psn1' ? undefined : accept(request, server),
  );
  rig.advance(15_000); // two retransmissions of Access-Request; then Start goes to psn1
  isSilent = false;
  rig.advance(5000); // which answers the first retransmission of it
  isSilent = true;
  newSession(rig); // Stop and Access-Request: two retransmissions of each
  rig.advance(15_000);

  t.deepEqual(rig.of('radius-server-dead'), []);
});

test('a server that was heard a moment ago is not dead, however many retransmissions went unanswered', t => {
  let isSilent = false;
  const rig = NadRig.authorized(withCriteria({deadCriteria: {timeMs: 60_000, tries: 1}}), (request, server) =>
    isSilent && server === 'psn1' ? undefined : accept(request, server),
  );
  isSilent = true;
  newSession(rig);
  rig.advance(30_000);
  t.deepEqual(rig.of('radius-server-dead'), []);

  rig.advance(30_000);
  newSession(rig);
  rig.advance(15_000);
  t.is(rig.of('radius-server-dead').length, 1);
});

test('a server that was never heard has been silent for long enough', t => {
  const rig = NadRig.authorized(withCriteria({deadCriteria: {timeMs: 120_000, tries: 1}}), psn2Alone);
  rig.advance(10_000);

  t.like(rig.of('radius-server-dead'), [{server: 'psn1', atMs: 10_000}]);
});

test('when its dead time is over a server is alive, without having said anything, and is asked again', t => {
  const rig = NadRig.authorized(withCriteria({deadTimeMs: 60_000}), psn2Alone);
  rig.advance(15_000);
  t.is(rig.view.servers[0]?.state, 'dead');
  rig.advance(59_999);
  t.deepEqual(rig.of('radius-server-alive'), []);
  rig.advance(1);

  t.deepEqual(rig.of('radius-server-alive'), [
    {
      kind: 'radius-server-alive',
      server: 'psn1',
      log: '%RADIUS-4-RADIUS_ALIVE: RADIUS server 10.10.1.11:1812,1813 is being marked alive.',
      atMs: 75_000,
    },
  ]);
  t.like(rig.view.servers[0], {state: 'up', stateSinceMs: 75_000, deaths: 1});
  t.true(newSession(rig).includes('psn1'));
});

test('with a dead time of 0 every request begins with the first server', t => {
  const rig = NadRig.authorized(withCriteria({deadTimeMs: 0}), psn2Alone);
  rig.advance(60_000);

  t.deepEqual(rig.of('radius-server-dead'), []);
  t.is(newSession(rig)[0], 'psn1');
});

test('where all are dead, one is asked all the same, and its answer makes it alive', t => {
  const rig = NadRig.authorized(withCriteria({deadCriteria: {timeMs: 0, tries: 1}}), () => undefined);
  rig.advance(40_000);
  t.is(rig.of('radius-server-dead').length, 2);
  rig.psn = accept;
  rig.advance(60_000);

  t.true(rig.session.authorized);
  t.like(rig.of('radius-server-alive'), [{server: 'psn1'}]);
});
