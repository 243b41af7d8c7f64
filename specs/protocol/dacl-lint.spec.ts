// The questions of an administrator about a dACL (domain.md 8.4, 10.4, 11), each with a packet that proves the answer.
import test from 'ava';
import fc from 'fast-check';
import {fixAcl} from '#protocol/dacl/fix.ts';
import {type LintOptions, lintAcl} from '#protocol/dacl/lint.ts';
import {parseTimeRanges} from '#protocol/dacl/parse-time-ranges.ts';
import {showAce} from '#protocol/dacl/show.ts';
import {verdict} from '#protocol/dacl/verdict.ts';
import {acls} from '#specs/protocol/dacl-arbitraries.ts';

const psns = ['10.10.1.11', '10.10.2.12'];
const compliant: LintOptions = {family: 'ipv4', psns, port: 8449, state: 'compliant'};
const prePosture: LintOptions = {...compliant, state: 'pre-posture'};

function found(text: string, options: LintOptions = compliant): string[] {
  return lintAcl(text, options).problems.map(({severity, code, line}) => `${severity} ${code}@${line}`);
}

const good = ['deny tcp any host 10.10.1.11 eq 8449', 'deny tcp any host 10.10.2.12 eq 8449', 'permit ip any any'];

for (const [claim, lines, expected] of [
  ['a deny for each PSN on top is good', good, []],
  [
    'denies of the probe are wanted, also where the implicit deny would do',
    [...good.slice(0, 2), 'permit udp any any'],
    [],
  ],
  ['an implicit deny is good enough', ['permit tcp any any eq 443', 'permit udp any any eq 53'], []],
  [
    'no deny at all lets both probes through',
    ['permit ip any any'],
    ['error probe-not-denied@1', 'error probe-not-denied@1'],
  ],
  ['a PSN without its deny is found', [good[0], good[2]], ['error probe-not-denied@2']],
  [
    'a permit above the deny makes it dead',
    [good[2], good[0], good[1]],
    ['error probe-denied-too-late@1', 'error probe-denied-too-late@1', 'warning shadowed@2', 'warning shadowed@3'],
  ],
  [
    'a permit of a part of the probes is found',
    ['permit tcp any gt 50000 any', ...good.slice(0, 2)],
    ['error probe-denied-too-late@1', 'error probe-denied-too-late@1'],
  ],
  [
    'a deny at some times lets the probe through at the others',
    [`${good[0]} time-range WORK`, good[1], good[2]],
    ['warning time-range-missing@1', 'error probe-not-denied@3'],
  ],
  ['permits of established connections do not let a probe begin', ['permit tcp any any established', ...good], []],
  [
    'an established deny does not stop a probe',
    ['deny tcp any any established', good[2]],
    ['error probe-not-denied@2', 'error probe-not-denied@2'],
  ],
  ['a deny of a network is as good', ['deny tcp any 10.10.0.0 0.0.255.255 eq 8449', good[2]], []],
  [
    'the wrong port is told',
    ['deny tcp any host 10.10.1.11 eq 8500', good[1], good[2]],
    ['warning deny-wrong-port@1', 'error probe-not-denied@3'],
  ],
  ['the wrong address is told', ['deny tcp any host 10.10.1.21 eq 8449', ...good], ['warning deny-no-psn@1']],
  ['a netmask is told, and that it opens too little', ['permit ip any 10.0.0.0 255.0.0.0'], ['warning netmask@1']],
  [
    'a source that is not any is an error on a port',
    ['deny tcp host 10.1.1.1 host 10.10.1.11 eq 8449', good[1], good[2]],
    ['error source-not-any@1', 'error probe-not-denied@3'],
  ],
  [
    'a probe port open to everybody is told',
    [...good.slice(0, 2), 'permit tcp any any eq 8449', 'permit udp any any'],
    ['warning probe-port-open@3'],
  ],
  ['problems of the language are among them', ['permt ip any any'], ['error unknown-action@1']],
] as const) {
  test(`compliant: ${claim}`, t => t.deepEqual(found(lines.join('\n')), [...expected]));
}

const open = [
  'permit udp any eq bootpc any eq bootps',
  'permit udp any any eq domain',
  ...psns.flatMap(psn => [8443, 8905, 8449].map(port => `permit tcp any host ${psn} eq ${port}`)),
];

test('pre-posture: a list that opens what discovery needs is good', t =>
  t.deepEqual(found(open.join('\n'), prePosture), []));

for (const [claim, without, expected] of [
  ['DHCP', 0, 'dhcp-blocked'],
  ['DNS', 1, 'dns-blocked'],
  ['the portal', 2, 'portal-blocked'],
  ['posture', 3, 'posture-blocked'],
  ['the probe', 4, 'probe-blocked'],
] as const) {
  test(`pre-posture: a list without ${claim} is found, and its packet is denied`, t => {
    const text = open.toSpliced(without, 1).join('\n');
    const {acl, problems} = lintAcl(text, prePosture);
    t.deepEqual(
      problems.map(({code}) => code),
      [expected],
    );
    const packet = problems[0]?.packet;
    t.is(packet && verdict(acl, packet).verdict, 'deny');
    t.deepEqual(fixAcl(text, prePosture).problems, []);
  });
}

test('without PSNs, those that the list names are looked after, and a list that names none is asked about', t => {
  const options = {...compliant, psns: []};
  t.deepEqual(found(good.join('\n'), options), []);
  t.deepEqual(found([good[2], good[0]].join('\n'), options), ['error probe-denied-too-late@1', 'warning shadowed@2']);
  t.deepEqual(found('permit ip any any', options), ['warning no-probe-deny@1']);
  t.deepEqual(found('deny ip any any', options), []);
});

test('the port of the probe can be another one', t => {
  const text = good.join('\n').replaceAll('8449', '8500');
  t.deepEqual(found(text, {...compliant, port: 8500}), []);
  t.is(found(text).filter(code => code.startsWith('error')).length, 2);
});

test('IPv6 lists are judged for the PSNs that have IPv6 addresses', t => {
  const options: LintOptions = {...compliant, family: 'ipv6', psns: ['10.10.1.11', '2001:DB8::11']};
  t.deepEqual(found('deny tcp any host 2001:db8::11 eq 8449\npermit ipv6 any any', options), []);
  t.deepEqual(found('permit ipv6 any any', options), ['error probe-not-denied@1']);
});

test('the example packet of every probe problem is permitted by the line that is told', t => {
  for (const lines of [
    ['permit ip any any'],
    [good[2], good[0]],
    ['permit tcp any gt 50000 any'],
    ['permit ip any 10.0.0.0 0.255.255.255'],
  ]) {
    const {acl, problems} = lintAcl(lines.join('\n'), compliant);
    for (const {packet, line} of problems.filter(({code}) => code.startsWith('probe'))) {
      t.deepEqual(packet && verdict(acl, packet), {verdict: 'permit', line});
      t.is(packet?.destinationPort, 8449);
    }
  }
});

test('time ranges that the switch lacks are told', t => {
  const {ranges} = parseTimeRanges('time-range WORK\n periodic daily 8:00 to 17:00');
  const text = 'deny ip any any time-range WORK\npermit udp any any time-range HOME';
  t.deepEqual(
    found(text, {...compliant, psns: [], timeRanges: ranges}).filter(code => code.includes('time')),
    ['warning time-range-missing@2'],
  );
  t.is(found(text, {...compliant, psns: []}).filter(code => code.includes('time')).length, 2);
});

test('a list that takes more than one RADIUS packet, or most of a TCAM, is told', t => {
  const hosts = (count: number) =>
    Array.from({length: count}, (_, index) => `permit tcp any host 10.1.${index >> 8}.${index & 255} eq 443`);
  const codes = (count: number) => lintAcl(hosts(count).join('\n'), compliant).problems.map(({code}) => code);
  t.deepEqual(codes(50), []);
  t.deepEqual(codes(100), ['radius-size']);
  t.deepEqual(codes(700), ['radius-size', 'tcam-size']);
});

for (const [claim, text, fixed] of [
  ['missing denies go on top', 'permit ip any any', good.join('\n')],
  [
    'a deny that comes too late is moved',
    [good[0], good[2], good[1]].join('\n'),
    [good[1], good[0], good[2]].join('\n'),
  ],
  [
    'words are corrected',
    'deny tpc any host 10.10.1.11 eq 8449\ndeny tcp any host 10.10.2.12 eq 8449\npermit udp any any eq domian',
    'deny tcp any host 10.10.1.11 eq 8449\ndeny tcp any host 10.10.2.12 eq 8449\npermit udp any any eq domain',
  ],
  ['a netmask becomes a wildcard', 'permit udp any 10.0.0.0 255.0.0.0', 'permit udp any 10.0.0.0 0.255.255.255'],
  ['a prefix becomes a wildcard', 'permit udp any 10.0.0.0/8', 'permit udp any 10.0.0.0 0.255.255.255'],
  ['a source becomes any', 'permit udp host 10.1.1.1 any', 'permit udp any any'],
  ['a wildcard source becomes any', 'permit udp 10.1.1.0 0.0.0.255 any', 'permit udp any any'],
  ['a range is turned round', 'permit udp any any range 20 10', 'permit udp any any range 10 20'],
  ['two slips in one line', 'permit upd 10.1.1.0 0.0.0.255 any range 20 10', 'permit udp any any range 10 20'],
  ['what is there twice goes', 'permit udp any any eq 53\npermit udp any any eq domain', 'permit udp any any eq 53'],
] as const) {
  test(`fix: ${claim}`, t => t.is(fixAcl(text, compliant).text, fixed));
}

const seed = 222483;
test(`every example packet comes from the text that is judged, and fixing ends with no probe let through, seed ${seed}`, t => {
  fc.assert(
    fc.property(acls('ipv4'), generated => {
      const text = generated.entries.map(ace => showAce(ace)).join('\n');
      const {acl, problems} = lintAcl(text, compliant);
      for (const {code, packet, line} of problems) {
        if (packet === undefined) continue;
        const decided = verdict(acl, packet);
        if (code.startsWith('probe-')) t.is(decided.line, line, `${text}\n${code}`);
        if (code === 'shadowed') t.not(decided.line, line, `${text}\n${code}`);
        if (code === 'redundant') t.is(decided.line, line, `${text}\n${code}`);
      }
      const fixed = fixAcl(text, compliant);
      t.deepEqual(
        fixed.problems.filter(({code}) => code.startsWith('probe-not') || code.startsWith('probe-denied')),
        [],
        fixed.text,
      );
    }),
    {seed, numRuns: 200},
  );
});
