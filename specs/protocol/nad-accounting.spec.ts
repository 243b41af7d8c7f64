// Accounting: what ISE needs to find a session by address and to forget it in time (domain.md 5.9, 6.1).
import test from 'ava';
import {readAddress, readNumber, readText} from '#protocol/radius/attributes.ts';
import {acceptWith, address, NadRig, port, unknownAcl} from '#specs/protocol/nad-rig.ts';

const records = (rig: NadRig) => rig.sent.filter(({toPort}) => toPort === 1813).map(({packet}) => packet);
const accept = acceptWith(unknownAcl);
const statuses = (rig: NadRig) => rig.of('accounting-sent').map(({status}) => status);

test('Start follows authorization, with the session, the address and the Class that ISE gave', t => {
  const rig = NadRig.authorized();
  const [start] = records(rig);
  if (start === undefined) return t.fail('no Start');

  t.is(readNumber(start, 'Acct-Status-Type'), 1);
  t.is(readText(start, 'Acct-Session-Id'), '00000001');
  t.is(readText(start, 'User-Name'), '00-50-56-A8-BE-02');
  t.is(readAddress(start, 'Framed-IP-Address'), address);
  t.is(readText(start, 'Class'), 'CACS:x:psn1/1/1');
  t.is(readNumber(start, 'Event-Timestamp'), Date.UTC(2022, 10, 9, 12, 22, 47) / 1000);
});

test('a session that is not authorized is not accounted for', t => {
  t.deepEqual(statuses(NadRig.authorized({}, () => ({code: 'Access-Reject'}))), []);
});

test('an address that is learnt later is told in an Interim-Update', t => {
  const rig = new NadRig();
  rig.linkUp();
  rig.arp({address: null});
  rig.arp();
  const [start, interim] = records(rig);

  t.deepEqual(statuses(rig), ['Start', 'Interim-Update']);
  t.is(start && readAddress(start, 'Framed-IP-Address'), undefined);
  t.is(interim && readAddress(interim, 'Framed-IP-Address'), address);
  t.is(interim && readText(interim, 'Class'), 'CACS:x:psn1/1/1');
});

test('an Interim-Update comes every accounting interval', t => {
  const rig = NadRig.authorized({accountingIntervalMs: 60_000});
  for (let minute = 0; minute < 3; minute += 1) {
    rig.advance(20_000);
    rig.arp();
    rig.advance(20_000);
    rig.arp();
    rig.advance(20_000);
    rig.arp();
  }

  t.deepEqual(
    rig.of('accounting-sent').map(({status, atMs}) => [status, atMs]),
    [
      ['Start', 0],
      ['Interim-Update', 60_000],
      ['Interim-Update', 120_000],
      ['Interim-Update', 180_000],
    ],
  );
});

test('with an interval of 0 there is no periodic record', t => {
  const rig = NadRig.authorized({accountingIntervalMs: 0});
  rig.advance(86_400_000);

  t.deepEqual(statuses(rig), ['Start']);
  t.is(rig.session.accountingDueAtMs, null);
});

test('Stop tells how long it lasted and why it ended', t => {
  const rig = NadRig.authorized();
  rig.advance(15_000);
  rig.input({kind: 'link', port, up: false});
  const stop = records(rig).at(-1);
  if (stop === undefined) return t.fail('no Stop');

  t.is(readNumber(stop, 'Acct-Status-Type'), 2);
  t.is(readNumber(stop, 'Acct-Session-Time'), 15);
  t.is(readNumber(stop, 'Acct-Terminate-Cause'), 2);
  t.is(readAddress(stop, 'Framed-IP-Address'), address);
});

test('re-authentication starts no second record', t => {
  const rig = NadRig.authorized();
  rig.coa([`audit-session-id=${rig.session.sessionId}`, 'subscriber:command=reauthenticate']);

  t.deepEqual(statuses(rig), ['Start']);
});

test('a record goes to the next server when the first does not take it, and is told as lost when none does', t => {
  const accept = acceptWith(unknownAcl);
  const rig = NadRig.authorized({}, (request, server) =>
    request.code === 'Accounting-Request' ? undefined : accept(request, server),
  );
  rig.advance(30_000);

  t.deepEqual([...new Set(rig.sent.filter(({toPort}) => toPort === 1813).map(({server}) => server))], ['psn1', 'psn2']);
  t.like(rig.of('accounting-unanswered'), [{status: 'Start'}]);
});

const system = {sendsSystemAccounting: true};

test('a switch that starts tells Accounting-On before anything else, with what RFC 2866 asks for', t => {
  const rig = NadRig.authorized(system);
  const [on, start] = records(rig);
  if (on === undefined) return t.fail('no Accounting-On');

  t.deepEqual(statuses(rig), ['Accounting-On', 'Start']);
  t.is(readNumber(on, 'Acct-Status-Type'), 7);
  t.is(readText(on, 'Acct-Session-Id'), '00000000');
  t.is(readAddress(on, 'NAS-IP-Address'), '192.168.255.12');
  t.is(readText(on, 'Calling-Station-Id'), undefined);
  t.is(start && readNumber(start, 'Acct-Status-Type'), 1);
});

test('before a reload Accounting-Off is told, no session is stopped, and the command is answered when a server has it', t => {
  const rig = NadRig.authorized(system);
  rig.psn = () => undefined;
  const answers = () => rig.effects.filter(effect => effect.kind === 'reply').length;
  rig.command({name: 'prepare-reload'});
  t.is(answers(), 0);
  rig.psn = acceptWith(unknownAcl);
  rig.advance(5000);

  t.deepEqual(statuses(rig), ['Accounting-On', 'Start', 'Accounting-Off']);
  t.deepEqual(
    records(rig)
      .slice(-2)
      .map(record => readNumber(record, 'Acct-Status-Type')),
    [8, 8],
    'it is sent again',
  );
  t.is(answers(), 1);
});

test('a reload that nobody wants to hear of is prepared all the same', t => {
  const rig = NadRig.authorized(system, request =>
    request.code === 'Accounting-Request' ? undefined : accept(request, ''),
  );
  rig.command({name: 'prepare-reload'});
  rig.advance(30_000);

  t.is(rig.effects.filter(effect => effect.kind === 'reply').length, 1);
  t.like(rig.of('accounting-unanswered').at(-1), {status: 'Accounting-Off', sessionId: ''});
});

test('without system accounting nothing is told of the switch itself', t => {
  const rig = NadRig.authorized();
  rig.command({name: 'prepare-reload'});

  t.deepEqual(statuses(rig), ['Start']);
  t.is(rig.effects.filter(effect => effect.kind === 'reply').length, 1);
});
