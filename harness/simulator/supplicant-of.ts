import {EndpointNode} from '#harness/simulator/endpoint-node.ts';
import type {ScriptedSupplicant} from '#harness/simulator/scripted-authenticator.ts';
import type {SimulatedNode} from '#harness/simulator/simulated-node.ts';
import type {VirtualNetwork} from '#harness/simulator/virtual-network.ts';

/** A host's supplicant, if every cable between it and its port carries. */
export function supplicantOf(
  {port, mac}: {port: string; mac: string},
  {wiring}: VirtualNetwork,
  nodes: ReadonlyMap<string, SimulatedNode>,
): ScriptedSupplicant | undefined {
  for (const endpoint of wiring.endpointsAt(port)) {
    const node = nodes.get(endpoint);
    const supplicant = node instanceof EndpointNode ? node.supplicant : undefined;
    if (supplicant?.mac === mac) return wiring.isConnected(endpoint) ? supplicant : undefined;
  }
  return undefined;
}
