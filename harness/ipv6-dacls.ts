/** The dACLs of a healthy network with IPv6: what harness/lab-settings.ts has of IPv4 (domain.md 8.4). */
import {nodesOf, type Topology} from '#harness/topology.ts';

/** None where no PSN has IPv6. */
export function ipv6Dacls(topology: Topology): {
  compliantIpv6?: string;
  nonCompliantIpv6?: string;
  unknownIpv6?: string;
} {
  const psns = nodesOf(topology, 'psn').flatMap(([, psn]) => psn.ipv6Address?.split('/')[0] ?? []);
  if (psns.length === 0) return {};
  const denies = psns.map(address => `deny tcp any host ${address} eq 8449`);
  const permits = (ports: number[]) =>
    psns.flatMap(address => ports.map(port => `permit tcp any host ${address} eq ${port}`));
  return {
    compliantIpv6: [...denies, 'permit ipv6 any any'].join('\n'),
    nonCompliantIpv6: [...denies, ...basics, ...permits([8443, 8905]), 'deny ipv6 any any'].join('\n'),
    unknownIpv6: [...basics, ...permits([8443, 8905, 8449]), 'deny ipv6 any any'].join('\n'),
  };
}

/** Names; and ICMPv6, because a list that ends in a deny of its own has to permit neighbour discovery itself. */
const basics = ['permit udp any any eq domain', 'permit icmp any any'];
