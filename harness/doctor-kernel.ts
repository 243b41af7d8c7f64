import type {Engine} from '#harness/containers/engine.ts';
import {outputOf} from '#harness/containers/exec.ts';
import {netemProbe} from '#harness/containers/impair-script.ts';

// Each line says its feature's name only if the kernel did it.
const script = `
ip link add probe0 type veth peer name probe1 && echo veth
ip link add probe2 type bridge && echo bridge
nft add table netdev probe &&
nft 'add chain netdev probe port { type filter hook ingress device "lo" priority 0; }' && echo netdev-ingress
ip link add probe3 type vxlan id 7 local 127.0.0.1 remote 127.0.0.1 dstport 4789 && echo vxlan
nft 'add rule netdev probe port ip daddr 127.0.0.9 fwd to "probe0"' && echo netdev-forward
ip link set lo up
nft 'add rule netdev probe port meta nftrace set 1 counter'
timeout 3 nft monitor trace >/tmp/trace &
for attempt in 1 2 3 4 5 6 7 8 9 10; do
  node -e 'const s = require("node:dgram").createSocket("udp4"); s.send("probe", 9, "127.0.0.1", () => s.close())'
  grep -q "trace id" /tmp/trace && echo trace && break
done
nft 'add chain netdev probe out { type filter hook egress device "lo" priority 0; }' && echo netdev-egress
${netemProbe} && echo netem
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
  const output = outputOf(container, stream);
  await container.start();
  return new Set((await output).stdout.trim().split('\n'));
}
