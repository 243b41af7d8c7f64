import type {Topology} from '#harness/topology.ts';

/**
The network of TAC 222483 with IPv6 beside IPv4. The switch advertises 2001:db8:255::/64, in which the laptop makes itself an address.

                                              ┌── gi0-1 ── psn1  10.10.1.11  2001:db8:1::11
    endpoint  192.168.255.193 ── fa0-12 ── nad
                          192.168.255.12      └── gi0-2 ── psn2  10.10.2.12  2001:db8:2::12
                          2001:db8:255::1
*/
export const topology: Topology = {
  name: 'dual-stack',
  nodes: {
    endpoint: {
      kind: 'endpoint',
      mac: '00:50:56:A8:BE:02',
      address: '192.168.255.193/24',
      gateway: '192.168.255.12',
      ipv6: 'slaac',
    },
    nad: {
      kind: 'nad',
      address: '192.168.255.12/24',
      ipv6Address: '2001:db8:255::1/64',
      routed: {'gi0-1': '10.10.1.1/24', 'gi0-2': '10.10.2.1/24'},
      routedIpv6: {'gi0-1': '2001:db8:1::1/64', 'gi0-2': '2001:db8:2::1/64'},
      radiusServers: ['psn1', 'psn2'],
    },
    psn1: {
      kind: 'psn',
      address: '10.10.1.11/24',
      gateway: '10.10.1.1',
      ipv6Address: '2001:db8:1::11/64',
      ipv6Gateway: '2001:db8:1::1',
    },
    psn2: {
      kind: 'psn',
      address: '10.10.2.12/24',
      gateway: '10.10.2.1',
      ipv6Address: '2001:db8:2::12/64',
      ipv6Gateway: '2001:db8:2::1',
    },
  },
  links: [
    {ends: ['endpoint:eth0', 'nad:fa0-12']},
    {ends: ['nad:gi0-1', 'psn1:eth0']},
    {ends: ['nad:gi0-2', 'psn2:eth0']},
  ],
};
