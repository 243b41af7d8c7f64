/** Access lists for fast-check, and packets that lie on their borders. */
import fc from 'fast-check';
import type {Ace, Acl, AddressMatch, IcmpMatch, PortMatch, TcpFlag} from '#protocol/dacl/acl.ts';
import {formatIpv4, formatIpv6, parseIpv4, parseIpv6} from '#protocol/dacl/ip-address.ts';
import type {Packet} from '#protocol/dacl/verdict.ts';

type Family = Acl['family'];

const flagNames: TcpFlag[] = ['fin', 'syn', 'rst', 'psh', 'ack', 'urg'];
const icmpNumber = {ipv4: 1, ipv6: 58};

/** Few addresses, so that entries and packets meet. */
const pool = {
  ipv4: ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.1.1', '10.1.0.255', '192.168.7.9'],
  ipv6: ['2001:db8::1', '2001:db8::2', '2001:db8:0:1::1', '2001:db8:1::ffff', 'fe80::7'],
};

export function acls(family: Family, {maxEntries = 12} = {}): fc.Arbitrary<Acl> {
  const mixed = fc.array(aces(family), {minLength: 1, maxLength: maxEntries});
  return fc
    .oneof({weight: 4, arbitrary: mixed}, {weight: 1, arbitrary: withRun(family)})
    .map(entries => ({name: 'generated', family, entries: entries.map((ace, index) => ({...ace, line: index + 1}))}));
}

/** Many entries in a row of hosts and ports, which the compiler turns into a map, among others. */
function withRun(family: Family): fc.Arbitrary<Ace[]> {
  const port = fc.constantFrom(53, 80, 443, 8449).map((value): PortMatch => ({operator: 'eq', values: [value]}));
  const host = fc.constantFrom(...pool[family]).map((address): AddressMatch => ({kind: 'host', address}));
  const any = fc.constant<AddressMatch>({kind: 'any'});
  const common = {line: fc.constant(1), action: actions, protocol: fc.constant(6)};
  const to = fc.record({...common, source: any, destination: host, destinationPort: port});
  const from = fc.record({...common, source: host, sourcePort: port, destination: any});
  const run = (one: fc.Arbitrary<Ace>) => fc.array(one, {minLength: 10, maxLength: 20});
  return fc
    .tuple(fc.array(aces(family), {maxLength: 2}), fc.oneof(run(to), run(from)), fc.array(aces(family), {maxLength: 2}))
    .map(parts => parts.flat());
}

/** Entries as the parser makes them: what it would write differently does not occur. */
export function aces(family: Family): fc.Arbitrary<Ace> {
  return fc.oneof(
    {weight: 4, arbitrary: withPorts(family, 6)},
    {weight: 2, arbitrary: withPorts(family, 17)},
    {weight: 2, arbitrary: withIcmp(family)},
    {weight: family === 'ipv4' ? 1 : 0, arbitrary: withIgmp(family)},
    {weight: 2, arbitrary: plain(family)},
  );
}

/** Packets for a list: of its own addresses, ports and message types, and their neighbours. */
export function packets({family, entries}: Acl): fc.Arbitrary<Packet> {
  const addresses = fc.constantFrom(...new Set([...pool[family], ...entries.flatMap(ace => bordersOf(ace, family))]));
  const ports = fc.oneof(
    fc.constantFrom(
      ...numbersNear(
        entries.flatMap(({sourcePort, destinationPort}) => [sourcePort, destinationPort]),
        65535,
      ),
    ),
    fc.integer({min: 0, max: 65535}),
  );
  const ttl = fc.constantFrom(
    ...numbersNear(
      entries.map(ace => ace.ttl),
      255,
    ).filter(value => value > 0),
  );
  const header = {source: addresses, destination: addresses, dscp: dscps, ttl};
  const own = entries.map(({protocol}) => protocol).filter(protocol => protocol !== undefined);
  const icmpTypes = entries.flatMap(({icmp}) => (icmp ? [icmp.type] : []));
  const icmpCodes = entries.flatMap(({icmp}) => (icmp?.code === undefined ? [] : [icmp.code]));
  return fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        ...header,
        protocol: fc.constant(6),
        sourcePort: ports,
        destinationPort: ports,
        flags: fc.subarray(flagNames),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({...header, protocol: fc.constant(17), sourcePort: ports, destinationPort: ports}),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        ...header,
        protocol: fc.constant(icmpNumber[family]),
        icmpType: fc.constantFrom(0, 8, 128, 135, 136, 255, ...icmpTypes),
        icmpCode: fc.constantFrom(0, 1, 13, ...icmpCodes),
      }),
    },
    ...(family === 'ipv4'
      ? [
          {
            weight: 1,
            arbitrary: fc.record({...header, protocol: fc.constant(2), igmpType: fc.integer({min: 0, max: 15})}),
          },
        ]
      : []),
    {weight: 1, arbitrary: fc.record({...header, protocol: fc.constantFrom(47, 50, 89, 103, 253)})},
    {
      weight: 2,
      arbitrary: fc.record({
        ...header,
        protocol: fc.constantFrom(6, 17, icmpNumber[family], ...own),
        fragment: fc.constant(true),
      }),
    },
  );
}

const dscps = fc.constantFrom(0, 1, 8, 10, 46, 63);
const actions = fc.constantFrom('permit' as const, 'deny' as const);

function plain(family: Family): fc.Arbitrary<Ace> {
  return fc
    .record({
      base: base(family),
      protocol: fc.constantFrom(undefined, undefined, 47, 50, 6, 17),
      fragments: fc.constantFrom(false, false, true),
    })
    .map(({base, protocol, fragments}) => ({
      ...base,
      ...(protocol === undefined ? {} : {protocol}),
      ...(fragments ? {fragments} : {}),
    }));
}

function withPorts(family: Family, protocol: 6 | 17): fc.Arbitrary<Ace> {
  return fc
    .record({
      base: base(family),
      sourcePort: fc.option(portMatches(65535), {nil: undefined, freq: 2}),
      destinationPort: fc.option(portMatches(65535), {nil: undefined, freq: 4}),
      tcp: protocol === 6 ? tcpOptions : fc.constant({}),
    })
    .map(({base, sourcePort, destinationPort, tcp}) => ({
      ...base,
      protocol,
      ...(sourcePort ? {sourcePort} : {}),
      ...(destinationPort ? {destinationPort} : {}),
      ...tcp,
    }));
}

const tcpOptions: fc.Arbitrary<Pick<Ace, 'established' | 'flags'>> = fc.oneof(
  {weight: 3, arbitrary: fc.constant({})},
  {weight: 1, arbitrary: fc.constant({established: true})},
  {
    weight: 1,
    arbitrary: fc
      .record({flags: fc.subarray(flagNames, {minLength: 1}), cut: fc.nat(6), any: fc.boolean()})
      .map(({flags, cut, any}) => ({flags: {set: flags.slice(0, cut), clear: flags.slice(cut), any}})),
  },
);

function withIcmp(family: Family): fc.Arbitrary<Ace> {
  const message: fc.Arbitrary<IcmpMatch | undefined> = fc.oneof(
    fc.constant(undefined),
    fc.constantFrom(0, 3, 8, 128, 135).map(type => ({type})),
    fc.record({type: fc.constantFrom(0, 3, 8, 135), code: fc.constantFrom(0, 1, 13)}),
  );
  return fc
    .record({base: base(family), icmp: message})
    .map(({base, icmp}) => ({...base, protocol: icmpNumber[family], ...(icmp ? {icmp} : {})}));
}

function withIgmp(family: Family): fc.Arbitrary<Ace> {
  return fc
    .record({base: base(family), igmpType: fc.integer({min: 0, max: 15})})
    .map(({base, igmpType}) => ({...base, protocol: 2, igmpType}));
}

function base(family: Family): fc.Arbitrary<Ace> {
  const qos: fc.Arbitrary<Pick<Ace, 'dscp' | 'precedence' | 'tos' | 'ttl'>> = fc.oneof(
    {weight: 8, arbitrary: fc.constant({})},
    {weight: 1, arbitrary: dscps.map(dscp => ({dscp}))},
    ...(family === 'ipv4'
      ? [
          {weight: 1, arbitrary: fc.constantFrom(0, 1, 5, 7).map(precedence => ({precedence}))},
          {weight: 1, arbitrary: fc.constantFrom(0, 2, 8, 15).map(tos => ({tos}))},
          {weight: 1, arbitrary: portMatches(255).map(ttl => ({ttl}))},
        ]
      : []),
  );
  return fc
    .record({action: actions, source: addressMatches(family), destination: addressMatches(family), qos})
    .map(({qos, ...rest}) => ({line: 1, ...rest, ...qos}));
}

function addressMatches(family: Family): fc.Arbitrary<AddressMatch> {
  const host: fc.Arbitrary<AddressMatch> = fc
    .constantFrom(...pool[family])
    .map(address => ({kind: 'host' as const, address}));
  const wide: fc.Arbitrary<AddressMatch> =
    family === 'ipv4'
      ? fc
          .record({
            address: fc.constantFrom(...pool.ipv4),
            wildcard: fc.constantFrom('0.0.0.1', '0.0.0.255', '0.255.255.255', '0.0.255.0', '0.0.0.2', '127.0.1.1'),
          })
          .map(({address, wildcard}) => {
            const network = ((parseIpv4(address) ?? 0) & ~(parseIpv4(wildcard) ?? 0)) >>> 0;
            return {kind: 'wildcard' as const, address: formatIpv4(network), wildcard};
          })
      : fc
          .record({address: fc.constantFrom(...pool.ipv6), length: fc.constantFrom(1, 16, 47, 48, 64, 127)})
          .map(({address, length}) => {
            const shift = BigInt(128 - length);
            const network = ((parseIpv6(address) ?? 0n) >> shift) << shift;
            return {kind: 'prefix' as const, address: formatIpv6(network), length};
          });
  return fc.oneof(
    {weight: 5, arbitrary: fc.constant({kind: 'any' as const})},
    {weight: 3, arbitrary: host},
    {weight: 2, arbitrary: wide},
  );
}

function portMatches(max: 65535 | 255): fc.Arbitrary<PortMatch> {
  const value =
    max === 255 ? fc.constantFrom(0, 1, 2, 64, 128, 255) : fc.constantFrom(0, 1, 53, 80, 443, 8449, 65534, 65535);
  const values = fc.uniqueArray(value, {minLength: 1, maxLength: 4});
  return fc.oneof(
    {weight: 4, arbitrary: value.map(number => ({operator: 'eq' as const, values: [number]}))},
    values.map(list => ({operator: 'eq' as const, values: list})),
    values.map(list => ({operator: 'neq' as const, values: list})),
    value.map(number => ({operator: 'gt' as const, value: number})),
    value.map(number => ({operator: 'lt' as const, value: number})),
    fc.tuple(value, value).map(([a, b]) => ({operator: 'range' as const, from: Math.min(a, b), to: Math.max(a, b)})),
  );
}

/** The addresses at both ends of what an entry's addresses match, and just outside. */
function bordersOf({source, destination}: Ace, family: Family): string[] {
  return [...bordersOfMatch(source, family), ...bordersOfMatch(destination, family)];
}

function bordersOfMatch(match: AddressMatch, family: Family): string[] {
  switch (match.kind) {
    case 'any':
      return [];
    case 'host':
      return neighbours(match.address, match.address, family);
    case 'wildcard': {
      const last = (parseIpv4(match.address) ?? 0) | (parseIpv4(match.wildcard) ?? 0);
      return neighbours(match.address, formatIpv4(last >>> 0), family);
    }
    case 'prefix': {
      const rest = (1n << BigInt(128 - match.length)) - 1n;
      return neighbours(match.address, formatIpv6((parseIpv6(match.address) ?? 0n) | rest), family);
    }
  }
}

function neighbours(first: string, last: string, family: Family): string[] {
  const text = (value: bigint) =>
    family === 'ipv4' ? formatIpv4(Number(BigInt.asUintN(32, value))) : formatIpv6(BigInt.asUintN(128, value));
  const number = (address: string) =>
    family === 'ipv4' ? BigInt(parseIpv4(address) ?? 0) : (parseIpv6(address) ?? 0n);
  return [text(number(first) - 1n), first, last, text(number(last) + 1n)];
}

function numbersNear(matches: (PortMatch | undefined)[], max: number): number[] {
  const borders = matches.flatMap(match => (match ? bordersOfNumbers(match) : []));
  return [...new Set([1, 64, ...borders.flatMap(value => [value - 1, value, value + 1])])].filter(
    value => value >= 0 && value <= max,
  );
}

function bordersOfNumbers(match: PortMatch): number[] {
  switch (match.operator) {
    case 'eq':
    case 'neq':
      return match.values;
    case 'gt':
    case 'lt':
      return [match.value];
    case 'range':
      return [match.from, match.to];
  }
}
