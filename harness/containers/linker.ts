/**
The linker: a container in the host's pid namespace that makes veth pairs straight between nodes' namespaces and gives the nodes their
addresses (design.md 3). One serves all labs of a program, one script after the other.
*/
import {randomUUID} from 'node:crypto';
import {PassThrough} from 'node:stream';
import type Docker from 'dockerode';
import {attachTo} from '#harness/containers/hijacked.ts';
import {hostPortsOf, uplinkOf} from '#harness/desk-switch.ts';
import {readEnd} from '#harness/link-end.ts';
import {routerLinkLocal} from '#harness/slaac.ts';
import {accessPorts, nodesOf, type Topology, type TopologyNode} from '#harness/topology.ts';
import {knockPorts} from '#protocol/nad/knock.ts';

/** The links could not be made; `message` has what the linker's tools said. */
export class LinkError extends Error {
  override readonly name = 'LinkError';
}

export interface Linker extends AsyncDisposable {
  /** Runs a script of `linkScript` or `impairScript`; resolves to what it said. Throws `LinkError`. */
  run(script: string): Promise<string>;
}

export async function startLinker(
  engine: Docker,
  {image, labels}: {image: string; labels: Record<string, string>},
): Promise<Linker> {
  const container = await engine.createContainer({
    Image: image,
    Cmd: ['sh'],
    User: 'root',
    OpenStdin: true,
    StdinOnce: true,
    NetworkDisabled: true,
    Labels: {...labels, 'posturelab.node': 'linker'},
    HostConfig: {
      PidMode: 'host',
      CapDrop: ['ALL'],
      CapAdd: ['NET_ADMIN', 'SYS_ADMIN', 'SYS_PTRACE'],
      SecurityOpt: ['apparmor=unconfined'],
      AutoRemove: true,
    },
  });
  const stream = await attachTo(container);
  const output = new PassThrough().setEncoding('utf8');
  container.modem.demuxStream(stream, output, output);
  stream.once('end', () => output.end());
  stream.on('error', () => output.end());
  await container.start();

  let last: Promise<unknown> = Promise.resolve();
  return {
    run(script) {
      const mine = last.then(() => runIn({input: stream, output}, script));
      last = mine.catch(() => {});
      return mine;
    },
    async [Symbol.asyncDispose]() {
      stream.end();
      await container.remove({force: true}).catch(() => {}); // AutoRemove was faster
    },
  };
}

/** Gives a shell a script to run in a shell of its own, and waits for the word by which it says that it is done, and how. */
async function runIn(
  {input, output}: {input: NodeJS.WritableStream; output: PassThrough},
  script: string,
): Promise<string> {
  const word = `done-${randomUUID()}`;
  const ending = new RegExp(`${word} (\\d+)\n`);
  let said = '';
  const ended = Promise.withResolvers<number>();
  const listen = (text: string) => {
    said += text;
    const [, code] = ending.exec(said) ?? [];
    if (code !== undefined) ended.resolve(Number(code));
  };
  const hangUp = () => ended.reject(new LinkError(`the linker is gone; it said: ${said.trim() || 'nothing'}`));
  output.on('data', listen).once('end', hangUp);
  try {
    if (output.readableEnded) hangUp();
    input.write(`(set -eu\n${script})\necho ${word} $?\n`);
    const code = await ended.promise;
    const answer = said.replace(ending, '').trim();
    if (code !== 0) throw new LinkError(`the linker could not make the links: ${answer || `exit code ${code}`}`);
    return answer;
  } finally {
    output.off('data', listen).off('end', hangUp);
  }
}

/**
`arp timeout` of IOS: four hours (recall). While device tracking asks a host every second whether it is there, packets still go to it, as on
IOS, which forgets who is tracked in minutes and whom it routes to in hours. With the kernel's own three questions, a host that answers no
ARP would lose its router too.
*/
const routerRemembersS = 14_400;

/**
For knocks of the gap meter to where no route leads there is no answer. A kernel says that a network is unreachable about once a second,
and they would take every turn: the agent would find silence where it is told elsewhere. Behind the rules that the kernel has itself.
*/
const deafToKnocks = `rule add pref 40000 ipproto 6 sport ${knockPorts.from}-${knockPorts.to} blackhole`;

/**
An address is good after a question whether somebody has it already, for which a kernel waits this long (RFC 4862 5.1): a second elsewhere, less
here, because it does not know of the lab's clock.
*/
const retransMs = 100;

/** Of the interfaces at the links' first ends; at the other ends the kernel counts from 2. */
const firstIndex = 1000;

/**
The script that links running nodes. `pids`: each node's process on the engine's host. `only`: just the links of that node,
after it was restarted; the access ports of a switch stay down then until it opens them itself (images/nad/main.ts). Every word in
it is a number, or has passed the topology's schema.
*/
export function linkScript(topology: Topology, pids: Record<string, number>, only?: string): string {
  const links = topology.links.filter(link => only === undefined || link.ends.some(end => readEnd(end).node === only));
  const touched = (node: string, port: string) => links.some(link => link.ends.includes(`${node}:${port}`));
  const lines = links.flatMap(link => {
    const [a, b] = link.ends.map(readEnd);
    // What is left of the old pair, if the kernel has not cleared it away yet.
    const leftover = [a, b].filter(end => only !== undefined && end?.node !== only);
    // Two ends with the same number in their namespaces look to the kernel like a device without a peer: it would tell their carrier
    // up to a second late (linkwatch_urgent_event).
    const index = firstIndex + topology.links.indexOf(link);
    return [
      ...leftover.map(
        end =>
          `nsenter --net=/proc/${pids[end?.node ?? '']}/ns/net ip link del dev ${end?.interface} 2>/dev/null || true`,
      ),
      `ip link add name ${a?.interface} index ${index} netns ${pids[a?.node ?? '']} type veth peer name ${b?.interface} netns ${pids[b?.node ?? '']}`,
    ];
  });
  // The switch first: its ports are up before anybody behind them speaks.
  for (const [name, nad] of nodesOf(topology, 'nad')) {
    const vlan = [
      'link add vlan255 type bridge',
      'link set vlan255 type bridge forward_delay 0',
      `ntable change name arp_cache dev vlan255 ucast_probes ${routerRemembersS}`,
      `addr add ${nad.address} dev vlan255`,
      deafToKnocks,
      ...(nad.ipv6Address === undefined ? [] : ipv6Router(nad.ipv6Address)),
      'link set vlan255 up',
    ];
    const access = accessPorts(topology, name).filter(port => touched(name, port));
    const routed = Object.entries(nad.routed).filter(([port]) => touched(name, port));
    lines.push(
      batch(pids[name], [
        ...(only === undefined || only === name ? ['link set lo up', ...vlan] : []),
        ...access.flatMap(port => [
          `link set dev ${port} master vlan255`,
          `link set dev ${port} ${only === name ? 'down' : 'up'}`,
        ]),
        ...routed.flatMap(([port, address]) => [
          `addr add ${address} dev ${port}`,
          ...ipv6Of(nad.routedIpv6?.[port], port),
          `link set dev ${port} up`,
        ]),
      ]),
    );
  }
  for (const [name] of nodesOf(topology, 'desk-switch')) {
    const own = readEnd(uplinkOf(topology, name)?.[0] ?? '').interface;
    const ports = [own, ...hostPortsOf(topology, name)].filter(port => touched(name, port));
    lines.push(
      batch(pids[name], [
        ...(only === undefined || only === name ? deskBridge : []),
        ...ports.flatMap(port => [`link set dev ${port} master desk`, `link set dev ${port} up`]),
      ]),
    );
  }
  for (const [name, node] of Object.entries(topology.nodes)) {
    if (node.kind === 'nad' || node.kind === 'desk-switch' || !touched(name, 'eth0')) continue;
    lines.push(
      batch(pids[name], [
        'link set lo up',
        ...(node.kind === 'endpoint' ? [`link set eth0 address ${node.mac.toLowerCase()}`] : []),
        ...(hasLease(node) ? [] : [`addr add ${node.address} dev eth0`]),
        ...(node.kind === 'psn' ? ipv6Of(node.ipv6Address, 'eth0') : []),
        ...(bringsItselfUp(node) ? [`ntable change name ndisc_cache dev eth0 retrans ${retransMs}`] : []),
        ...(bringsItselfUp(node) && (only === undefined || only === name)
          ? []
          : ['link set eth0 up', ...(hasLease(node) ? [] : [`route replace default via ${node.gateway}`])]),
        ...(node.kind === 'psn' && node.ipv6Gateway !== undefined
          ? [`route replace default via ${node.ipv6Gateway}`]
          : []),
      ]),
    );
  }
  return `${lines.join('\n')}\n`;
}

/** EAPOL passes it (mask 8: 01:80:c2:00:00:03), and so does multicast that nobody has asked for. */
const deskBridge = [
  'link set lo up',
  'link add desk type bridge forward_delay 0 group_fwd_mask 8 mcast_snooping 0',
  'link set desk up',
];

/** Its DHCP client gives it address and route. */
const hasLease = (node: TopologyNode): boolean => node.kind === 'endpoint' && node.dhcp === true;

/** Its link-local address is the one that is given, or dnsmasq would wait for the kernel's own. */
function ipv6Router(address: string): string[] {
  return [
    'link set vlan255 addrgenmode none',
    `ntable change name ndisc_cache dev vlan255 ucast_probes ${routerRemembersS}`,
    ...ipv6Of(`${routerLinkLocal}/64`, 'vlan255'),
    ...ipv6Of(address, 'vlan255'),
  ];
}

function ipv6Of(address: string | undefined, device: string): string[] {
  return address === undefined ? [] : [`addr add ${address} dev ${device}`];
}

/** A kernel solicits routers when the link comes up, so a host with SLAAC brings up its own when the switch is there to hear it. */
function bringsItselfUp(node: TopologyNode): boolean {
  return node.kind === 'endpoint' && node.ipv6 !== undefined;
}

function batch(pid: number | undefined, commands: string[]): string {
  return `nsenter --net=/proc/${pid}/ns/net ip -batch - <<'END'\n${commands.join('\n')}\nEND`;
}
