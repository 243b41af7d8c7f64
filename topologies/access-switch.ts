import type {Topology} from '#harness/topology.ts';

/**
A switch with an endpoint on each of its access ports (200 at most), two policy nodes on links of their own.

    pc1  192.168.255.21 ── fa0-1 ─┐          ┌── gi0-1 ── psn1  10.10.1.11
     ⋮                            ├── nad ───┤
    pcN  192.168.255.… ── fa0-N ──┘          └── gi0-2 ── psn2  10.10.2.12
                           192.168.255.12
*/
export function accessSwitch(ports: number): Topology {
  const hosts = Array.from({length: ports}, (_, index) => index + 1);
  return {
    name: `access-${ports}`,
    nodes: {
      ...Object.fromEntries(
        hosts.map(host => [
          `pc${host}`,
          {
            kind: 'endpoint' as const,
            mac: `00:50:56:A8:24:${host.toString(16).padStart(2, '0').toUpperCase()}`,
            address: `192.168.255.${20 + host}/24`,
            gateway: '192.168.255.12',
          },
        ]),
      ),
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
      ...hosts.map(host => ({ends: [`pc${host}:eth0`, `nad:fa0-${host}`] as [string, string]})),
      {ends: ['nad:gi0-1', 'psn1:eth0']},
      {ends: ['nad:gi0-2', 'psn2:eth0']},
    ],
  };
}
