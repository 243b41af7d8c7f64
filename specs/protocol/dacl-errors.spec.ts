// What is wrong with a line: where, what was expected, and what to write instead.
import test from 'ava';
import {parseAcl} from '#protocol/dacl/parse.ts';
import {briefly, problemsOf} from '#specs/protocol/dacl-text.ts';

for (const [text, brief, fix] of [
  ['permt ip any any', 'unknown-action@1:1 permt', '`permit`'],
  ['permit', 'missing-protocol@1:7', '`tcp`'],
  ['permit tpc any any', 'unknown-protocol@1:8 tpc', '`tcp`'],
  ['permit any any', 'missing-protocol@1:8 any', '`ip`'],
  ['permit 256 any any', 'unknown-protocol@1:8 256', '`tcp`'],
  ['permit ip', 'missing-source@1:10', '`any`'],
  ['permit ip any', 'missing-destination@1:14', '`any`'],
  ['permit ip any host', 'host-address@1:19', '`host 10.0.0.11`'],
  ['permit ip any host 10.0.0.256', 'host-address@1:20 10.0.0.256', '`host 10.0.0.11`'],
  ['permit ip any 10.0.0.1', 'wildcard@1:23', '`host 10.0.0.1`'],
  ['permit ip any 10.0.0.0/24', 'prefix-notation@1:15 10.0.0.0/24', '`10.0.0.0 0.0.0.255`'],
  ['permit ip any host 2001:db8::1', 'host-address@1:20 2001:db8::1', '`host 10.0.0.11`'],
  ['permit ip any 2001:db8::/32', 'address-family@1:15 2001:db8::/32', 'list of their own'],
  ['permit ip any any eq 80', 'ports-without-protocol@1:19 eq', '`tcp` or `udp`'],
  ['permit tcp any any eq domian', 'unknown-port@1:23 domian', '`domain`'],
  ['permit tcp any any eq ssh', 'unknown-port@1:23 ssh', '`22`'],
  ['permit tcp any any eq https', 'unknown-port@1:23 https', '`443`'],
  ['permit tcp any any eq 65536', 'port@1:23 65536', '0 to 65535'],
  ['permit tcp any any eq', 'missing-port@1:22', 'number'],
  ['permit tcp any any range 20 10', 'range-order@1:26 20', '`range 10 20`'],
  ['permit tcp any any range 20', 'missing-port@1:28', 'number'],
  ['permit tcp any any eq 1 2 3 4 5 6 7 8 9 10 11', 'too-many-values@1:44 11', 'entry of their own'],
  ['permit udp any any established', 'needs-tcp@1:20 established', '`tcp`'],
  ['permit tcp any any match-all', 'missing-flag@1:29', 'match-all +syn -ack'],
  ['permit tcp any any match-all +sin', 'unknown-flag@1:30 +sin', 'syn'],
  ['permit tcp any any +syn', 'misplaced-flag@1:20 +syn', '`match-all`'],
  ['permit tcp any any syn match-any +ack', 'mixed-flags@1:24 match-any', 'match-any'],
  ['permit tcp any any established eq 80', 'misplaced-ports@1:32 eq', 'Move it'],
  ['permit icmp any any 256', 'message-type@1:21 256', '0 to 255'],
  ['permit tcp any any eq 80 fragments', 'fragments-with-ports@1:26 fragments', 'fragments'],
  ['permit ip any any dscp 64', 'unknown-dscp@1:24 64', '`ef`'],
  ['permit ip any any dscp ef tos 2', 'dscp-with-precedence@1:27 tos', 'one of the two'],
  ['permit ip any any log log', 'twice@1:23 log', 'Leave it out'],
  ['permit ip any any bananas', 'unknown-option@1:19 bananas', '`log`'],
  ['permit object-group WEB any any', 'unsupported@1:8 object-group', 'one entry for each'],
  ['0 permit ip any any', 'sequence@1:1 0', 'leave it out'],
  ['permit ip any any sequence 10', 'ipv6-only@1:19 sequence', 'beginning of the line'],
  ['permit ip any any time-range', 'missing-time-range@1:29', 'name'],
  ['permit ip any any – log', 'character@1:19', 'plain'],
  ['ip access-list extended FOO', 'header@1:1 ip', 'permit'],
  ['access-list 101 permit ip any any', 'header@1:1 access-list', 'permit'],
] as const) {
  test(`${text}: ${brief}`, t => {
    const [problem] = problemsOf(text);
    t.deepEqual(briefly(problem ? [problem] : []), [brief]);
    t.is(problem?.severity, 'error');
    t.true(problem?.fix.includes(fix), problem?.fix);
    t.true((problem?.message.length ?? 0) > 15);
    t.is(parseAcl(text, {name: 'test'}).acl.entries.length, 0);
  });
}

for (const [text, why] of [
  ['permit tcp object-group USERS any', "switch's own configuration"],
  ['permit tcp any addrgroup SERVERS', "switch's own configuration"],
  ['permit tcp any any reflect OUT', 'state'],
  ['evaluate OUT', 'state'],
  ['dynamic X permit ip any any', 'state'],
  ['permit tcp any host ise.example.com eq 8443', 'name'],
  ['permit ip any any option any-options', 'CPU'],
] as const) {
  test(`not possible in a dACL, with the reason: ${text}`, t => {
    const [problem] = problemsOf(text);
    t.is(problem?.code, 'unsupported');
    t.is(problem?.severity, 'error');
    t.true(problem?.message.includes(why), problem?.message);
    t.regex(problem?.message ?? '', /not possible|not supported/i);
  });
}

test('an IPv6 extension header is no protocol, with the reason', t => {
  for (const number of [0, 43, 44, 60]) {
    const [problem] = problemsOf(`permit ${number} any any`, 'ipv6');
    t.is(problem?.code, 'unsupported');
    t.true(problem?.message.includes('extension header'));
  }
  t.deepEqual(problemsOf('permit 50 any any', 'ipv6'), []);
});

for (const [text, brief, fix] of [
  ['permit ip any 10.0.0.0 255.0.0.0', 'netmask@1:24 255.0.0.0', '`10.0.0.0 0.255.255.255`'],
  ['permit ip host 10.0.0.1 any', 'source-not-any@1:11 host', '`any`'],
  ['permit tcp any any gt 65535', 'never-matches@1:23 65535', 'eq 65535'],
] as const) {
  test(`a warning, and still an entry: ${text}`, t => {
    const {acl, problems} = parseAcl(text, {name: 'test'});
    t.deepEqual(briefly(problems), [brief]);
    t.is(problems[0]?.severity, 'warning');
    t.true(problems[0]?.fix.includes(fix), problems[0]?.fix);
    t.is(acl.entries.length, 1);
  });
}

test('all problems of a text are reported, in its order', t => {
  t.deepEqual(
    briefly(
      problemsOf(
        ['permit tpc any any eq domian', 'permit ip any any', 'deny ip any', 'permit udp any any ack bananas'].join(
          '\n',
        ),
      ),
    ),
    [
      'unknown-protocol@1:8 tpc',
      'unknown-port@1:23 domian',
      'missing-destination@3:12',
      'needs-tcp@4:20 ack',
      'unknown-option@4:24 bananas',
    ],
  );
});

for (const [text, brief] of [
  ['permit ipv6 any any sequence', 'sequence@1:29'],
  ['permit ipv6 any any sequence 0', 'sequence@1:30 0'],
  ['permit ipv6 any any sequence ten', 'sequence@1:30 ten'],
  ['10 permit ipv6 any any sequence 10', 'twice@1:24 sequence'],
  ['permit ipv6 any any sequence 10 sequence 20', 'twice@1:33 sequence'],
] as const) {
  test(`IPv6: ${text}: ${brief}`, t => {
    const {acl, problems} = parseAcl(text, {name: 'test', family: 'ipv6'});
    t.deepEqual(briefly(problems), [brief]);
    t.is(acl.entries.length, 0);
  });
}

test('a sequence number that is there twice is an error at the second', t => {
  t.deepEqual(briefly(problemsOf('10 permit ip any any\n10 deny ip any any')), ['sequence-twice@2:1']);
});

test('an entry without a number behind the highest number of all is an error', t => {
  t.deepEqual(briefly(problemsOf('2147483647 permit tcp any any\npermit udp any any')), ['sequence@2:1']);
  t.deepEqual(briefly(problemsOf('2147483637 permit tcp any any\npermit udp any any')), []);
});

test('an entry that RADIUS has no room for is an error, and one that just fits is not', t => {
  const entry = (length: number) => `remark ${'x'.repeat(length - 'remark '.length)}`;
  t.deepEqual(briefly(problemsOf(entry(236))), []);
  t.deepEqual(briefly(problemsOf(entry(237))), ['line-too-long@1:1 remark']);
});

test('what a terminal would act on never gets into a message', t => {
  for (const {message, fix, token = ''} of problemsOf('permit \u001b[2Jtcp any any\npermit tcp any host \u0007')) {
    t.notRegex(message + fix + token, /[^\x20-\x7e…–]/);
  }
});
