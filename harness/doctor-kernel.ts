import {PassThrough} from 'node:stream';
import {text} from 'node:stream/consumers';
import type {Engine} from '#harness/containers/engine.ts';

// Each line says its feature's name only if the kernel did it.
const script = `
ip link add probe0 type veth peer name probe1 && echo veth
ip link add probe2 type bridge && echo bridge
nft add table netdev probe &&
nft 'add chain netdev probe port { type filter hook ingress device "lo" priority 0; }' && echo netdev-ingress
nft add table ip probe &&
nft 'add chain ip probe steered { type nat hook prerouting priority dstnat; }' &&
nft add rule ip probe steered meta mark 1 meta l4proto tcp redirect to :8880 && echo nat
true
`;

/** Tries what labs need in a container of its own, as the kernel that matters may not be this machine's. */
export async function probeKernel(engine: Engine, image: string): Promise<Set<string>> {
  const container = await engine.createContainer({
    Image: image,
    Cmd: ['sh', '-c', script],
    User: 'root',
    NetworkDisabled: true,
    HostConfig: {CapDrop: ['ALL'], CapAdd: ['NET_ADMIN'], AutoRemove: true},
  });
  const stream = await container.attach({stream: true, stdout: true});
  const output = new PassThrough();
  engine.modem.demuxStream(stream, output, output);
  stream.once('end', () => output.end());
  await container.start();
  return new Set((await text(output)).trim().split('\n'));
}
