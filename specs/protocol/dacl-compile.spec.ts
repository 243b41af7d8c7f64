// What nft is told of an entry. That the kernel then does what verdict() says is for specs/kernel to prove.
import test from 'ava';
import {type CompiledAcl, compileAcl, readComment} from '#protocol/dacl/compile.ts';
import {parseAcl} from '#protocol/dacl/parse.ts';
import type {Family} from '#specs/protocol/dacl-text.ts';

function compiled(text: string, family: Family = 'ipv4'): CompiledAcl {
  return compileAcl(parseAcl(text, {name: 'test', family}).acl, 'acl_1');
}

/** The rule of the first entry, without counter, verdict and comment; `undefined`: there is none. */
function conditions(line: string, {family = 'ipv4', chain = 'acl_1'}: {family?: Family; chain?: string} = {}) {
  const rules = compiled(line, family).chains.find(({name}) => name === chain)?.rules ?? [];
  return rules.find(rule => rule.includes('"line 1"'))?.replace(/ ?counter (accept|drop) comment "line 1"$/, '');
}

for (const [entry, whole, fragments] of [
  ['permit ip any any', '', undefined],
  ['deny tcp any host 10.0.0.1 eq 8449', 'ip daddr 10.0.0.1 meta l4proto 6 tcp dport 8449', undefined],
  [
    'permit tcp any host 10.0.0.1 eq 8449',
    'ip daddr 10.0.0.1 meta l4proto 6 tcp dport 8449',
    'ip daddr 10.0.0.1 meta l4proto 6',
  ],
  [
    'permit tcp any 10.0.0.0 0.0.0.255 range 80 90',
    'ip daddr 10.0.0.0/24 meta l4proto 6 tcp dport 80-90',
    'ip daddr 10.0.0.0/24 meta l4proto 6',
  ],
  ['permit tcp any any neq 25 26', 'meta l4proto 6 tcp dport != { 25, 26 }', 'meta l4proto 6'],
  ['permit udp any gt 1023 any lt 1024', 'meta l4proto 17 udp sport >= 1024 udp dport <= 1023', 'meta l4proto 17'],
  ['permit tcp any any gt 65535', undefined, 'meta l4proto 6'],
  ['permit tcp any any lt 0', undefined, 'meta l4proto 6'],
  ['permit tcp any any established', 'meta l4proto 6 tcp flags & (ack | rst) != 0', 'meta l4proto 6'],
  ['permit tcp any any match-all +syn -ack', 'meta l4proto 6 tcp flags & 18 == 2', 'meta l4proto 6'],
  ['permit tcp any any match-any +syn -ack', 'meta l4proto 6 tcp flags & 18 != 16', 'meta l4proto 6'],
  ['permit icmp any any 3 13', 'meta l4proto 1 icmp type 3 icmp code 13', 'meta l4proto 1'],
  ['permit igmp any any v2-report', 'meta l4proto 2 @th,0,8 22', 'meta l4proto 2'],
  ['permit ip any any dscp ef', 'ip dscp 46', undefined],
  ['permit ip any any precedence critical', 'ip dscp 40-47', undefined],
  ['permit ip any any tos max-reliability', '@nh,11,4 2', undefined],
  ['permit ip any any ttl range 1 5', 'ip ttl 1-5', undefined],
  ['deny ip any any fragments', undefined, ''],
  ['permit ip host 10.0.0.9 10.0.0.1 0.0.255.0', 'ip saddr 10.0.0.9 ip daddr & 255.255.0.255 == 10.0.0.1', undefined],
] as const) {
  test(`${entry} asks ${whole ?? 'no whole packet'}, and of later fragments ${fragments ?? 'nothing else'}`, t => {
    t.is(conditions(entry), whole);
    t.is(conditions(entry, {chain: 'acl_1_fragments'}), fragments);
  });
}

test('IPv6 entries ask IPv6 headers, and neighbour discovery passes at the end unless that is switched off', t => {
  t.is(
    conditions('permit udp any 2001:db8::/32 eq 53 dscp ef', {family: 'ipv6'}),
    'ip6 daddr 2001:db8::/32 ip6 dscp 46 meta l4proto 17 udp dport 53',
  );
  t.is(conditions('permit icmp any any nd-ns', {family: 'ipv6'}), 'meta l4proto 58 icmpv6 type 135');
  const rules = compiled('permit tcp any any', 'ipv6').chains[0]?.rules.slice(-2);
  t.deepEqual(rules, ['icmpv6 type { 135, 136 } accept', 'counter drop comment "implicit"']);
  const {acl} = parseAcl('permit tcp any any', {name: 'test', family: 'ipv6', permitsNeighbourDiscovery: false});
  t.false(JSON.stringify(compileAcl(acl, 'acl_1')).includes('icmpv6'));
});

test('first come the fragments, last the implicit deny, and every rule between has a counter and its line', t => {
  const {chains, chain} = compiled('deny tcp any any eq 1\npermit udp any any\npermit icmp any any echo');
  t.is(chain, 'acl_1');
  const whole = chains.find(({name}) => name === chain)?.rules ?? [];
  t.is(whole[0], 'ip frag-off & 0x1fff != 0 goto acl_1_fragments');
  t.is(whole.at(-1), 'counter drop comment "implicit"');
  t.deepEqual(
    whole.slice(1).map(rule => readComment(/comment "(.*)"/.exec(rule)?.[1] ?? '')),
    [1, 2, 3, null],
  );
  t.deepEqual(
    whole.slice(1).map(rule => /counter (\w+)/.exec(rule)?.[1]),
    ['drop', 'accept', 'accept', 'drop'],
  );
  t.is(chains[0]?.name, 'acl_1_fragments', 'what is referred to is made first');
});

const hosts = (count: number) =>
  Array.from(
    {length: count},
    (_, index) => `${index % 3 ? 'permit' : 'deny'} tcp any host 10.0.0.${index + 1} eq ${2000 + index}`,
  );

test('eight entries in a row that ask for one value of the same fields become a map, and seven do not', t => {
  t.is(compiled(hosts(7).join('\n')).maps.length, 0);
  const {maps, chains} = compiled([...hosts(8), 'permit ip any any'].join('\n'));
  const map = maps.find(({type}) => type === 'ipv4_addr . inet_service');
  t.deepEqual(map?.elements.slice(0, 2), [
    '10.0.0.1 . 2000 comment "line 1" : drop',
    '10.0.0.2 . 2001 comment "line 2" : accept',
  ]);
  t.is(map?.elements.length, 8);
  const rules = chains.find(({name}) => name === 'acl_1')?.rules ?? [];
  t.is(rules[1], `meta l4proto 6 ip daddr . th dport vmap @${map?.name}`);
  t.is(rules.length, 4);
});

test('what all entries of a map ask for is asked for once, before it', t => {
  const eight = (line: (index: number) => string) => Array.from({length: 8}, (_, index) => line(index));
  for (const [lines, rule, element] of [
    [
      eight(index => `deny ${index === 7 ? 'udp' : 'tcp'} any host 10.0.0.${index} eq 53`),
      'th dport 53 ip daddr . meta l4proto vmap',
      '10.0.0.0 . 6 comment "line 1" : drop',
    ],
    [
      eight(index => `deny tcp any host 10.0.0.1 eq ${index}`),
      'ip daddr 10.0.0.1 meta l4proto 6 th dport vmap',
      '0 comment "line 1" : drop',
    ],
    [eight(index => `deny ip any host 10.0.0.${index}`), 'ip daddr vmap', '10.0.0.0 comment "line 1" : drop'],
  ] as const) {
    const {maps, chains} = compiled(lines.join('\n'));
    const [map] = maps.slice(-1);
    const rules = chains.find(({name}) => name === 'acl_1')?.rules ?? [];
    t.is(rules.at(-2), `${rule} @${map?.name}`);
    t.is(map?.elements[0], element);
  }
});

test('a map is for one shape: source and destination, and their ports, are told apart', t => {
  const lines = Array.from({length: 8}, (_, index) => [
    `permit udp host 10.0.0.${index} eq ${100 + index} any`,
    `permit udp any host 10.0.0.${index} eq ${100 + index}`,
  ]);
  const rulesOf = (entries: string[]) =>
    compiled(entries.join('\n'))
      .chains.find(({name}) => name === 'acl_1')
      ?.rules.slice(1, -1) ?? [];
  const sorted = rulesOf([
    ...lines.map(([source = '']) => source),
    ...lines.map(([, destination = '']) => destination),
  ]);
  t.deepEqual(
    sorted.map(rule => rule.replace(/@\w+/, '')),
    ['meta l4proto 17 ip saddr . th sport vmap ', 'meta l4proto 17 ip daddr . th dport vmap '],
  );
  t.is(rulesOf(lines.flat()).length, 16, 'in turns, they are no run');
});

test('an entry that another makes dead by asking for the same is left out, and what comes between keeps its place', t => {
  const lines = [...hosts(4), 'permit udp any any', ...hosts(8).slice(4), 'deny tcp any host 10.0.0.2 eq 2001'];
  const {chains, maps} = compiled(lines.join('\n'));
  t.is(maps.length, 0);
  const rules = chains.find(({name}) => name === 'acl_1')?.rules ?? [];
  t.deepEqual(
    rules.slice(1).map(rule => readComment(/comment "(.*)"/.exec(rule)?.[1] ?? '')),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, null],
  );
});

test('comments that are none of ours are not read as lines', t => {
  for (const comment of ['line', 'line x', 'line 1 ', ' line 1', 'line -1']) t.is(readComment(comment), undefined);
  t.is(readComment('line 12'), 12);
  t.is(readComment('implicit'), null);
});
