// Shadowed and redundant entries, by sets of packets and not by text.
import test from 'ava';
import fc from 'fast-check';
import {exampleOf} from '#protocol/dacl/example-packet.ts';
import {parseAcl} from '#protocol/dacl/parse.ts';
import {idleEntries, searchIdleEntries} from '#protocol/dacl/shadowing.ts';
import {type Packet, verdict} from '#protocol/dacl/verdict.ts';
import {acls, packets} from '#specs/protocol/dacl-arbitraries.ts';

/** `shadowed 2 by 1`, with lines. */
function idle(text: string, family: 'ipv4' | 'ipv6' = 'ipv4'): string[] {
  const {acl} = parseAcl(text, {name: 'test', family});
  return idleEntries(acl).map(
    ({kind, index, by}) => `${kind} ${index + 1} by ${by === null ? 'implicit' : [by].flat().map(place => place + 1)}`,
  );
}

for (const [text, expected] of [
  ['permit ip any any\ndeny tcp any host 10.0.0.11 eq 8449', ['shadowed 2 by 1']],
  ['deny tcp any host 10.0.0.11 eq 8449\npermit ip any any', []],
  ['permit tcp any any eq 80\npermit tcp any any eq www', ['redundant 1 by 2', 'shadowed 2 by 1']],
  [
    'deny ip any 10.0.0.0 0.0.0.127\ndeny ip any 10.0.0.128 0.0.0.127\npermit ip any 10.0.0.0 0.0.0.255\npermit ip any any',
    ['shadowed 3 by 1,2'],
  ],
  [
    'permit tcp any any lt 1024\npermit tcp any any gt 1023\ndeny tcp any any range 1000 2000\npermit ip any any',
    ['shadowed 3 by 1,2'],
  ],
  [
    'permit tcp any any lt 1024\npermit tcp any any gt 1024\ndeny tcp any any eq 1024\npermit icmp any any',
    ['redundant 3 by implicit'],
  ],
  ['permit tcp any any established\ndeny tcp any any eq 80\npermit tcp any any eq 443', ['redundant 2 by implicit']],
  ['deny tcp any any match-any +syn -syn\npermit tcp any any eq 80', []],
  ['deny tcp any any\npermit tcp any any eq 80', ['shadowed 2 by 1']],
  ['deny ip any any', ['redundant 1 by implicit']],
  ['permit ip any 10.0.0.0 0.0.255.0\ndeny ip any host 10.0.7.0', ['shadowed 2 by 1']],
  ['permit udp any any eq 53\npermit ip any any', ['redundant 1 by 2']],
  ['permit udp any any eq 53\ndeny udp any any\npermit ip any any', []],
] as const) {
  test(`idle in ${JSON.stringify(text)}: ${expected.join(', ') || 'nothing'}`, t =>
    t.deepEqual(idle(text), [...expected]));
}

test('an entry with a time range takes no other entry out of use, and can itself be of no use', t => {
  t.deepEqual(idle('permit tcp any any\npermit ip any any time-range WORK'), []);
  t.deepEqual(idle('deny tcp any any time-range WORK\npermit tcp any any eq 80'), []);
  t.deepEqual(idle('permit udp any any\ndeny tcp any any time-range WORK\npermit ip any any'), ['redundant 1 by 3']);
  t.deepEqual(idle('permit ip any any\ndeny tcp any any time-range WORK'), ['shadowed 2 by 1']);
});

test('an explicit deny of everything in an IPv6 list is not the implicit one: that permits neighbour discovery', t => {
  t.deepEqual(idle('permit tcp any any\ndeny ipv6 any any', 'ipv6'), []);
  t.deepEqual(idle('permit tcp any any\ndeny udp any any', 'ipv6'), ['redundant 2 by implicit']);
});

const seed = 1012;
for (const family of ['ipv4', 'ipv6'] as const) {
  test(`an ${family} list without one of its idle entries does the same with every packet, seed ${seed}`, t => {
    let found = 0;
    const inputs = acls(family).chain(acl =>
      fc.tuple(fc.constant(acl), fc.array(packets(acl), {minLength: 20, maxLength: 20})),
    );
    fc.assert(
      fc.property(inputs, ([acl, sent]) => {
        for (const {kind, index, example} of idleEntries(acl)) {
          found += 1;
          const without = {...acl, entries: acl.entries.toSpliced(index, 1)};
          for (const packet of [...sent, exampleOf(example, family)]) {
            t.is(verdict(without, packet).verdict, verdict(acl, packet).verdict, JSON.stringify({acl, index, packet}));
            if (kind === 'shadowed') t.not(verdict(acl, packet).line, index + 1);
          }
        }
      }),
      {seed, numRuns: 300},
    );
    t.true(found > 100, `${found} idle entries`);
  });

  test(`an ${family} entry that is not shadowed decides about some packet, seed ${seed}`, t => {
    fc.assert(
      fc.property(acls(family), acl => {
        const shadowed = new Set(
          idleEntries(acl)
            .filter(({kind}) => kind === 'shadowed')
            .map(({index}) => index),
        );
        for (const {index, example} of idleEntries(acl).filter(({kind}) => kind === 'redundant')) {
          t.is(verdict(acl, exampleOf(example, family)).line, index + 1, JSON.stringify(acl));
          t.false(shadowed.has(index));
        }
      }),
      {seed, numRuns: 300},
    );
  });
}

test(`in lists of few addresses and ports, exactly the entries that no packet needs are idle, seed ${seed}`, t => {
  let found = 0;
  fc.assert(
    fc.property(fc.array(smallEntries, {minLength: 2, maxLength: 9}), lines => {
      const {acl} = parseAcl(lines.join('\n'), {name: 'test'});
      const idle = new Set(idleEntries(acl).map(({index}) => index));
      found += idle.size;
      for (const index of acl.entries.keys()) {
        const without = {...acl, entries: acl.entries.toSpliced(index, 1)};
        const isNeeded = smallSpace.some(packet => verdict(acl, packet).verdict !== verdict(without, packet).verdict);
        t.is(idle.has(index), !isNeeded, `entry ${index + 1} of\n${lines.join('\n')}`);
      }
    }),
    {seed, numRuns: 400},
  );
  t.true(found > 400, `${found} idle entries`);
});

const smallEntries = fc
  .record({
    action: fc.constantFrom('permit', 'deny'),
    protocol: fc.constantFrom('ip', 'tcp', 'udp'),
    to: fc.constantFrom(
      'any',
      'host 10.0.0.1',
      'host 10.0.0.2',
      'host 10.0.0.3',
      '10.0.0.0 0.0.0.1',
      '10.0.0.0 0.0.0.2',
      '10.0.0.0 0.0.0.3',
    ),
    port: fc.constantFrom('', '', 'eq 1', 'eq 2', 'eq 2 3', 'range 1 3', 'gt 2', 'lt 2', 'neq 2'),
  })
  .map(({action, protocol, to, port}) => `${action} ${protocol} any ${to} ${protocol === 'ip' ? '' : port}`.trim());

/** One packet of every kind that those entries can tell apart. */
const smallSpace: Packet[] = [0, 1, 2, 3, 4].flatMap(host =>
  [6, 17, 47].flatMap(protocol => {
    const packet = {protocol, source: '192.168.255.193', destination: `10.0.0.${host}`, ttl: 64};
    const ports = protocol === 47 ? [undefined] : [0, 1, 2, 3, 4];
    return [
      {...packet, fragment: true},
      ...ports.map(port => (port === undefined ? packet : {...packet, sourcePort: 50_000, destinationPort: port})),
    ];
  }),
);

test('a list of 10,000 entries is searched to the end: hosts, networks and ports in turns', t => {
  const entries = Array.from({length: 9996}, (_, index) => {
    const [a, b] = [index >> 8, index & 255];
    return [
      `permit tcp any host 10.${a}.${b}.1 eq ${1000 + index}`,
      `deny udp any 10.${a}.${b}.0 0.0.0.255 eq ${2000 + (index % 500)}`,
      `permit udp any host 10.${a}.${b}.7`,
    ][index % 3];
  });
  const {acl} = parseAcl([...entries, entries[77], 'permit ip any 10.0.0.0 0.255.255.255'].join('\n'), {name: 'test'});
  const {idle, isComplete} = searchIdleEntries(acl);
  t.true(isComplete);
  t.deepEqual(
    idle.filter(({kind}) => kind === 'shadowed').map(({index}) => index),
    [9996],
  );
  t.is(idle.filter(({kind}) => kind === 'redundant').length, 6664);
});

test('a list in which everything overlaps is not compared to the end, and that is told', t => {
  const entries = Array.from(
    {length: 4000},
    (_, index) => `permit tcp host 10.0.${index >> 8}.${index & 255} any eq 80`,
  );
  const {acl} = parseAcl(entries.join('\n'), {name: 'test'});
  t.false(searchIdleEntries(acl).isComplete);
  t.true(searchIdleEntries({...acl, entries: acl.entries.slice(0, 500)}).isComplete);
});
