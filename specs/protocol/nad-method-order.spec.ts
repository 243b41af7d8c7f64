// `authentication order mab dot1x`, and whose word counts: `authentication priority` (domain.md 5.1; details ours after recall).
import test from 'ava';
import type {Dot1xSettings} from '#protocol/nad/contract.ts';
import {joinEapMessage} from '#protocol/radius/eap-message.ts';
import {Dot1xRig, dot1x, eapServer, user} from '#specs/protocol/dot1x-rig.ts';
import {acceptWith, address, compliantAcl, mac, type Psn, port, unknownAcl} from '#specs/protocol/nad-rig.ts';

/** A switch that tries MAB first. */
function mabFirst(psn: Psn, priority: Dot1xSettings['priority'] = 'dot1x mab'): Dot1xRig {
  return new Dot1xRig({dot1x: dot1x && {...dot1x, order: 'mab dot1x', priority}}, psn);
}

const accepting = () => eapServer(acceptWith(unknownAcl));
/** It knows users and no MACs. */
const usersOnly = (): Psn => {
  const users = accepting();
  return (request, server) => {
    const isMab = request.code === 'Access-Request' && joinEapMessage(request) === undefined;
    const isDownload = request.attributes.some(({type, value}) => type === 1 && value[0] === '#'.charCodeAt(0));
    return isMab && !isDownload ? {code: 'Access-Reject'} : users(request, server);
  };
};

test('whom MAB lets in is not asked for EAP', t => {
  const rig = mabFirst(accepting());
  rig.arrive();
  rig.advance(3_600_000);
  t.true(rig.session.authorized);
  t.deepEqual(rig.eapStarts, []);
  t.deepEqual(rig.methods, ['mab Authc Success', 'dot1x Not run']);
});

test('a host that begins EAP takes over what MAB has, if 802.1X has priority', t => {
  const rig = mabFirst(accepting());
  rig.arrive();
  const {sessionId} = rig.session;
  rig.converse();
  t.like(rig.session, {authorized: true, sessionId, userName: user});
  t.deepEqual(rig.methods, ['mab Stopped', 'dot1x Authc Success']);
  t.is(rig.answers.at(-1)?.code, 'Access-Accept');
});

test('it is not heard if MAB has priority', t => {
  const rig = mabFirst(accepting(), 'mab dot1x');
  rig.arrive();
  const asked = rig.sent.length;
  rig.converse();
  t.is(rig.sent.length, asked);
  t.deepEqual(rig.answers, []);
  t.deepEqual(rig.methods, ['mab Authc Success', 'dot1x Not run']);
});

test('with MAB’s priority a host whose first frame is EAP begins with MAB', t => {
  const rig = mabFirst(accepting(), 'mab dot1x');
  rig.linkUp();
  rig.converse();
  t.like(rig.of('authentication-started'), [{port, mac, method: 'mab'}]);
  t.true(rig.session.authorized);
});

for (const priority of ['dot1x mab', 'mab dot1x'] as const) {
  test(`whom MAB refuses is asked for EAP at once, and let in by it (priority ${priority})`, t => {
    const rig = mabFirst(usersOnly(), priority);
    rig.arrive();
    t.is(rig.eapStarts.length, 1);
    t.deepEqual(rig.of('authorization-failed'), []);
    rig.converse();
    t.true(rig.session.authorized);
    t.is(rig.aclFor(address), unknownAcl);
    t.like(rig.of('authentication-started'), [{method: 'mab'}, {method: 'dot1x'}]);
  });
}

test('who is refused by MAB and says nothing has failed after three questions, and MAB’s turn comes again after the restart timer', t => {
  const rig = mabFirst(usersOnly());
  rig.arrive();
  rig.advance(90_000);
  t.is(rig.eapStarts.length, 3);
  t.like(rig.of('authorization-failed'), [{reason: 'MAB was refused, and the host does not speak EAP', atMs: 90_000}]);
  rig.advance(60_000);
  t.is(rig.of('authentication-started').at(-2)?.method, 'mab');
  t.is(rig.eapStarts.length, 4);
});

test('a re-authentication that MAB refuses takes back what it gave, while the host is asked', t => {
  const rig = mabFirst(accepting());
  rig.arrive();
  rig.psn = usersOnly();
  rig.coa([`audit-session-id=${rig.session.sessionId}`, 'subscriber:command=reauthenticate']);
  t.false(rig.session.authorized);
  t.not(rig.aclFor(address), unknownAcl);
  t.is(rig.eapStarts.length, 1);
});

test('a host that took over and then falls silent is MAB’s again', t => {
  const rig = mabFirst(eapServer(acceptWith(compliantAcl)));
  rig.arrive();
  rig.authenticator({});
  t.true(rig.session.authorized, 'what MAB gave holds meanwhile');
  rig.advance(90_000);
  t.deepEqual(rig.methods, ['mab Authc Success', 'dot1x Not run']);
  t.deepEqual(rig.of('session-ended'), []);
});
