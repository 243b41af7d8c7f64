/**
What the linker is told to make links misbehave, in either of two ways: by the kernel's netem, or by leading a direction's frames through
the relay of images/wire. Pure. Every word is a number, or has passed the topology's schema.

    node's namespace                                wire's namespace (the VXLAN's other half stays where it was made)
    eth0 egress ─▶ fwd ─▶ wire_2 ══ VXLAN 3 ══▶ relay, port 20002
    eth0 ◀─ fwd, marked ◀─ wire_2 ◀══ VXLAN 3 ══ the same datagram, when it is due

Frames come out where they would have anyway, so carrier, addresses, captures and the switch's filter are as they were.
*/
import type {LinkOrder} from '#harness/link-directions.ts';
import {relayPort, vxlanPort} from '#images/wire/contract.ts';
import {underWayLimit} from '#protocol/link/impaired-direction.ts';
import type {Impairment} from '#protocol/link/impairment.ts';

/** Frames that have been through the relay, so that they do not go there again. The number is ours. */
const relayedMark = '0x1a6';

export interface ScriptPlaces {
  /** Each node's process on the engine's host; 0: it has no power. */
  pids: Record<string, number>;
  wirePid: number;
  timeScale: number;
}

/**
A script that prints which method it used, and has used it. netem wants to hear of every order; the relay is told in another way, and
only frames' way there is laid (`opened`) or taken up (`closed`) here.
*/
export function impairScript(
  {orders, opened, closed}: {orders: LinkOrder[]; opened: LinkOrder[]; closed: LinkOrder[]},
  places: ScriptPlaces,
): string {
  return [
    `if ${netemProbe} 2>/dev/null; then`,
    'echo netem',
    ...orders.map(order => netemLine(order, places)),
    'else',
    'echo relay',
    ...opened.map(order => relayLines(order, places)),
    ...closed.map(order => directLine(order, places)),
    'fi\n',
  ].join('\n');
}

/** Asks the kernel, in the linker's own network namespace. */
export const netemProbe = 'tc qdisc add dev lo root netem limit 1';

export function netemLine({direction, impairment}: LinkOrder, {pids, timeScale}: ScriptPlaces): string {
  const {node, interface: port} = direction.from;
  const tc = `nsenter --net=/proc/${pids[node]}/ns/net tc qdisc`;
  if (impairment === null) return `${tc} del dev ${port} root 2>/dev/null || true`;
  return `${tc} replace dev ${port} root netem ${netemArguments(impairment, timeScale).join(' ')}`;
}

/**
tc-netem(8) in real time. Its jitter goes both ways and ours only up, so its middle is half of ours later. Under jitter netem does not
keep the order, unless there is a rate.
*/
export function netemArguments(impairment: Impairment, timeScale: number): string[] {
  const {delayMs, jitterMs, loss, duplication, reordering, rateBitS, cut} = impairment;
  const us = (labMs: number) => `${Math.ceil((labMs * 1000) / timeScale)}us`;
  const percent = (share: number) => `${Number((share * 100).toFixed(6))}%`;
  const limit = ['limit', String(underWayLimit)];
  if (cut) return [...limit, 'loss', '100%'];
  return [
    ...limit,
    ...(delayMs > 0 || jitterMs > 0 ? ['delay', us(delayMs + jitterMs / 2)] : []),
    ...(jitterMs > 0 ? [us(jitterMs / 2)] : []),
    ...(loss > 0 ? ['loss', percent(loss)] : []),
    ...(duplication > 0 ? ['duplicate', percent(duplication)] : []),
    ...(reordering > 0 ? ['reorder', percent(reordering)] : []),
    ...(rateBitS === null ? [] : ['rate', `${Math.round(rateBitS * timeScale)}bit`]),
  ];
}

/** The VXLAN device must not leave checksums and long frames to a device that is none; a broadcast address, because the kernel takes a short cut to local ones. */
export function relayLines({direction}: LinkOrder, {pids, wirePid}: ScriptPlaces): string {
  const {number, from} = direction;
  const device = `wire_${number}`;
  const inWire = `nsenter --net=/proc/${wirePid}/ns/net`;
  const inNode = `nsenter --net=/proc/${pids[from.node]}/ns/net`;
  return `
if ! ${inNode} ip link show ${device} >/dev/null 2>&1; then
${inWire} sh -eu <<'END'
ip link set lo up
ip link del ${device} 2>/dev/null || true
tries=0 # the kernel takes its time to clear away what a node that lost its power had
until ip link add ${device} mtu 1500 type vxlan id ${number + 1} local 127.0.0.1 dstport ${vxlanPort} nolearning; do
  tries=$((tries + 1))
  [ $tries -lt 100 ]
  sleep 0.1
done
bridge fdb append 00:00:00:00:00:00 dev ${device} dst 127.255.255.255 port ${relayPort(number)}
ethtool -K ${device} tx off tso off gso off gro off >/dev/null
ip link set ${device} netns ${pids[from.node]}
END
${inNode} ip link set ${device} addrgenmode none 2>/dev/null || true
${inNode} ip link set ${device} up
fi
${inNode} nft -f - <<'END'
table netdev ${device} { }
delete table netdev ${device}
table netdev ${device} {
  chain back { type filter hook ingress device "${device}" priority 0; meta mark set ${relayedMark} fwd to "${from.interface}"; }
  chain out { type filter hook egress device "${from.interface}" priority 0; meta mark ${relayedMark} accept; counter fwd to "${device}"; }
}
END`;
}

/** What is sent from now on takes the straight way; what is under way still comes back. */
export function directLine({direction}: LinkOrder, {pids}: ScriptPlaces): string {
  const {number, from} = direction;
  return `nsenter --net=/proc/${pids[from.node]}/ns/net nft 'flush chain netdev wire_${number} out; delete chain netdev wire_${number} out'`;
}
