import {once} from 'node:events';
import {createInterface} from 'node:readline';
import {startCapture} from '#harness/containers/capture.ts';
import type {ContainerLab} from '#harness/containers/container-lab.ts';
import {findEngine} from '#harness/containers/engine.ts';
import {execIn} from '#harness/containers/exec.ts';
import {ensureImages} from '#harness/containers/images.ts';

const port = 4999;

/** Lets a node send frames of any kind: what comes in a datagram to this VXLAN device goes out of eth0, as from a program of the node's. */
const source = `
ip link add inject type vxlan id 99 local 127.0.0.1 remote 127.0.0.1 dstport ${port}
ip link set inject addrgenmode none
ip link set inject up
nft 'table netdev inject {
  chain in { type filter hook ingress device "inject" priority 0; fwd to "eth0"; }
}'
`;

/** EAPOL-Start (IEEE 802.1X-2010 11.3) to the PAE group address, as often as asked for; prints when each was sent, in ms since 1970. */
const sender = `
const {createSocket} = require('node:dgram');
const frame = Buffer.alloc(60);
Buffer.from('0180c2000003005056a8be02888e01010000', 'hex').copy(frame);
const datagram = Buffer.concat([Buffer.from([8, 0, 0, 0, 0, 0, 99, 0]), frame]);
const socket = createSocket('udp4');
let left = Number(process.argv[1]);
const send = () => {
  console.log(performance.timeOrigin + performance.now());
  socket.send(datagram, ${port}, '127.0.0.1', () => (--left > 0 ? setTimeout(send, 2) : socket.close()));
};
send();
`;

/** To be called once a lab. */
export async function makeEapolSource(lab: ContainerLab): Promise<void> {
  const {exitCode, stderr} = await execIn(lab.containerOf('endpoint'), ['sh', '-euc', source], {user: 'root'});
  if (exitCode !== 0) throw new Error(stderr);
}

/** Sends EAPOL frames from the endpoint; the instants of their sending. */
export async function sendEapol(lab: ContainerLab, count: number): Promise<number[]> {
  const command = ['node', '-e', sender, String(count)];
  const {exitCode, stdout, stderr} = await execIn(lab.containerOf('endpoint'), command);
  if (exitCode !== 0) throw new Error(stderr);
  return stdout.trim().split('\n').map(Number);
}

/** Sends as many, and waits for all of them at the switch's port; for each, how long it took. */
export async function eapolDelaysMs(lab: ContainerLab, count: number): Promise<number[]> {
  const engine = await findEngine();
  const {base} = await ensureImages(engine, () => {});
  await using capture = await startCapture(engine, {
    containerId: lab.containerOf('nad').id,
    port: 'fa0-12',
    filter: 'ether src 00:50:56:a8:be:02 and ether proto 0x888e',
    image: base,
    labels: {'posturelab.lab': lab.name},
    format: 'text',
  });
  const heard: number[] = [];
  const lines = createInterface({input: capture.output}).on('line', line => heard.push(msOfDay(line)));
  const sent = await sendEapol(lab, count);
  while (heard.length < count) await Promise.race([once(lines, 'line'), capture.failed]);
  return sent.map((atMs, index) => (heard[index] ?? Number.NaN) - (atMs % dayMs));
}

const dayMs = 24 * 3_600_000;

/** `12:34:56.789012 …`; containers keep UTC. */
function msOfDay(line: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = line.slice(0, 15).split(':').map(Number);
  return ((hours * 60 + minutes) * 60 + seconds) * 1000;
}
