// A host that shows itself on a port gets a session and a MAB authentication (domain.md 5.1, 5.2); link and orders end it.
import test from 'ava';
import {auditSessionId} from '#protocol/nad/session.ts';
import {avPairValue, readAddress, readAvPairs, readNumber, readText} from '#protocol/radius/attributes.ts';
import {readUserPassword} from '#protocol/radius/user-password.ts';
import {acceptWith, address, mac, NadRig, port, secret, unknownAcl} from '#specs/protocol/nad-rig.ts';

const otherMac = '00:50:56:A8:BE:03';
const otherAddress = '192.168.255.194';

test("an audit-session-id is the NAS address, the session counter and the uptime: TAC 222483's comes out", t => {
  t.is(auditSessionId('192.168.255.12', 0x12, 0x679eaf14), 'C0A8FF0C00000012679EAF14');
});

test('before anybody is authorized, every port has Auth-Default-ACL', t => {
  const rig = new NadRig();

  t.deepEqual(rig.view.bindings, [
    {port, address: null, acl: 'Auth-Default-ACL'},
    {port: 'fa0-13', address: null, acl: 'Auth-Default-ACL'},
  ]);
});

test('an ARP of an unknown MAC starts MAB, as a Catalyst sends it', t => {
  const rig = NadRig.authorized();
  const request = rig.sent[0]?.packet;
  if (request === undefined) return t.fail('no request');

  t.is(request.code, 'Access-Request');
  t.is(readText(request, 'User-Name'), '005056a8be02');
  t.is(readUserPassword(request, secret), '005056a8be02');
  t.is(readNumber(request, 'Service-Type'), 10);
  t.is(readText(request, 'Calling-Station-Id'), '00-50-56-A8-BE-02');
  t.regex(readText(request, 'Called-Station-Id') ?? '', /^([0-9A-F]{2}-){5}[0-9A-F]{2}$/);
  t.is(readNumber(request, 'NAS-Port-Type'), 15);
  t.is(readNumber(request, 'NAS-Port'), 50_012);
  t.is(readText(request, 'NAS-Port-Id'), 'FastEthernet0/12');
  t.is(readAddress(request, 'NAS-IP-Address'), '192.168.255.12');
  t.is(readAddress(request, 'Framed-IP-Address'), address);
  t.deepEqual(readAvPairs(request), [
    'service-type=Call Check',
    `audit-session-id=${rig.session.sessionId}`,
    'method=mab',
  ]);
});

test('an accepted host is authorized and has its dACL in force, told only when the kernel has it', t => {
  const rig = NadRig.authorized();

  t.like(rig.session, {authorized: true, acl: unknownAcl, address, server: 'psn1', userName: '00-50-56-A8-BE-02'});
  t.is(rig.aclFor(address), unknownAcl);
  t.like(rig.of('acl-installed'), [{acl: unknownAcl, address, port, sessionId: rig.session.sessionId, generation: 2}]);
  t.like(rig.of('session-authorized'), [{acl: unknownAcl, server: 'psn1'}]);
});

test('a frame that tells no address starts a session all the same', t => {
  const rig = NadRig.authorized();
  const fresh = new NadRig();
  fresh.linkUp();
  fresh.arp({address: null});

  t.is(fresh.session.mac, mac);
  t.is(fresh.session.address, null);
  t.is(rig.session.address, address);
});

test('two hosts on one port have a session each', t => {
  const rig = NadRig.authorized();
  rig.arp({mac: otherMac, address: otherAddress});

  t.deepEqual(
    rig.view.sessions.map(session => [session.mac, session.address, session.authorized]),
    [
      [mac, address, true],
      [otherMac, otherAddress, true],
    ],
  );
  t.is(new Set(rig.view.sessions.map(session => session.sessionId)).size, 2);
});

test('frames on a port without carrier, and frames that no host can send, are nobody', t => {
  const rig = new NadRig();
  rig.arp();
  rig.linkUp();
  for (const nobody of ['01:00:5E:00:00:01', 'FF:FF:FF:FF:FF:FF', '00:00:00:00:00:00', 'x']) rig.arp({mac: nobody});
  rig.arp({port: 'fa0-99'});

  t.deepEqual(rig.view.sessions, []);
});

test('addresses that no host has are not learnt', t => {
  const rig = new NadRig();
  rig.linkUp();
  for (const not of ['0.0.0.0', '127.0.0.1', '224.0.0.5', '255.255.255.255', '192.168.255.12', '1.2.3', '::1', 'x']) {
    rig.arp({address: not});
  }

  t.is(rig.session.address, null);
  t.deepEqual(rig.of('address-learnt'), []);
});

test('link down ends the sessions of that port only, takes their dACL out of force and has their addresses no more', t => {
  const rig = NadRig.authorized();
  rig.linkUp('fa0-13');
  rig.arp({port: 'fa0-13', mac: otherMac, address: otherAddress});
  rig.input({kind: 'link', port, up: false});

  t.deepEqual(
    rig.view.sessions.map(session => session.mac),
    [otherMac],
  );
  t.is(rig.aclFor(address), 'Auth-Default-ACL');
  t.like(rig.of('session-ended'), [{mac, cause: 'Lost-Carrier'}]);
  t.like(rig.of('acl-withdrawn'), [{acl: unknownAcl, address}]);
  t.deepEqual(
    rig.view.tracking.map(host => [host.mac, host.state]),
    [
      [otherMac, 'ACTIVE'],
      [mac, 'INACTIVE'],
    ],
  );
});

test('a port that is up again is asked, once, who of those before it is still there', t => {
  const rig = NadRig.authorized();
  rig.input({kind: 'link', port, up: false});
  const asked = () => rig.effects.filter(({kind}) => kind === 'probe-address').length;
  const before = asked();
  rig.input({kind: 'link', port, up: true});
  t.is(asked(), before + 1);
  t.deepEqual(rig.view.sessions, [], 'nobody is there before he answers');
  rig.input({kind: 'link', port, up: false});
  rig.input({kind: 'link', port, up: true});
  t.is(asked(), before + 1);
});

test('who has appeared on another port meanwhile is not asked for where he was', t => {
  const rig = NadRig.authorized();
  rig.input({kind: 'link', port, up: false});
  rig.linkUp('fa0-13');
  rig.arp({port: 'fa0-13'});
  const before = rig.effects.filter(({kind}) => kind === 'probe-address').length;
  rig.input({kind: 'link', port, up: true});
  t.is(rig.effects.filter(({kind}) => kind === 'probe-address').length, before);
});

test('the host that comes back after link down has a new session id', t => {
  const rig = NadRig.authorized();
  const before = rig.session.sessionId;
  rig.input({kind: 'link', port, up: false});
  rig.advance(1000);
  rig.linkUp();
  rig.arp();

  t.not(rig.session.sessionId, before);
  t.true(rig.session.authorized);
});

test('a host that moves to another port leaves its session there', t => {
  const rig = NadRig.authorized();
  rig.linkUp('fa0-13');
  rig.arp({port: 'fa0-13'});

  t.deepEqual(
    rig.view.sessions.map(session => session.port),
    ['fa0-13'],
  );
  t.like(rig.of('session-ended'), [{port, mac, cause: 'Port-Preempted'}]);
  t.is(rig.aclFor(address), 'Auth-Default-ACL');
  t.is(rig.aclFor(address, 'fa0-13'), unknownAcl);
});

test('a rejected host is not authorized, and is tried again a minute later', t => {
  const rig = NadRig.authorized({}, () => ({code: 'Access-Reject'}));

  t.like(rig.session, {authorized: false, restartDueAtMs: 60_000, methods: [{method: 'mab', state: 'Authc Failed'}]});
  t.like(rig.of('authorization-failed'), [{reason: 'psn1 answered Access-Reject'}]);
  t.is(rig.aclFor(address), 'Auth-Default-ACL');

  rig.psn = acceptWith(unknownAcl);
  rig.advance(60_000);
  t.true(rig.session.authorized);
});

test('a rejected re-authentication takes away what the session had', t => {
  const rig = NadRig.authorized();
  rig.psn = request => ({code: request.code === 'Accounting-Request' ? 'Accounting-Response' : 'Access-Reject'});
  rig.coa([`audit-session-id=${rig.session.sessionId}`, 'subscriber:command=reauthenticate']);

  t.false(rig.session.authorized);
  t.is(rig.aclFor(address), 'Auth-Default-ACL');
  t.is(rig.of('acl-withdrawn').length, 1);
});

test('an accepted host without a dACL may do everything', t => {
  const rig = NadRig.authorized({}, acceptWith(null));

  t.like(rig.session, {authorized: true, acl: null, assignedAcl: null});
  t.is(rig.aclFor(address), 'Auth-Default-ACL-OPEN');
  t.deepEqual(rig.of('acl-installed'), []);
});

test('a flood of made-up MACs does not get more than 512 sessions', t => {
  const rig = new NadRig({}, () => undefined);
  rig.linkUp();
  for (let host = 0; host < 600; host += 1) {
    const digits = host.toString(16).padStart(4, '0').toUpperCase();
    rig.arp({mac: `02:00:00:00:${digits.slice(0, 2)}:${digits.slice(2)}`, address: null});
  }

  t.is(rig.view.sessions.length, 512);
});

test('a shut down port ends its sessions and stays down until it is opened', t => {
  const rig = NadRig.authorized();
  t.is(rig.command({name: 'set-port', port, up: false}), null);
  rig.linkUp();
  rig.arp();

  t.like(rig.view.ports[0], {up: false, shutdown: true});
  t.deepEqual(rig.view.sessions, []);

  rig.command({name: 'set-port', port, up: true});
  rig.arp();
  t.true(rig.session.authorized);
});

test('commands with something in them that is not there are refused, in words', t => {
  const rig = new NadRig();
  const refused = (command: Parameters<NadRig['command']>[0]) => {
    const answer = rig.command(command);
    return typeof answer === 'object' && answer !== null && 'message' in answer ? answer.message : 'not refused';
  };

  t.is(
    refused({name: 'set-port', port: 'gi0-9', up: true}),
    'there is no access port "gi0-9"; there are fa0-12, fa0-13',
  );
  t.regex(
    String(refused(JSON.parse('{"name":"hold","step":"lunch"}'))),
    /there is no step "lunch"; there are coa, reauth/,
  );
  t.regex(
    String(refused({name: 'set-delay', step: 'coa', delayMs: -1})),
    /delayMs must be a number of at least 0, not -1/,
  );
  t.regex(String(refused(JSON.parse('{"name":"reload"}'))), /the switch has no command "reload"/);
});

test('a session asks for its own id in everything it sends', t => {
  const rig = NadRig.authorized();
  const ids = rig.sent.map(({packet}) => avPairValue(packet, 'audit-session-id'));

  t.deepEqual(
    ids.filter(id => id !== undefined && id !== rig.session.sessionId),
    [],
  );
});

test('an Auth-Default-ACL with an error in it lets nothing pass and is told', t => {
  const rig = new NadRig({preAuthAcl: 'permit udp any any\npermit tpc any any'});

  t.regex(rig.of('fault')[0]?.message ?? '', /Auth-Default-ACL line 2/);
  t.deepEqual(
    rig.view.acls.map(acl => acl.entries),
    [[]],
  );
});
