/**
The linker: a short-lived container in the host's pid namespace that makes veth pairs straight between the
nodes' namespaces and gives the nodes their addresses (design.md 3). It starts beside the nodes and waits for its script.
*/
import {PassThrough} from 'node:stream';
import type Docker from 'dockerode';
import {accessPorts, nodesOf, readEnd, type Topology} from '#harness/topology.ts';

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
    Cmd: ['sh', '-eu', '-s'],
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
  const stream = await container.attach({stream: true, stdin: true, stdout: true, stderr: true, hijack: true});
  let output = '';
  const collect = new PassThrough().on('data', (text: Buffer) => {
    output += text.toString();
  });
  container.modem.demuxStream(stream, collect, collect);
  const ended = container.wait({condition: 'next-exit'});
  ended.catch(() => {}); // `run` reports it
  await container.start();

  return {
    async run(script) {
      stream.end(script);
      const {StatusCode} = await ended;
      if (StatusCode !== 0)
        throw new LinkError(`the linker could not make the links: ${output.trim() || `exit code ${StatusCode}`}`);
      return output;
    },
    async [Symbol.asyncDispose]() {
      stream.end();
      await container.remove({force: true}).catch(() => {}); // AutoRemove was faster
    },
  };
}

/**
The script that links running nodes. `pids`: each node's process on the engine's host. `only`: just the links of that node,
after it was restarted. Every word in it is a number, or has passed the topology's schema.
*/
export function linkScript(topology: Topology, pids: Record<string, number>, only?: string): string {
  const links = topology.links.filter(link => only === undefined || link.ends.some(end => readEnd(end).node === only));
  const touched = (node: string, port: string) => links.some(link => link.ends.includes(`${node}:${port}`));
  const lines = links.map(({ends}) => {
    const [a, b] = ends.map(readEnd);
    return `ip link add ${a?.interface} netns ${pids[a?.node ?? '']} type veth peer name ${b?.interface} netns ${pids[b?.node ?? '']}`;
  });
  // The switch first: its ports are up before anybody behind them speaks.
  for (const [name, nad] of nodesOf(topology, 'nad')) {
    const vlan = [
      'link add vlan255 type bridge',
      'link set vlan255 type bridge forward_delay 0',
      `addr add ${nad.address} dev vlan255`,
      'link set vlan255 up',
    ];
    const access = accessPorts(topology, name).filter(port => touched(name, port));
    const routed = Object.entries(nad.routed).filter(([port]) => touched(name, port));
    lines.push(
      batch(pids[name], [
        ...(only === undefined || only === name ? ['link set lo up', ...vlan] : []),
        ...access.flatMap(port => [`link set ${port} master vlan255`, `link set ${port} up`]),
        ...routed.flatMap(([port, address]) => [`addr add ${address} dev ${port}`, `link set ${port} up`]),
      ]),
    );
  }
  for (const [name, node] of Object.entries(topology.nodes)) {
    if (node.kind === 'nad' || !touched(name, 'eth0')) continue;
    lines.push(
      batch(pids[name], [
        'link set lo up',
        ...(node.kind === 'endpoint' ? [`link set eth0 address ${node.mac.toLowerCase()}`] : []),
        `addr add ${node.address} dev eth0`,
        'link set eth0 up',
        `route replace default via ${node.gateway}`,
      ]),
    );
  }
  return `${lines.join('\n')}\n`;
}

function batch(pid: number | undefined, commands: string[]): string {
  return `nsenter --net=/proc/${pid}/ns/net ip -batch - <<'END'\n${commands.join('\n')}\nEND`;
}
