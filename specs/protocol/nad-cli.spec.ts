// What the switch prints, to the character, as domain.md 5.10 has it from TAC 222483 and public samples.
import test from 'ava';
import {parseAcl} from '#protocol/dacl/parse.ts';
import {Cli} from '#protocol/nad/cli/cli.ts';
import type {CliWorld} from '#protocol/nad/cli/command.ts';
import type {AceCount} from '#protocol/nad/contract.ts';
import {acceptWith, compliantAcl, mac, NadRig} from '#specs/protocol/nad-rig.ts';

function worldOf(rig: NadRig, counts: AceCount[] = []): CliWorld {
  return {view: rig.view, counts, nowMs: rig.nowMs};
}

function shown(rig: NadRig, line: string, counts: AceCount[] = []): string {
  return new Cli().execute(line, worldOf(rig, counts)).lines.join('\n');
}

const compliant = () => NadRig.authorized({}, acceptWith(compliantAcl));

test("show authentication sessions interface … details is TAC 222483's, field by field", t => {
  const world = worldOf(compliant());
  const [session] = world.view.sessions;
  if (session === undefined) return t.fail('no session');
  const theirs = {
    ...session,
    userName: 'TRAINING\\bob',
    sessionId: 'C0A8FF0C00000012679EAF14',
    acctSessionId: '00000012',
    handle: '0x5D000005',
    assignedAcl: '#ACSACL#-IP-avakhrus_posture_probe_ACL-636b75ac',
    methods: [{method: 'mab', state: 'Stopped'} as const, {method: 'dot1x', state: 'Authc Success'} as const],
    accountingDueAtMs: 1_515_000 + 92_111_000,
  };
  const printed = new Cli().execute('sh auth sess int fa0/12 det', {
    ...world,
    view: {...world.view, sessions: [theirs]},
    nowMs: 1_515_000,
  });

  t.is(
    printed.lines.join('\n'),
    `            Interface:  FastEthernet0/12
          MAC Address:  0050.56a8.be02
         IPv6 Address:  Unknown
         IPv4 Address:  192.168.255.193
            User-Name:  TRAINING\\bob
               Status:  Authorized
               Domain:  DATA
       Oper host mode:  multi-auth
     Oper control dir:  both
      Session timeout:  N/A
      Restart timeout:  N/A
Periodic Acct timeout:  172800s (local), Remaining: 92111s
       Session Uptime:  1515s
    Common Session ID:  C0A8FF0C00000012679EAF14
      Acct Session ID:  0x00000012
               Handle:  0x5D000005
       Current Policy:  POLICY_Fa0/12

Local Policies:
        Service Template: DEFAULT_LINKSEC_POLICY_SHOULD_SECURE (priority 150)

Server Policies:
              ACS ACL:  xACSACLx-IP-avakhrus_posture_probe_ACL-636b75ac

Method status list:
      Method            State
      mab                Stopped
      dot1x              Authc Success
`,
  );
});

test('the summary has one line a session', t => {
  const lines = shown(compliant(), 'show authentication sessions').split('\n');

  t.deepEqual(lines.slice(0, 6), [
    '',
    'Interface    MAC Address    Method  Domain  Status Fg Session ID',
    '------------------------------------------------------------------------------',
    'Fa0/12       0050.56a8.be02 mab     DATA    Auth      C0A8FF0C00000001679E0000',
    '',
    'Session count = 1',
  ]);
});

test('the summary flags a session whose policy is being applied, and one that failed', t => {
  const rig = compliant();
  rig.command({name: 'hold', step: 'acl-install'});
  rig.coa([`audit-session-id=${rig.session.sessionId}`, 'subscriber:command=reauthenticate']);
  const refused = NadRig.authorized({}, () => ({code: 'Access-Reject'}));

  t.regex(shown(rig, 'sh auth sess'), /mab {5}DATA {4}Auth {3}A {2}C0A8/);
  t.regex(shown(refused, 'sh auth sess'), /N\/A {5}UNKNOWN Unauth {4}C0A8/);
  t.regex(shown(refused, 'sh auth sess int fa0/12 det'), /Restart timeout: {2}60s \(local\), Remaining: 60s/);
});

test('show access-lists prints lists as they are stored, with hits', t => {
  const counts = [
    {acl: compliantAcl, line: 1, packets: 3},
    {acl: compliantAcl, line: 3, packets: 1},
    {acl: compliantAcl, line: null, packets: 9},
  ];

  t.is(
    shown(compliant(), 'show access-lists', counts),
    `Extended IP access list Auth-Default-ACL
    10 permit udp any any eq bootps
    20 deny ip any any
Extended IP access list xACSACLx-IP-Posture_Compliant-636b75ac (per-user)
    1 deny tcp any host 10.10.1.11 eq 8449 (3 matches)
    2 deny tcp any host 10.10.2.12 eq 8449
    3 permit ip any any (1 match)`,
  );
});

test('numbers that a dACL gives are shown, and entries without one get 10 more than the last', t => {
  const text = ['permit udp any any eq domain', '15 deny tcp any any eq 8449', 'permit ip any any'].join('\n');
  const {acl} = parseAcl(text, {name: compliantAcl});
  const acls = [acl, parseAcl('permit udp any any', {name: 'own6', family: 'ipv6'}).acl];
  const world = worldOf(compliant(), [{acl: 'own6', line: 1, packets: 2}]);

  t.deepEqual(new Cli().execute('show access-lists', {...world, view: {...world.view, acls}}).lines, [
    'Extended IP access list xACSACLx-IP-Posture_Compliant-636b75ac (per-user)',
    '    10 permit udp any any eq domain',
    '    15 deny tcp any any eq 8449',
    '    25 permit ip any any',
    'IPv6 access list own6',
    '    permit udp any any (2 matches) sequence 10',
  ]);
});

test("TAC 222483's sh access-lists | s NAME prints that list alone; so does the name as an argument", t => {
  const own = `Extended IP access list xACSACLx-IP-Posture_Compliant-636b75ac (per-user)
    1 deny tcp any host 10.10.1.11 eq 8449
    2 deny tcp any host 10.10.2.12 eq 8449
    3 permit ip any any`;

  t.is(shown(compliant(), 'sh access-lists | s xACSACLx-IP-Posture_Compliant-636b75ac'), own);
  t.is(shown(compliant(), 'sh ip access-lists xACSACLx-IP-Posture_Compliant-636b75ac'), own);
});

test('show ip access-lists interface prints what meets packets, with the host in the place of any', t => {
  t.is(
    shown(compliant(), 'show ip access-lists interface Fa0/12'),
    `     deny tcp host 192.168.255.193 host 10.10.1.11 eq 8449
     deny tcp host 192.168.255.193 host 10.10.2.12 eq 8449
     permit ip host 192.168.255.193 any`,
  );
  t.is(shown(compliant(), 'show ip access-lists interface Fa0/13'), '');
});

test('with the address not known, details name a dACL that show ip access-lists interface does not have (11.21)', t => {
  const rig = new NadRig({}, acceptWith(compliantAcl));
  rig.linkUp();
  rig.arp({address: null});

  t.regex(shown(rig, 'sh auth sess int fa0/12 det'), /ACS ACL: {2}xACSACLx-IP-Posture_Compliant-636b75ac/);
  t.is(shown(rig, 'sh ip access-lists int fa0/12'), '');
});

test('without a dACL there is no ACS ACL line', t => {
  t.notRegex(shown(NadRig.authorized({}, acceptWith(null)), 'sh auth sess int fa0/12 det'), /ACS ACL/);
});

test('show aaa servers counts questions, answers and CoA', t => {
  const rig = compliant();
  rig.coa([`audit-session-id=${rig.session.sessionId}`, 'subscriber:command=reauthenticate']);
  const text = shown(rig, 'show aaa servers');

  t.regex(
    text,
    /RADIUS: id 1, priority 1, host 10\.10\.1\.11, auth-port 1812, acct-port 1813\n {5}State: current UP, duration 0s/,
  );
  t.regex(
    text,
    /Authen: request 3, timeouts 0, failover 0, retransmission 0\n {13}Response: accept 3, reject 0, challenge 0/,
  );
  t.regex(text, /CoA: requests: 1, Ack responses: 1,/);
});

test('show ip device tracking all has the hosts, their VLAN and their port', t => {
  const lines = shown(compliant(), 'show ip device tracking all').split('\n');

  t.is(lines[0], 'Global IP Device Tracking for clients = Enabled');
  t.is(lines[7], '192.168.255.193 0050.56a8.be02 255  FastEthernet0/12       30              ACTIVE   ARP');
  t.is(lines.at(-1), '  Fa0/12, Fa0/13');
});

test('show clock is lab time', t => {
  const rig = compliant();
  rig.advance(12_345);

  t.is(shown(rig, 'show clock'), '12:22:59.345 UTC Wed Nov 9 2022');
});

test('show version does not claim to be what it is not', t => {
  t.regex(
    shown(compliant(), 'show version'),
    /This is not Cisco IOS Software[\s\S]*nad uptime is 2 weeks, 6 days, 2 hours, 53 minutes$/,
  );
});

test('without sessions the switch says so', t => {
  const rig = new NadRig();

  t.is(shown(rig, 'show authentication sessions'), 'No sessions currently exist');
  t.is(shown(rig, 'show authentication sessions interface fa0/12'), 'No sessions match supplied criteria.');
});

test('two hosts on a port are two blocks of details', t => {
  const rig = compliant();
  rig.arp({mac: '00:50:56:A8:BE:03', address: '192.168.255.194'});
  const blocks = shown(rig, 'sh auth sess int fa0/12 det').split('----------------------------------------\n');

  t.deepEqual(
    blocks.map(block => /MAC Address: {2}(\S+)/.exec(block)?.[1]),
    ['0050.56a8.be02', '0050.56a8.be03'],
  );
});

test('clear authentication sessions orders what the switch is to do', t => {
  const {orders} = new Cli().execute('clear auth sess int fa0/12', worldOf(compliant()));

  t.deepEqual(orders, [{name: 'clear-session', port: 'fa0-12'}]);
  const rig = compliant();
  for (const order of orders ?? []) rig.command(order);
  t.like(rig.of('session-ended'), [{mac, cause: 'Admin-Reset'}]);
});
