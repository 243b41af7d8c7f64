// 802.1X at the switch: an authenticator that speaks EAP, RADIUS servers that decide, and the switch between them.
import test from 'ava';
import {readAvPairs, readNumber, readText, text} from '#protocol/radius/attributes.ts';
import {joinEapMessage} from '#protocol/radius/eap-message.ts';
import {
  authenticatorSocket,
  Dot1xRig,
  eapServer,
  failure,
  rejecting,
  state,
  success,
  user,
} from '#specs/protocol/dot1x-rig.ts';
import {acceptWith, address, compliantAcl, mac, port, unknownAcl} from '#specs/protocol/nad-rig.ts';

test('a host that appears is asked who it is, and nobody is asked about it', t => {
  const rig = new Dot1xRig();
  rig.arrive();
  t.deepEqual(rig.eapStarts, [{kind: 'start-eap', port, mac, quietMs: 60_000}]);
  t.deepEqual(rig.sent, []);
  t.deepEqual(rig.methods, ['mab Not run', 'dot1x Running']);
});

test('what the authenticator asks goes out as the switch’s own request, with the session’s id', t => {
  const rig = new Dot1xRig();
  rig.arrive();
  rig.authenticator({attributes: [text('Connect-Info', 'CONNECT 0Mbps 802.11b'), text('Called-Station-Id', 'x:')]});
  const [sent] = rig.sent;
  t.is(sent?.packet && readText(sent.packet, 'User-Name'), user);
  t.is(sent?.packet && readNumber(sent.packet, 'Service-Type'), 2);
  t.is(sent?.packet && readText(sent.packet, 'NAS-Port-Id'), 'FastEthernet0/12');
  t.is(sent?.packet && readText(sent.packet, 'Connect-Info'), undefined);
  t.deepEqual(sent && readAvPairs(sent.packet), [
    'service-type=Framed',
    `audit-session-id=${rig.session.sessionId}`,
    'method=dot1x',
  ]);
});

test('an Accept reaches the authenticator when its dACL is in force, without what only the switch may know', t => {
  const rig = new Dot1xRig();
  rig.kernel = () => 'committed';
  rig.arrive();
  rig.command({name: 'hold', step: 'acl-install'});
  rig.authenticator({});
  t.is(rig.answers.at(-1)?.code, 'Access-Challenge');
  rig.authenticator({attributes: [state]});
  t.is(rig.answers.length, 1, 'held');
  t.false(rig.session.authorized);
  rig.command({name: 'release', step: 'acl-install'});
  const accept = rig.answers.at(-1);
  t.is(accept?.code, 'Access-Accept');
  t.deepEqual(accept && joinEapMessage(accept), success);
  t.deepEqual(accept && readAvPairs(accept), []);
  t.is(rig.aclFor(address), unknownAcl);
  t.like(rig.session, {authorized: true, userName: user});
  t.deepEqual(rig.methods, ['mab Stopped', 'dot1x Authc Success']);
  const start = rig.sent.find(({packet}) => packet.code === 'Accounting-Request');
  t.true(start && readAvPairs(start.packet).includes('method=dot1x'));
});

test('a request that comes again is not asked again, and gets the same bytes', t => {
  const rig = new Dot1xRig();
  rig.arrive();
  const request = rig.authenticator({});
  const asked = rig.sent.length;
  rig.input({kind: 'authenticator-request', from: authenticatorSocket, bytes: request});
  t.is(rig.sent.length, asked);
  t.is(rig.answers.length, 2);
  t.deepEqual(rig.answers[0], rig.answers[1]);
});

test('a host that says nothing is asked three times, and then MAB’s turn comes', t => {
  const rig = new Dot1xRig({}, acceptWith(compliantAcl));
  rig.arrive();
  rig.advance(59_999);
  t.is(rig.eapStarts.length, 2);
  rig.advance(1);
  t.is(rig.eapStarts.length, 3);
  t.is(rig.sent.length, 0);
  rig.advance(30_000);
  t.like(rig.of('dot1x-timed-out'), [{port, mac, atMs: 90_000}]);
  t.true(rig.session.authorized);
  t.deepEqual(rig.methods, ['mab Authc Success', 'dot1x Stopped']);
});

test('a host that begins EAP while MAB has it is authenticated by 802.1X: it has priority', t => {
  const rig = new Dot1xRig();
  rig.arrive();
  rig.advance(90_000);
  rig.converse();
  t.deepEqual(rig.methods, ['mab Stopped', 'dot1x Authc Success']);
  t.is(rig.session.userName, user);
});

test('a host that begins EAP before any other frame has a session', t => {
  const rig = new Dot1xRig();
  rig.linkUp();
  rig.converse();
  t.is(rig.of('authentication-started').length, 1);
  t.true(rig.session.authorized);
  t.is(rig.eapStarts.length, 0, 'it is not interrupted');
});

test('a Reject is passed on; the session has failed, and is tried again after the restart timer', t => {
  const rig = new Dot1xRig({}, rejecting);
  rig.arrive();
  rig.converse();
  const reject = rig.answers.at(-1);
  t.is(reject?.code, 'Access-Reject');
  t.deepEqual(reject && joinEapMessage(reject), failure);
  t.false(rig.session.authorized);
  t.deepEqual(rig.methods, ['mab Not run', 'dot1x Authc Failed']);
  t.like(rig.of('authorization-failed'), [{reason: 'psn1 answered Access-Reject'}]);
  rig.advance(60_000);
  t.is(rig.eapStarts.length, 2);
});

test('an Accept whose dACL cannot be had is an EAP-Failure for the host', t => {
  const rig = new Dot1xRig({}, eapServer(acceptWith('#ACSACL#-IP-Gone-636b75ac', {})));
  rig.arrive();
  rig.converse();
  const reject = rig.answers.at(-1);
  t.is(reject?.code, 'Access-Reject');
  t.deepEqual(reject && joinEapMessage(reject), failure);
  t.false(rig.session.authorized);
});

test('CoA reauthenticate asks the host anew, and what it has holds until the answer', t => {
  const rig = new Dot1xRig();
  rig.arrive();
  rig.converse();
  const before = rig.eapStarts.length;
  rig.coa([`audit-session-id=${rig.session.sessionId}`, 'subscriber:command=reauthenticate']);
  t.is(rig.eapStarts.length, before + 1);
  t.true(rig.session.authorized);
  t.is(rig.aclFor(address), unknownAcl);
  rig.psn = eapServer(acceptWith(compliantAcl));
  rig.converse();
  t.is(rig.aclFor(address), compliantAcl);
  t.is(rig.answers.at(-1)?.code, 'Access-Accept');
});

test('re-authentication of a host that MAB let in begins with MAB, or with 802.1X if a rerun is asked for', t => {
  const rig = new Dot1xRig();
  rig.arrive();
  rig.advance(90_000);
  const asked = rig.eapStarts.length;
  const command = [`audit-session-id=${rig.session.sessionId}`, 'subscriber:command=reauthenticate'];
  rig.coa([...command, 'subscriber:reauthenticate-type=last']);
  t.is(rig.eapStarts.length, asked);
  rig.coa([...command, 'subscriber:reauthenticate-type=rerun']);
  t.is(rig.eapStarts.length, asked + 1);
  t.true(rig.session.authorized, 'what MAB gave holds meanwhile');
  rig.advance(90_000);
  t.deepEqual(rig.methods, ['mab Authc Success', 'dot1x Stopped']);
});

test('periodic re-authentication asks the host anew, each time the interval after its last authorization', t => {
  const rig = new Dot1xRig({reauthIntervalMs: 3_600_000});
  rig.arrive();
  rig.converse();
  const asked = rig.eapStarts.length;
  t.is(rig.session.reauthDueAtMs, 3_600_000);
  rig.advance(3_599_999);
  t.is(rig.eapStarts.length, asked);
  rig.advance(1);
  t.is(rig.eapStarts.length, asked + 1);
  rig.converse();
  t.is(rig.session.reauthDueAtMs, 7_200_000);
  t.is(rig.view.sessions.length, 1);
});

test('a conversation stays with its server; when that falls silent, it is begun anew with the next', t => {
  let psn1IsAlive = true;
  const rig = new Dot1xRig({}, (request, server) =>
    server === 'psn1' && !psn1IsAlive ? undefined : eapServer(acceptWith(unknownAcl))(request, server),
  );
  rig.arrive();
  rig.authenticator({});
  psn1IsAlive = false;
  rig.authenticator({attributes: [state]});
  t.true(rig.sent.every(({server}) => server === 'psn1'));
  rig.advance(15_000);
  t.like(rig.of('radius-server-failed'), [{server: 'psn1'}]);
  t.is(rig.eapStarts.length, 2, 'the host is asked anew');
  rig.converse();
  t.is(rig.sent.findLast(({toPort}) => toPort === 1812)?.server, 'psn2');
  t.true(rig.session.authorized);
});

test('what the step reauth holds back is not asked, and comes again', t => {
  const rig = new Dot1xRig();
  rig.command({name: 'hold', step: 'reauth'});
  rig.arrive();
  rig.authenticator({});
  t.is(rig.sent.length, 0);
  rig.command({name: 'release', step: 'reauth'});
  t.is(rig.eapStarts.length, 1);
  rig.converse();
  t.true(rig.session.authorized);
});

test('a request with another secret, for no port or from no host is nobody’s', t => {
  const rig = new Dot1xRig();
  rig.linkUp();
  rig.authenticator({secret: 'other'});
  t.like(rig.of('datagram-discarded'), [{from: 'the authenticator'}]);
  rig.authenticator({onPort: 'fa0-99'});
  rig.authenticator({station: 'not a MAC'});
  t.deepEqual(rig.view.sessions, []);
  t.deepEqual(rig.sent, []);
});

test('a session that ends while its Accept is held takes the answer with it', t => {
  const rig = new Dot1xRig();
  rig.arrive();
  rig.command({name: 'hold', step: 'acl-install'});
  rig.converse();
  rig.command({name: 'clear-session', port});
  rig.command({name: 'release', step: 'acl-install'});
  t.is(rig.answers.at(-1)?.code, 'Access-Challenge');
  t.deepEqual(rig.view.sessions, []);
});
