import type {Topology} from '#harness/topology.ts';

/**
A laptop plugged into an IP phone, which has its power from the port: one host and one phone on a multi-domain port.

    pc     192.168.255.21 ── pc ──┐                                 ┌── gi0-1 ── psn1  10.10.1.11
                                  ├─ phone-switch ── fa0-1 ── nad ──┤
    phone  192.168.255.101 ─ own ─┘                                 └── gi0-2 ── psn2  10.10.2.12
                                                     192.168.255.12

A phone is two things here: what speaks (`phone`), and the switch inside it (`phone-switch`). Real phones have their address in a VLAN for
voice; this lab has one VLAN, which is ours.
*/
export const topology: Topology = {
  name: 'phone-desk',
  nodes: {
    pc: {kind: 'endpoint', mac: '00:50:56:A8:DE:01', address: '192.168.255.21/24', gateway: '192.168.255.12'},
    phone: {
      kind: 'endpoint',
      mac: '00:1B:D4:0F:0E:01',
      address: '192.168.255.101/24',
      gateway: '192.168.255.12',
      phone: true,
    },
    'phone-switch': {kind: 'desk-switch', poe: true},
    nad: {
      kind: 'nad',
      address: '192.168.255.12/24',
      routed: {'gi0-1': '10.10.1.1/24', 'gi0-2': '10.10.2.1/24'},
      hostModes: {'fa0-1': 'multi-domain'},
      radiusServers: ['psn1', 'psn2'],
    },
    psn1: {kind: 'psn', address: '10.10.1.11/24', gateway: '10.10.1.1'},
    psn2: {kind: 'psn', address: '10.10.2.12/24', gateway: '10.10.2.1'},
  },
  links: [
    {ends: ['pc:eth0', 'phone-switch:pc']},
    {ends: ['phone:eth0', 'phone-switch:own']},
    {ends: ['phone-switch:uplink', 'nad:fa0-1']},
    {ends: ['nad:gi0-1', 'psn1:eth0']},
    {ends: ['nad:gi0-2', 'psn2:eth0']},
  ],
};
