// What an ISE dACL may hold, and how IOS prints it (domain.md 10; IOS command reference, "permit (IP)", "permit (IPv6)").
import test from 'ava';
import {icmpMessages, icmpv6Messages, igmpMessages} from '#protocol/dacl/ios-icmp.ts';
import {tcpPorts, udpPorts} from '#protocol/dacl/ios-ports.ts';
import {ipv4Protocols, ipv6Protocols} from '#protocol/dacl/ios-protocols.ts';
import {dscpNames, precedenceNames, tosNames} from '#protocol/dacl/ios-qos.ts';
import {parseAcl} from '#protocol/dacl/parse.ts';
import {problemsOf, shown} from '#specs/protocol/dacl-text.ts';

test('the dACL of TAC 222483 is read without a problem', t => {
  const text = [
    'deny tcp any host 10.10.1.11 eq 8449',
    'deny tcp any host 10.10.2.12 eq 8449',
    'permit ip any any',
  ].join('\n');
  t.deepEqual(shown(text), text.split('\n'));
  t.deepEqual(problemsOf(text), []);
});

test('every protocol name of IOS is printed again, and so is its number', t => {
  for (const [name, number] of ipv4Protocols) {
    t.deepEqual(shown(`permit ${name} any any`), [`permit ${name} any any`]);
    t.deepEqual(shown(`permit ${number ?? 0} any any`), [`permit ${name} any any`]);
  }
  for (const name of ipv6Protocols.keys()) {
    t.deepEqual(shown(`permit ${name} any any`, 'ipv6'), [`permit ${name} any any`]);
  }
  t.deepEqual(shown('permit 93 any any'), ['permit 93 any any']);
});

test('every port name of TCP and UDP is printed for its number', t => {
  for (const [protocol, names] of [
    ['tcp', tcpPorts],
    ['udp', udpPorts],
  ] as const) {
    const first = new Map([...names].reverse().map(([name, port]) => [port, name]));
    for (const [name, port] of names) {
      const printed = `permit ${protocol} any eq ${first.get(port)} any`;
      t.deepEqual(shown(`permit ${protocol} any eq ${port} any`), [printed]);
      t.deepEqual(shown(`permit ${protocol} any eq ${name} any`), [printed]);
    }
  }
  t.is(shown('permit tcp any any eq 53')[0], 'permit tcp any any eq domain');
  t.is(shown('permit tcp any any eq 22')[0], 'permit tcp any any eq 22');
  t.is(shown('permit tcp any any eq 8449')[0], 'permit tcp any any eq 8449');
  t.is(shown('permit udp any any eq 80')[0], 'permit udp any any eq 80');
});

test('every ICMP, ICMPv6 and IGMP name is printed again, and so is its number', t => {
  for (const [family, protocol, messages] of [
    ['ipv4', 'icmp', icmpMessages],
    ['ipv6', 'icmp', icmpv6Messages],
  ] as const) {
    for (const [name, {type, code}] of messages) {
      const printed = [`permit ${protocol} any any ${name}`];
      t.deepEqual(shown(`permit ${protocol} any any ${name}`, family), printed);
      t.deepEqual(shown(`permit ${protocol} any any ${type}${code === undefined ? '' : ` ${code}`}`, family), printed);
    }
  }
  for (const [name, type] of igmpMessages) {
    t.deepEqual(shown(`deny igmp any any ${name}`), [`deny igmp any any ${name}`]);
    t.deepEqual(shown(`deny igmp any any ${type}`), [`deny igmp any any ${name}`]);
  }
  t.deepEqual(shown('permit icmp any any 8 9'), ['permit icmp any any 8 9']);
  t.deepEqual(shown('permit icmp any any 200'), ['permit icmp any any 200']);
});

test('every name of dscp, precedence and tos is printed again, and so is its number', t => {
  for (const [keyword, names] of [
    ['dscp', dscpNames],
    ['precedence', precedenceNames],
    ['tos', tosNames],
  ] as const) {
    for (const [name, value] of names) {
      t.deepEqual(shown(`permit ip any any ${keyword} ${name}`), [`permit ip any any ${keyword} ${name}`]);
      t.deepEqual(shown(`permit ip any any ${keyword} ${value}`), [`permit ip any any ${keyword} ${name}`]);
    }
  }
  t.deepEqual(shown('permit ip any any dscp 63'), ['permit ip any any dscp 63']);
  t.deepEqual(shown('permit ipv6 any any dscp 46', 'ipv6'), ['permit ipv6 any any dscp ef']);
});

for (const [typed, printed] of [
  ['permit ip any any', 'permit ip any any'],
  ['PERMIT IP ANY ANY', 'permit ip any any'],
  ['  \tpermit   ip\tany any  ', 'permit ip any any'],
  ['per tc an h 10.0.0.1 eq 8449', 'permit tcp any host 10.0.0.1 eq 8449'],
  ['de u any any eq dom', 'deny udp any any eq domain'],
  ['permit tcp any any eq www lo', undefined],
  ['permit ip any 10.0.0.0 0.255.255.255', 'permit ip any 10.0.0.0 0.255.255.255'],
  ['permit ip any 10.1.2.3 0.255.255.255', 'permit ip any 10.0.0.0 0.255.255.255'],
  ['permit ip any 10.0.0.1 0.0.255.0', 'permit ip any 10.0.0.1 0.0.255.0'],
  ['permit ip any 10.0.0.1 0.0.0.0', 'permit ip any host 10.0.0.1'],
  ['permit ip any 10.0.0.1 255.255.255.255', 'permit ip any any'],
  ['permit tcp any any eq 80 443 8080', 'permit tcp any any eq www 443 8080'],
  ['permit tcp any any neq 80 443', 'permit tcp any any neq www 443'],
  ['permit tcp any gt 1023 any lt 1024', 'permit tcp any gt 1023 any lt 1024'],
  ['permit udp any range 67 68 any range bootps bootpc', 'permit udp any range bootps bootpc any range bootps bootpc'],
  ['permit sctp any any eq 80', 'permit sctp any any eq 80'],
  ['permit tcp any any established', 'permit tcp any any established'],
  ['permit tcp any eq 443 any est log', 'permit tcp any eq 443 any established log'],
  ['permit tcp any any ack', 'permit tcp any any ack'],
  ['permit tcp any any syn fin', 'permit tcp any any syn fin'],
  ['permit tcp any any match-any +syn -ack', 'permit tcp any any match-any +syn -ack'],
  ['permit tcp any any match-all +syn -ack -fin', 'permit tcp any any match-all +syn -ack -fin'],
  ['permit ip any any ttl eq 1', 'permit ip any any ttl eq 1'],
  ['permit ip any any ttl range 1 5', 'permit ip any any ttl range 1 5'],
  ['permit ip any any ttl neq 1 2', 'permit ip any any ttl neq 1 2'],
  ['deny ip any any fragments', 'deny ip any any fragments'],
  ['deny ip any any log', 'deny ip any any log'],
  ['deny ip any any log-input', 'deny ip any any log-input'],
  ['permit ip any any prec critical tos 2', 'permit ip any any precedence critical tos max-reliability'],
  ['permit tcp any any eq 22 time-range WORK', 'permit tcp any any eq 22 time-range WORK'],
  ['permit tcp any any eq 22 log time-range work-hours', 'permit tcp any any eq 22 log time-range work-hours'],
] as const) {
  if (printed === undefined) {
    test(`${typed}: two options begin so, and it is refused as ambiguous`, t => {
      t.is(problemsOf(typed)[0]?.code, 'ambiguous');
    });
  } else {
    test(`IPv4: ${JSON.stringify(typed)} is shown as ${printed}`, t => t.deepEqual(shown(typed), [printed]));
  }
}

for (const [typed, printed] of [
  ['permit ipv6 any any', 'permit ipv6 any any'],
  ['permit tcp any host 2001:DB8::11 eq 8449', 'permit tcp any host 2001:db8::11 eq 8449'],
  ['permit udp any 2001:db8:0:0::/32 eq 53', 'permit udp any 2001:db8::/32 eq domain'],
  ['permit ipv6 any 2001:db8:1:2:3::/48', 'permit ipv6 any 2001:db8:1::/48'],
  ['permit ipv6 any ::/0', 'permit ipv6 any any'],
  ['permit ipv6 any 2001:db8::1/128', 'permit ipv6 any host 2001:db8::1'],
  ['permit ipv6 any ::ffff:10.0.0.1/128', 'permit ipv6 any host ::ffff:a00:1'],
  ['permit icmp any any nd-ns', 'permit icmp any any nd-ns'],
  ['deny 103 any any', 'deny 103 any any'],
] as const) {
  test(`IPv6: ${typed} is shown as ${printed}`, t => t.deepEqual(shown(typed, 'ipv6'), [printed]));
}

test('remarks, comments and blank lines are no entries, and every entry keeps its line', t => {
  const {acl, problems} = parseAcl(
    [
      '! made by hand',
      '',
      'remark the PSNs',
      'permit ip any any',
      '   ',
      '10 remark – any character',
      'deny ip any any',
    ].join('\r\n'),
    {name: 'test'},
  );
  t.deepEqual(problems, []);
  t.deepEqual(
    acl.entries.map(({line}) => line),
    [4, 7],
  );
});

test('an empty text is a list without entries', t => {
  t.deepEqual(parseAcl('', {name: 'test'}), {acl: {name: 'test', family: 'ipv4', entries: []}, problems: []});
});

test('entries are evaluated in the order of their sequence numbers, and IOS numbers the others in tens', t => {
  const {acl, problems} = parseAcl(
    ['20 permit tcp any any', '10 deny udp any any', 'permit icmp any any', '25 deny ip any any'].join('\n'),
    {name: 'test'},
  );
  t.deepEqual(
    acl.entries.map(({line, sequence}) => [line, sequence]),
    [
      [2, 10],
      [1, 20],
      [4, 25],
      [3, 30],
    ],
  );
  t.deepEqual(
    problems.map(({severity, code, line}) => [severity, code, line]),
    [
      ['warning', 'sequence-order', 2],
      ['warning', 'sequence-order', 4],
    ],
  );
});

test('an IPv6 entry may have its sequence number at the end, as IOS prints it', t => {
  const text = ['permit tcp any any eq 443 sequence 20', '10 deny udp any any', 'permit icmp any any seq 30 log'].join(
    '\n',
  );
  const {acl, problems} = parseAcl(text, {name: 'test', family: 'ipv6'});

  t.deepEqual(
    acl.entries.map(({line, sequence, log}) => [line, sequence, log]),
    [
      [2, 10, undefined],
      [1, 20, undefined],
      [3, 30, 'log'],
    ],
  );
  t.deepEqual(
    problems.map(({code}) => code),
    ['sequence-order'],
  );
});

test('where no entry has a sequence number, none gets one: that is for the platform that shows them', t => {
  const {acl} = parseAcl('permit tcp any any\ndeny udp any any', {name: 'test'});
  t.deepEqual(
    acl.entries.map(({sequence}) => sequence),
    [undefined, undefined],
  );
});
