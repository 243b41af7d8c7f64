import type {Topology} from '#harness/topology.ts';

/**
The smallest network in which posture can go wrong: no other node to ask, none to fail over to.

    endpoint  192.168.255.193 ── fa0-12 ── nad ── gi0-1 ── psn1  10.10.1.11
*/
export const topology: Topology = {
  name: 'single-psn',
  nodes: {
    endpoint: {kind: 'endpoint', mac: '00:50:56:A8:BE:02', address: '192.168.255.193/24', gateway: '192.168.255.12'},
    nad: {kind: 'nad', address: '192.168.255.12/24', routed: {'gi0-1': '10.10.1.1/24'}, radiusServers: ['psn1']},
    psn1: {kind: 'psn', address: '10.10.1.11/24', gateway: '10.10.1.1'},
  },
  links: [{ends: ['endpoint:eth0', 'nad:fa0-12']}, {ends: ['nad:gi0-1', 'psn1:eth0']}],
};
