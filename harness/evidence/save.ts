/** What a run leaves for people to look at: one folder a lab. */
import {mkdir, writeFile} from 'node:fs/promises';
import {join, relative} from 'node:path';
import {cwd} from 'node:process';
import {Readable} from 'node:stream';
import {buffer} from 'node:stream/consumers';
import {extract} from 'tar-stream';
import type {ContainerLab} from '#harness/containers/container-lab.ts';
import {execIn} from '#harness/containers/exec.ts';
import {endpointOf} from '#harness/endpoint-handle.ts';
import {PcapngStream} from '#harness/evidence/pcapng.ts';
import {readEnd} from '#harness/link-end.ts';
import {agentsOf, nodesOf} from '#harness/topology.ts';
import {knockPorts} from '#protocol/nad/knock.ts';

/** The gap meter's knocks are no part of the story, and would be most of what is captured. */
const withoutKnocks = `not (tcp and portrange ${knockPorts.from}-${knockPorts.to})`;
const captureFolder = '/var/lib/posturelab/captures';

/** Starts tcpdump on every port of the switch, inside it: each link has one end there. They end with the container. */
export async function startLinkCaptures(lab: ContainerLab): Promise<void> {
  const captureEach = `for port; do tcpdump -i "$port" -U -s 0 -w "$0/$port.pcap" '${withoutKnocks}' & done; wait`;
  const exec = await lab.containerOf(nadName(lab)).exec({
    Cmd: ['sh', '-c', captureEach, captureFolder, ...switchPorts(lab)],
    AttachStdout: false,
    AttachStderr: false,
  });
  (await exec.start({Detach: true})).resume(); // an answer that nobody reads keeps the connection, and us with it
}

/**
Saves the timeline (text and NDJSON), every container's log, the nftables ruleset with counters, a capture a link and each
agent's log. What cannot be had (a node that is gone) is said in `missing.txt`. Resolves to the folder, relative to here.
*/
export async function saveEvidence(
  lab: ContainerLab,
  {artifacts, error}: {artifacts: string; error?: unknown},
): Promise<string> {
  const folder = join(artifacts, lab.name);
  await mkdir(folder, {recursive: true});
  const missing: string[] = [];
  const save = async (name: string, content: () => Promise<string | Buffer>) => {
    try {
      await writeFile(join(folder, name), await content());
    } catch (error) {
      missing.push(`${name}: ${error instanceof Error ? error.message : error}`);
    }
  };
  const nad = nadName(lab);
  await Promise.all([
    save('timeline.txt', async () => `${lab.timeline}\n`),
    save('timeline.ndjson', async () =>
      lab.timeline
        .all()
        .map(event => `${JSON.stringify(event)}\n`)
        .join(''),
    ),
    save('nftables.txt', async () => (await execIn(lab.containerOf(nad), ['nft', 'list', 'ruleset'])).stdout),
    ...(error === undefined
      ? []
      : [save('failure.txt', async () => `${error instanceof Error ? (error.stack ?? error.message) : error}\n`)]),
    ...Object.keys(lab.topology.nodes).map(node => save(`${node}.log`, () => containerLog(lab, node))),
    ...agentsOf(lab.topology).map(([node]) =>
      save(`${node}-AnyConnect_ISEPosture.txt`, () => endpointOf(lab, node).readLog()),
    ),
    ...switchPorts(lab).map(port => save(`${port}.pcapng`, () => readCapture(lab, port))),
  ]);
  if (missing.length > 0) await writeFile(join(folder, 'missing.txt'), `${missing.join('\n')}\n`);
  return relative(cwd(), folder) || '.';
}

/** The packets captured so far on a port of the switch, as pcapng. */
export async function readCapture(lab: ContainerLab, port: string): Promise<Buffer> {
  const archive = await lab.containerOf(nadName(lab)).getArchive({path: `${captureFolder}/${port}.pcap`});
  const entries = extract();
  entries.end(await buffer(archive)); // to its end: half an answer keeps the connection, and us with it
  for await (const entry of entries) {
    const pcap = await buffer(entry);
    return buffer(Readable.from([pcap]).pipe(new PcapngStream({interface: `${nadName(lab)}:${port}`})));
  }
  throw new Error(`no capture of ${port}`);
}

async function containerLog(lab: ContainerLab, node: string): Promise<string> {
  const log = await lab.containerOf(node).logs({stdout: true, stderr: true, timestamps: true, follow: false});
  return readFrames(log);
}

/** The engine's log frames: eight bytes of header (stream, length), then text. */
function readFrames(log: Buffer): string {
  const parts: string[] = [];
  for (let offset = 0; offset + 8 <= log.length; ) {
    const length = log.readUInt32BE(offset + 4);
    parts.push(log.subarray(offset + 8, offset + 8 + length).toString());
    offset += 8 + length;
  }
  return parts.join('');
}

function nadName(lab: ContainerLab): string {
  return nodesOf(lab.topology, 'nad')[0]?.[0] ?? '';
}

function switchPorts(lab: ContainerLab): string[] {
  return lab.topology.links
    .flatMap(link => link.ends.map(readEnd))
    .filter(end => end.node === nadName(lab))
    .map(end => end.interface);
}
