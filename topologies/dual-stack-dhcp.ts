import type {Topology} from '#harness/topology.ts';
import {topology as dualStack} from '#topologies/dual-stack.ts';

/** The `dual-stack` network, and the laptop has its IPv4 address from the switch's DHCP server, as it makes itself its IPv6 address. */
export const topology: Topology = {
  ...dualStack,
  name: 'dual-stack-dhcp',
  nodes: {
    ...dualStack.nodes,
    endpoint: {
      kind: 'endpoint',
      mac: '00:50:56:A8:BE:02',
      address: '192.168.255.193/24',
      gateway: '192.168.255.12',
      dhcp: true,
      ipv6: 'slaac',
    },
  },
};
