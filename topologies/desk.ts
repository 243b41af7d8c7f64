import type {Topology} from '#harness/topology.ts';

/**
Two laptops at an unmanaged switch on a desk, which is cabled to one access port; two policy nodes on links of their own.

    pc1  192.168.255.21 ── p1 ─┐                     ┌── gi0-1 ── psn1  10.10.1.11
                               ├─ desk ── fa0-1 ── nad
    pc2  192.168.255.22 ── p2 ─┘                     └── gi0-2 ── psn2  10.10.2.12
                                         192.168.255.12
*/
export const topology: Topology = {
  name: 'desk',
  nodes: {
    pc1: {kind: 'endpoint', mac: '00:50:56:A8:DE:01', address: '192.168.255.21/24', gateway: '192.168.255.12'},
    pc2: {kind: 'endpoint', mac: '00:50:56:A8:DE:02', address: '192.168.255.22/24', gateway: '192.168.255.12'},
    desk: {kind: 'desk-switch'},
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
    {ends: ['pc1:eth0', 'desk:p1']},
    {ends: ['pc2:eth0', 'desk:p2']},
    {ends: ['desk:uplink', 'nad:fa0-1']},
    {ends: ['nad:gi0-1', 'psn1:eth0']},
    {ends: ['nad:gi0-2', 'psn2:eth0']},
  ],
};
