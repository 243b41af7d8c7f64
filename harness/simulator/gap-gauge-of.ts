import {fqdn} from '#harness/lab-settings.ts';
import {addressOf} from '#harness/role-plan.ts';
import {GapGauge} from '#harness/simulator/gap-gauge.ts';
import {tcp} from '#harness/simulator/segment.ts';
import type {VirtualNetwork} from '#harness/simulator/virtual-network.ts';
import {nodesOf, type Topology} from '#harness/topology.ts';
import type {Packet} from '#protocol/dacl/verdict.ts';

/** The gauge of one endpoint: a PSN's port is open to it if the cables are up, the switch lets a SYN pass, and somebody listens. */
export function gapGaugeOf(
  endpoint: string,
  lab: {
    topology: Topology;
    network: VirtualNetwork;
    nowMs: () => number;
    isListening: (psn: string, port: number) => boolean;
    permits: (port: string, packet: Packet) => boolean;
  },
): GapGauge {
  const source = addressOf(Object.fromEntries(nodesOf(lab.topology, 'endpoint'))[endpoint] ?? {address: ''});
  const psns = new Map(nodesOf(lab.topology, 'psn').map(([psn, node]) => [fqdn(psn), {psn, address: addressOf(node)}]));
  return new GapGauge({
    targets: [...psns.keys()],
    nowMs: lab.nowMs,
    isOpen(target, destinationPort) {
      const {psn = '', address: destination = ''} = psns.get(target) ?? {};
      if (!lab.isListening(psn, destinationPort)) return false;
      if (!lab.network.wiring.isConnected(endpoint) || !lab.network.link(`${psn}:eth0`).isUp) return false;
      const syn: Packet = {protocol: tcp, source, sourcePort: 40_000, destination, destinationPort, flags: ['syn']};
      return lab.permits(lab.network.wiring.portOf(endpoint), syn);
    },
  });
}
