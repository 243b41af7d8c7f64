// Dynamic authorization on port 1700: who is heard, what is done, what is refused (domain.md 5.8; RFC 5176).
import test from 'ava';
import {address as addressAttribute, number, readNumber, text} from '#protocol/radius/attributes.ts';
import {decodePacket, type RadiusAttribute} from '#protocol/radius/packet.ts';
import {readResponse} from '#protocol/radius/response.ts';
import {
  acceptWith,
  address,
  compliantAcl,
  mac,
  NadRig,
  port,
  psn1,
  secret,
  unknownAcl,
} from '#specs/protocol/nad-rig.ts';

const sessionPair = (rig: NadRig) => `audit-session-id=${rig.session.sessionId}`;
const reauthenticate = (rig: NadRig, ...more: string[]) =>
  rig.coa([sessionPair(rig), 'subscriber:command=reauthenticate', ...more]);
const disconnect = (rig: NadRig) => rig.coa([sessionPair(rig)], {code: 'Disconnect-Request'});
const answered = (rig: NadRig) => rig.of('coa-answered').map(({code, errorCause}) => errorCause ?? code);

for (const [title, pairs] of [
  ['the default type', []],
  ['type last', ['subscriber:reauthenticate-type=last']],
  ['type rerun', ['subscriber:reauthenticate-type=rerun']],
] as const) {
  test(`reauthenticate with ${title} is acknowledged first, then asked anew with the same session id`, t => {
    const rig = NadRig.authorized();
    const {sessionId} = rig.session;
    rig.psn = acceptWith(compliantAcl);
    const request = reauthenticate(rig, ...pairs);

    const sends = rig.effects.filter(effect => effect.kind === 'send');
    const ack = sends.findIndex(({localPort}) => localPort === 1700);
    t.is(sends[ack]?.to.address, psn1);
    t.is(decodePacket(sends[ack + 1]?.bytes ?? new Uint8Array()).code, 'Access-Request');
    const {identifier, authenticator} = decodePacket(request);
    t.like(readResponse(sends[ack]?.bytes ?? new Uint8Array(), {identifier, authenticator, secret}), {
      ok: true,
      packet: {code: 'CoA-ACK'},
    });
    t.like(rig.session, {sessionId, acl: compliantAcl});
    t.like(rig.of('coa-received'), [{command: 'reauthenticate', sessionId, from: psn1}]);
  });
}

test('a re-authentication that comes while another one is under way replaces it', t => {
  const rig = NadRig.authorized();
  rig.command({name: 'hold', step: 'acl-install'});
  rig.psn = acceptWith(compliantAcl);
  reauthenticate(rig);
  rig.psn = acceptWith(unknownAcl);
  reauthenticate(rig);
  rig.command({name: 'release', step: 'acl-install'});

  t.is(rig.session.acl, unknownAcl);
});

test('Disconnect ends the session and leaves the link; the next frame starts another one', t => {
  const rig = NadRig.authorized();
  const {sessionId} = rig.session;
  disconnect(rig);

  t.deepEqual(answered(rig), ['Disconnect-ACK']);
  t.like(rig.of('session-ended'), [{sessionId, cause: 'Admin-Reset'}]);
  t.deepEqual(rig.view.sessions, []);
  t.true(rig.view.ports[0]?.up);
  t.is(rig.aclFor(address), 'Auth-Default-ACL');

  rig.arp({address: null});
  t.not(rig.session.sessionId, sessionId);
  t.like(rig.session, {authorized: true, address, acl: unknownAcl});
});

test('a terminated host that has nothing to say is asked for by ARP after a second', t => {
  const rig = NadRig.authorized();
  disconnect(rig);
  rig.advance(1000);

  t.deepEqual(
    rig.effects.filter(effect => effect.kind === 'probe-address'),
    [{kind: 'probe-address', port, mac, address}],
  );
});

test('bounce takes the port down for ten seconds and ends every session on it (11.34)', t => {
  const rig = NadRig.authorized();
  rig.arp({mac: '00:50:56:A8:BE:03', address: '192.168.255.194'});
  rig.coa([`audit-session-id=${rig.session.sessionId}`, 'subscriber:command=bounce-host-port']);

  t.deepEqual(answered(rig), ['CoA-ACK']);
  t.deepEqual(
    rig.of('session-ended').map(({cause}) => cause),
    ['Port-Reinitialized', 'Port-Reinitialized'],
  );
  t.like(rig.view.ports[0], {up: false, shutdown: false});
  rig.advance(9999);
  t.false(rig.view.ports[0]?.up);
  rig.advance(1);
  t.true(rig.view.ports[0]?.up);
  t.deepEqual(
    rig.effects.filter(effect => effect.kind === 'set-port'),
    [
      {kind: 'set-port', port, up: false},
      {kind: 'set-port', port, up: true},
    ],
  );
});

test('a disabled port stays down until an administrator opens it (11.35)', t => {
  const rig = NadRig.authorized();
  rig.coa([sessionPair(rig), 'subscriber:command=disable-host-port']);
  rig.advance(3_600_000);
  t.like(rig.view.ports[0], {up: false, shutdown: true});

  rig.command({name: 'set-port', port, up: true});
  rig.arp();
  t.true(rig.session.authorized);
});

const refusals: [string, number, (rig: NadRig) => void][] = [
  [
    'an unknown session',
    503,
    rig => rig.coa(['audit-session-id=C0A8FF0C0000009900000000', 'subscriber:command=reauthenticate']),
  ],
  ['no session identification', 402, rig => rig.coa(['subscriber:command=reauthenticate'])],
  ['no command', 402, rig => rig.coa([sessionPair(rig)])],
  ['an unknown command', 401, rig => rig.coa([sessionPair(rig), 'subscriber:command=dance'])],
  ['an unknown type of re-authentication', 401, rig => reauthenticate(rig, 'subscriber:reauthenticate-type=never')],
  ['a pair that would change the authorization', 401, rig => reauthenticate(rig, 'ACS:CiscoSecure-Defined-ACL=x')],
  ['an attribute that would change the authorization', 401, rig => withAttribute(rig, number('Session-Timeout', 60))],
  ["another switch's NAS-IP-Address", 403, rig => withAttribute(rig, addressAttribute('NAS-IP-Address', '10.0.0.1'))],
  ["another switch's NAS-Identifier", 403, rig => withAttribute(rig, text('NAS-Identifier', 'other'))],
  ['Service-Type', 405, rig => withAttribute(rig, number('Service-Type', 17))],
  [
    "another host's Calling-Station-Id",
    503,
    rig => withAttribute(rig, text('Calling-Station-Id', '00-50-56-A8-BE-03')),
  ],
];

for (const [title, errorCause, ask] of refusals) {
  test(`a request with ${title} gets NAK ${errorCause} and changes nothing`, t => {
    const rig = NadRig.authorized();
    const before = JSON.stringify(rig.view.sessions);
    ask(rig);

    t.deepEqual(answered(rig), [errorCause]);
    const nak = decodePacket(rig.coaAnswers[0] ?? new Uint8Array());
    t.is(nak.code, 'CoA-NAK');
    t.is(readNumber(nak, 'Error-Cause'), errorCause);
    t.is(JSON.stringify(rig.view.sessions), before);
  });
}

test('a Disconnect for an unknown session gets Disconnect-NAK 503', t => {
  const rig = NadRig.authorized();
  rig.coa(['audit-session-id=C0A8FF0C0000009900000000'], {code: 'Disconnect-Request'});

  t.like(rig.of('coa-answered'), [{code: 'Disconnect-NAK', errorCause: 503}]);
});

test('the session may be named by MAC or by Acct-Session-Id as well, in any writing', t => {
  const rig = NadRig.authorized();
  rig.coa(['subscriber:command=reauthenticate'], {attributes: [text('Calling-Station-Id', '0050.56a8.be02')]});
  rig.coa(['subscriber:command=reauthenticate'], {attributes: [text('Acct-Session-Id', '00000001')]});

  t.deepEqual(answered(rig), ['CoA-ACK', 'CoA-ACK']);
});

test('a wrong secret, an unknown client and a packet of another kind are met with silence, and told (11.16)', t => {
  const rig = NadRig.authorized();
  rig.coa([sessionPair(rig), 'subscriber:command=reauthenticate'], {key: 'wrong'});
  rig.coa([sessionPair(rig), 'subscriber:command=reauthenticate'], {from: {address: '10.9.9.9', port: 1}});
  rig.datagram(rig.effects.find(effect => effect.kind === 'send')?.bytes ?? new Uint8Array());

  t.deepEqual(rig.coaAnswers, []);
  t.deepEqual(rig.of('coa-received'), []);
  t.is(rig.of('datagram-discarded').length, 3);
  t.is(rig.view.coa.discarded, 3);
});

test('a repeated request gets the same bytes and is not done twice', t => {
  const rig = NadRig.authorized();
  const request = reauthenticate(rig);
  const asked = rig.sent.length;
  rig.datagram(request);
  rig.datagram(request);

  t.is(rig.coaAnswers.length, 3);
  t.is(new Set(rig.coaAnswers.map(answer => answer.join())).size, 1);
  t.is(rig.sent.length, asked);
  t.like(rig.view.coa, {requests: 1, acks: 1});
});

test('a request that is repeated before it is answered gets one answer', t => {
  const rig = NadRig.authorized();
  rig.command({name: 'hold', step: 'coa'});
  const request = reauthenticate(rig);
  rig.datagram(request);
  rig.command({name: 'release', step: 'coa'});

  t.is(rig.coaAnswers.length, 1);
});

test('an Event-Timestamp may be 300 s off either way, by the switch’s own clock; beyond that there is silence', t => {
  const rig = NadRig.authorized();
  const epochS = rig.settings.labEpochMs / 1000;
  const hears = (offS: number) => {
    const before = rig.coaAnswers.length;
    withAttribute(rig, number('Event-Timestamp', epochS + offS));
    return rig.coaAnswers.length > before;
  };
  t.deepEqual([-301, -300, 0, 300, 301].map(hears), [false, true, true, true, false]);
  t.is(rig.of('datagram-discarded')[0]?.reason, "its Event-Timestamp is 301 s behind this switch's clock");

  rig.command({name: 'set-clock', offsetMs: -600_000});
  t.deepEqual([-900, -600, 0].map(hears), [true, true, false]);
});

test('with a window of 0 any Event-Timestamp will do, and without one none is missed', t => {
  const rig = NadRig.authorized({coaWindowMs: 0});
  withAttribute(rig, number('Event-Timestamp', 1));
  reauthenticate(rig);

  t.is(rig.coaAnswers.length, 2);
});

function withAttribute(rig: NadRig, attribute: RadiusAttribute): void {
  rig.coa([sessionPair(rig), 'subscriber:command=reauthenticate'], {attributes: [attribute]});
}
