// First match wins, and what of a packet an entry can see (domain.md 10.3; IOS command reference, "Access list processing of fragments").
import test from 'ava';
import {parseAcl} from '#protocol/dacl/parse.ts';
import {type Packet, verdict} from '#protocol/dacl/verdict.ts';
import type {Family} from '#specs/protocol/dacl-text.ts';

const base = {source: '192.168.255.193', destination: '10.10.1.11'};
const tcp = (fields: Partial<Packet> = {}): Packet => ({
  ...base,
  protocol: 6,
  sourcePort: 50_000,
  destinationPort: 8449,
  flags: ['syn'],
  ttl: 64,
  ...fields,
});
const udp = (fields: Partial<Packet> = {}): Packet => ({
  ...base,
  protocol: 17,
  sourcePort: 68,
  destinationPort: 67,
  ttl: 64,
  ...fields,
});
const icmp = (icmpType: number, icmpCode = 0): Packet => ({...base, protocol: 1, icmpType, icmpCode});

function judged(text: string, packet: Packet, family: Family = 'ipv4'): string {
  const {acl} = parseAcl(text, {name: 'test', family});
  const {verdict: answer, line} = verdict(acl, packet);
  return line === null ? `${answer} implicitly` : `${answer} by ${line}`;
}

for (const [text, packet, expected] of [
  ['deny tcp any host 10.10.1.11 eq 8449\npermit ip any any', tcp(), 'deny by 1'],
  ['permit ip any any\ndeny tcp any host 10.10.1.11 eq 8449', tcp(), 'permit by 1'],
  ['deny tcp any host 10.10.1.11 eq 8449\npermit ip any any', tcp({destinationPort: 8448}), 'permit by 2'],
  ['deny tcp any host 10.10.1.12 eq 8449', tcp(), 'deny implicitly'],
  ['', tcp(), 'deny implicitly'],
  ['permit udp any any', tcp(), 'deny implicitly'],
  ['permit ip any 10.10.0.0 0.0.255.255', tcp(), 'permit by 1'],
  ['permit ip any 10.10.0.0 0.0.0.255', tcp(), 'deny implicitly'],
  ['permit ip any 10.0.0.11 0.255.255.0', tcp(), 'permit by 1'],
  ['permit ip any 10.0.0.12 0.255.255.0', tcp(), 'deny implicitly'],
  ['permit ip host 192.168.255.193 any', tcp(), 'permit by 1'],
  ['permit tcp any any eq 80 443 8449', tcp(), 'permit by 1'],
  ['permit tcp any any neq 80 443', tcp(), 'permit by 1'],
  ['permit tcp any any neq 80 8449', tcp(), 'deny implicitly'],
  ['permit tcp any any gt 8448', tcp(), 'permit by 1'],
  ['permit tcp any any gt 8449', tcp(), 'deny implicitly'],
  ['permit tcp any any lt 8450', tcp(), 'permit by 1'],
  ['permit tcp any any lt 8449', tcp(), 'deny implicitly'],
  ['permit tcp any any range 8449 8450', tcp(), 'permit by 1'],
  ['permit tcp any any range 8450 8460', tcp(), 'deny implicitly'],
  ['permit tcp any range 49152 65535 any', tcp(), 'permit by 1'],
  ['permit udp any eq bootpc any eq bootps', udp(), 'permit by 1'],
  ['permit tcp any any established', tcp(), 'deny implicitly'],
  ['permit tcp any any established', tcp({flags: ['ack']}), 'permit by 1'],
  ['permit tcp any any established', tcp({flags: ['rst']}), 'permit by 1'],
  ['permit tcp any any match-all +syn -ack', tcp(), 'permit by 1'],
  ['permit tcp any any match-all +syn -ack', tcp({flags: ['syn', 'ack']}), 'deny implicitly'],
  ['permit tcp any any match-any +fin -ack', tcp(), 'permit by 1'],
  ['permit tcp any any match-any +fin -ack', tcp({flags: ['ack']}), 'deny implicitly'],
  ['permit tcp any any syn ack', tcp(), 'permit by 1'],
  ['permit icmp any any echo', icmp(8), 'permit by 1'],
  ['permit icmp any any echo', icmp(0), 'deny implicitly'],
  ['permit icmp any any unreachable', icmp(3, 13), 'permit by 1'],
  ['permit icmp any any net-unreachable', icmp(3, 1), 'deny implicitly'],
  ['permit ip any any dscp ef', tcp({dscp: 46}), 'permit by 1'],
  ['permit ip any any dscp ef', tcp(), 'deny implicitly'],
  ['permit ip any any precedence critical', tcp({dscp: 46}), 'permit by 1'],
  ['permit ip any any tos 12', tcp({dscp: 46}), 'permit by 1'],
  ['permit ip any any ttl lt 64', tcp(), 'deny implicitly'],
  ['permit ip any any ttl eq 64', tcp(), 'permit by 1'],
  ['permit igmp any any v2-report', {...base, protocol: 2, igmpType: 6}, 'permit by 1'],
  ['permit gre any any', {...base, protocol: 47}, 'permit by 1'],
] as const satisfies [string, Packet, string][]) {
  test(`${text.replaceAll('\n', ' / ') || 'no entry'}: ${expected} for ${JSON.stringify(packet)}`, t => {
    t.is(judged(text, packet), expected);
  });
}

test('of later fragments, a permit with ports matches by addresses, and a deny with ports is passed over', t => {
  const fragment = tcp({fragment: true});
  t.is(judged('deny tcp any any eq 8449\npermit tcp any any eq 80', fragment), 'permit by 2');
  t.is(judged('deny tcp any any eq 8449', fragment), 'deny implicitly');
  t.is(judged('permit tcp any any established', fragment), 'permit by 1');
  t.is(judged('deny tcp any any', fragment), 'deny by 1');
  t.is(judged('deny ip any any fragments\npermit ip any any', fragment), 'deny by 1');
  t.is(judged('deny ip any any fragments\npermit ip any any', tcp()), 'permit by 2');
});

const discovery = {...base, source: 'fe80::1', destination: 'ff02::1:ff00:1', protocol: 58, icmpType: 135, icmpCode: 0};

test('an IPv6 list permits neighbour discovery before its implicit deny, and nothing else', t => {
  t.is(judged('deny tcp any any', discovery, 'ipv6'), 'permit implicitly');
  t.is(judged('deny tcp any any', {...discovery, icmpType: 136}, 'ipv6'), 'permit implicitly');
  t.is(judged('deny tcp any any', {...discovery, icmpType: 134}, 'ipv6'), 'deny implicitly');
  t.is(judged('deny ipv6 any any', discovery, 'ipv6'), 'deny by 1');
});

test('the implicit permits of neighbour discovery can be switched off', t => {
  const {acl} = parseAcl('permit tcp any any', {name: 'test', family: 'ipv6', permitsNeighbourDiscovery: false});
  t.deepEqual(verdict(acl, discovery), {verdict: 'deny', line: null});
});

test('a packet of the other family is denied implicitly', t => {
  t.is(judged('permit ip any any', {...tcp(), source: '2001:db8::1', destination: '2001:db8::2'}), 'deny implicitly');
  t.is(judged('permit ipv6 any any', tcp(), 'ipv6'), 'deny implicitly');
});

test('IPv6 prefixes match to the bit', t => {
  const packet = (destination: string) => ({
    ...discovery,
    protocol: 6,
    destination,
    destinationPort: 80,
    sourcePort: 1,
  });
  t.is(judged('permit ipv6 any 2001:db8::/33', packet('2001:db8:7fff::1'), 'ipv6'), 'permit by 1');
  t.is(judged('permit ipv6 any 2001:db8::/33', packet('2001:db8:8000::1'), 'ipv6'), 'deny implicitly');
});
