// The switch as a RADIUS client: retransmission, failover, dead time, and what it does not believe (domain.md 2.5, 11.31).
import test from 'ava';
import {encodeResponse} from '#protocol/radius/response.ts';
import type {Endpoint} from '#protocol/role.ts';
import {acceptWith, NadRig, psn1, secret, unknownAcl} from '#specs/protocol/nad-rig.ts';

const silent = () => undefined;
const fromPsn1: Endpoint = {address: psn1, port: 1812};

function asking(): NadRig {
  return NadRig.authorized({}, silent);
}

function answerTo(rig: NadRig, key = secret): Uint8Array {
  const request = rig.sent.at(-1)?.packet;
  if (request === undefined) throw new Error('nothing was asked');
  return encodeResponse({request, code: 'Access-Reject', attributes: [], secret: key});
}

test('an unanswered request is repeated with the same bytes, then the next server is asked with an identifier of its own', t => {
  const rig = asking();
  rig.advance(29_999);
  const sends = rig.effects.filter(effect => effect.kind === 'send');

  t.deepEqual(
    rig.sent.map(({server}) => server),
    ['psn1', 'psn1', 'psn1', 'psn2', 'psn2', 'psn2'],
  );
  t.is(new Set(sends.slice(0, 3).map(({bytes}) => bytes.join())).size, 1);
  t.not(sends[3]?.bytes.slice(4, 20).join(), sends[0]?.bytes.slice(4, 20).join());
  t.like(rig.of('radius-server-failed'), [{server: 'psn1', next: 'psn2'}]);
});

test('when no server answers, the session fails and is tried again a minute later', t => {
  const rig = asking();
  rig.advance(30_000);

  t.like(rig.of('authorization-failed'), [{reason: 'no RADIUS server answered', atMs: 30_000}]);
  t.deepEqual(
    rig.of('radius-server-failed').map(({server, next}) => [server, next]),
    [
      ['psn1', 'psn2'],
      ['psn2', null],
    ],
  );

  rig.psn = acceptWith(unknownAcl);
  rig.advance(60_000);
  t.true(rig.session.authorized);
});

test('a dead server is left out until its dead time is over', t => {
  const accept = acceptWith(unknownAcl);
  const rig = NadRig.authorized({}, (request, server) => (server === 'psn1' ? undefined : accept(request, server)));
  rig.advance(20_000);
  t.is(rig.session.server, 'psn2');

  const asked = rig.sent.length;
  rig.command({name: 'clear-session', port: 'fa0-12'});
  rig.arp();
  t.deepEqual([...new Set(rig.sent.slice(asked).map(({server}) => server))], ['psn2']);
  t.like(rig.view.servers[0], {name: 'psn1', state: 'dead', deaths: 1, timeouts: 3});

  rig.advance(900_000);
  rig.psn = accept;
  rig.command({name: 'clear-session', port: 'fa0-12'});
  rig.arp();
  t.is(rig.session.server, 'psn1');
  t.is(rig.view.servers[0]?.state, 'up');
});

test('with every server dead, they are tried all the same', t => {
  const rig = asking();
  rig.advance(30_000);
  rig.psn = acceptWith(unknownAcl);
  rig.advance(60_000);

  t.is(rig.session.server, 'psn1');
  t.is(rig.view.servers[0]?.state, 'up');
});

test('an answer signed with another secret changes nothing, and the right one is still waited for', t => {
  const rig = asking();
  rig.datagram(answerTo(rig, 'another secret'), fromPsn1, 0);
  t.is(rig.of('datagram-discarded').length, 1);
  t.deepEqual(rig.of('authorization-failed'), []);

  rig.datagram(answerTo(rig), fromPsn1, 0);
  t.is(rig.of('authorization-failed').length, 1);
});

test('an answer from elsewhere, a late one and a repeated one change nothing', t => {
  const rig = asking();
  const answer = answerTo(rig);
  rig.datagram(answer, {address: '10.9.9.9', port: 1812}, 0);
  rig.datagram(answer, fromPsn1, 0);
  rig.datagram(answer, fromPsn1, 0);

  t.deepEqual(
    rig.of('datagram-discarded').map(({from, reason}) => [from, reason]),
    [
      ['10.9.9.9:1812', 'it comes from no RADIUS server of ours'],
      [`${psn1}:1812`, 'no request waits for it'],
    ],
  );
});

test('a server that is not configured cannot be asked: the session fails at once', t => {
  const rig = NadRig.authorized({radiusServers: []}, silent);

  t.like(rig.of('authorization-failed'), [{reason: 'no RADIUS server answered'}]);
});

test('600 hosts at once are asked for with 256 identifiers at a time, and all are answered in the end', t => {
  const rig = new NadRig({}, silent);
  rig.linkUp();
  rig.linkUp('fa0-13');
  for (let host = 0; host < 600; host += 1) {
    const digits = (host + 1).toString(16).padStart(4, '0').toUpperCase();
    rig.arp({
      port: host % 2 ? 'fa0-12' : 'fa0-13',
      mac: `02:00:00:00:${digits.slice(0, 2)}:${digits.slice(2)}`,
      address: null,
    });
  }
  t.is(rig.sent.length, 256);

  rig.psn = acceptWith(null);
  rig.advance(5000);
  t.is(rig.view.sessions.filter(session => session.authorized).length, 600);
});
