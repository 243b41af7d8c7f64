import type {Topology} from '#harness/topology.ts';

/**
The network of TAC 222483: one laptop on a switch port, two policy nodes on links of their own.

                                              ┌── gi0-1 ── psn1  10.10.1.11
    endpoint  192.168.255.193 ── fa0-12 ── nad
                          192.168.255.12      └── gi0-2 ── psn2  10.10.2.12
*/
export const topology: Topology = {
  name: 'two-psn',
  nodes: {
    endpoint: {kind: 'endpoint', mac: '00:50:56:A8:BE:02', address: '192.168.255.193/24', gateway: '192.168.255.12'},
    nad: {
      kind: 'nad',
      address: '192.168.255.12/24',
      routed: {'gi0-1': '10.10.1.1/24', 'gi0-2': '10.10.2.1/24'},
      radiusServers: ['psn1', 'psn2'],
    },
    psn1: {kind: 'psn', address: '10.10.1.11/24', gateway: '10.10.1.1'},
    psn2: {kind: 'psn', address: '10.10.2.12/24', gateway: '10.10.2.1'},
  },
  links: [
    {ends: ['endpoint:eth0', 'nad:fa0-12']},
    {ends: ['nad:gi0-1', 'psn1:eth0']},
    {ends: ['nad:gi0-2', 'psn2:eth0']},
  ],
};
