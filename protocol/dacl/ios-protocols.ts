/**
Protocol names of IOS's extended access lists. `null`: every protocol. IOS keeps `ip` as protocol 0, so `permit 0 any any`
reads `permit ip any any` afterwards [recall].
*/
export const ipv4Protocols: ReadonlyMap<string, number | null> = new Map([
  ['ahp', 51],
  ['eigrp', 88],
  ['esp', 50],
  ['gre', 47],
  ['icmp', 1],
  ['igmp', 2],
  ['ip', null],
  ['ipinip', 4],
  ['nos', 94],
  ['ospf', 89],
  ['pcp', 108],
  ['pim', 103],
  ['sctp', 132],
  ['tcp', 6],
  ['udp', 17],
]);

export const ipv6Protocols: ReadonlyMap<string, number | null> = new Map([
  ['ahp', 51],
  ['esp', 50],
  ['icmp', 58],
  ['ipv6', null],
  ['pcp', 108],
  ['sctp', 132],
  ['tcp', 6],
  ['udp', 17],
]);

export const protocolNumbers = {icmp: 1, igmp: 2, tcp: 6, udp: 17, icmpv6: 58, sctp: 132} as const;
