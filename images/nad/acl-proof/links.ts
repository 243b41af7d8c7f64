import {execFile} from 'node:child_process';
import {writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {nftCommand} from '#images/nad/nft.ts';

const run = promisify(execFile);

/** The access port under test. */
export const proofPort = 'fa0-12';
/** Where frames that have passed come out. */
export const behindPort = 'behind';
/** Number and UDP port of the VXLAN by which frames get in: a datagram with one in it, and the kernel has received it. */
export const vxlan = {id: 7, port: 4789};

/**
    datagram ─▶ inject ─▶ host ══ fa0-12 ─▶ out ══ behind

Frames enter the port from its other end, as an endpoint's do, meet the switch's rules there (priority 0), and those that are
left come out of `behind`. Needs nothing but the kernel: no raw sockets.
*/
export async function makeProofLinks(rules = tracingRules): Promise<void> {
  const devices = ['inject', 'host', proofPort, 'out', behindPort];
  await batch([
    'link set lo up',
    `link add inject type vxlan id ${vxlan.id} local 127.0.0.1 remote 127.0.0.1 dstport ${vxlan.port}`,
    `link add host type veth peer name ${proofPort}`,
    `link add out type veth peer name ${behindPort}`,
  ]);
  // Nothing but our frames: with IPv6, the kernel would announce each device. A kernel without it knows no such setting.
  await batch(devices.map(device => `link set ${device} addrgenmode none`)).catch(() => {});
  await batch(devices.map(device => `link set ${device} up`));
  await nftFile(rules);
}

/** Runs commands of nft, as a file. */
export async function nftFile(commands: string): Promise<void> {
  const script = join(tmpdir(), 'proof.nft');
  await writeFile(script, commands);
  const [nft = '', ...args] = nftCommand;
  await run(nft, [...args, '-f', script]);
}

/** Every packet is traced on its way through the port's rules. */
const tracingRules = `
table netdev proof {
  chain inject { type filter hook ingress device "inject" priority 0; fwd to "host"; }
  chain trace { type filter hook ingress device "${proofPort}" priority -100; meta nftrace set 1 accept; }
  chain passed { type filter hook ingress device "${proofPort}" priority 100; fwd to "out"; }
}
`;

async function batch(commands: string[]): Promise<void> {
  const script = join(tmpdir(), 'proof.ip');
  await writeFile(script, `${commands.join('\n')}\n`);
  await run('ip', ['-batch', script]);
}
