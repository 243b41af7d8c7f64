import type {Topology} from '#harness/topology.ts';
import {topology as twoPsn} from '#topologies/two-psn.ts';

/** The network of TAC 222483, and the laptop has its address from the switch's DHCP server: 192.168.255.193 is reserved for it there. */
export const topology: Topology = {
  ...twoPsn,
  name: 'dhcp',
  nodes: {
    ...twoPsn.nodes,
    endpoint: {
      kind: 'endpoint',
      mac: '00:50:56:A8:BE:02',
      address: '192.168.255.193/24',
      gateway: '192.168.255.12',
      dhcp: true,
    },
  },
};
