/**
How redirected TCP gets to the switch's own HTTP server. At the ingress of an access port a packet that a redirect list permits is
marked, and given the port's own MAC, so that the bridge hands it to the switch even if it was meant for a neighbour; the kernel has
put down by then that it is for another host, which it is told otherwise (`pkttype`). In the switch's IP stack what is marked goes to the server's port. A mark does not outlive its network namespace, so no host can bring one.

The redirect list comes before the port's access list, as public articles have it for IOS; domain.md does not say. That any TCP it
permits is caught, not HTTP alone, follows from domain.md 11.24.

Only what is marked is tracked: everything else goes as stateless as without a redirect.
*/
export const steering = {
  /** Where the switch's HTTP server listens; ours. */
  serverPort: 8880,
  /** The chain that every permit of a redirect list leads to. */
  markChain: 'redirected',
} as const;

const mark = '0x52';
const ipTable = 'ip posturelab_redirect';

/** Once, before the first port. `table`: the enforcement's own. */
export function steeringCommands(table: string): string[] {
  return [
    `add chain ${table} ${steering.markChain}`,
    `add rule ${table} ${steering.markChain} meta mark set ${mark} return`,
    `add table ${ipTable}`, // so that there is one to delete
    `delete table ${ipTable}`,
    `add table ${ipTable}`,
    `add chain ${ipTable} untracked { type filter hook prerouting priority raw; policy accept; }`,
    `add rule ${ipTable} untracked meta mark != ${mark} notrack`,
    `add chain ${ipTable} steered { type nat hook prerouting priority dstnat; policy accept; }`,
    `add rule ${ipTable} steered meta mark ${mark} meta l4proto tcp redirect to :${steering.serverPort}`,
  ];
}

/** The rules of an access port, before its access lists. `mac`: its own. */
export function steeringRules(prefix: string, mac: string): string[] {
  return [
    `ip protocol tcp ip saddr vmap @${prefix}_redirect`,
    `meta mark ${mark} meta pkttype set host ether daddr set ${mac} accept`,
  ];
}
