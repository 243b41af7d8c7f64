import type {EndpointPlan} from '#harness/role-plan.ts';
import {VirtualDhcpClient} from '#harness/simulator/dhcp.ts';
import type {HostStack} from '#harness/simulator/host-stack.ts';
import type {NodeSurroundings} from '#harness/simulator/simulated-node.ts';
import type {Timer} from '#harness/simulator/simulation.ts';
import {VirtualSlaac} from '#harness/simulator/virtual-slaac.ts';
import {slaacPatienceMs} from '#images/endpoint/network-adapter.ts';

const discardPort = 9;

/**
The wired adapter of an endpoint, as images/endpoint/network-adapter.ts and dhcp-client.ts are in a container: its carrier, its lease, and
the IPv6 address that it makes itself.
*/
export class VirtualAdapter {
  readonly plug: (isUp: boolean) => void;
  readonly #surroundings: NodeSurroundings;
  readonly #plan: EndpointPlan;
  readonly #stack: HostStack;
  readonly #onLink: (link: {up: boolean; addresses: string[]}) => void;
  readonly #slaac: VirtualSlaac | undefined;
  #dhcp: VirtualDhcpClient | undefined;
  #hasCarrier = false;
  /** The IPv4 addresses that were told. */
  #leased: string[] = [];
  /** Tells of the link without an IPv6 address; over when it has been told. */
  #patience: Timer | undefined;
  #tellAtLast: () => void = () => {};

  /** `plug`: pulls the cable, or plugs it in. `onLink` is told that the link is up with its addresses: without one of IPv4 it is as good as down. */
  constructor(options: {
    surroundings: NodeSurroundings;
    plan: EndpointPlan;
    stack: HostStack;
    plug: (isUp: boolean) => void;
    onLink: (link: {up: boolean; addresses: string[]}) => void;
  }) {
    const {surroundings, plan, stack, plug, onLink} = options;
    this.plug = plug;
    this.#surroundings = surroundings;
    this.#plan = plan;
    this.#stack = stack;
    this.#onLink = onLink;
    this.#stack.isAddressed = !plan.dhcp;
    const {slaac: addresses} = plan;
    if (addresses === null) return;
    const {simulation, network, node, timerScale} = surroundings;
    const onAddress = (address: string) => this.#takeIpv6(address);
    this.#slaac = new VirtualSlaac({simulation, network, node, addresses, timerScale, onAddress});
    plug(false); // until it begins, as in containers (harness/containers/linker.ts)
  }

  get hasCarrier(): boolean {
    return this.#hasCarrier;
  }

  /** An interface that was taken down does not outlive the power. */
  powerOn(): void {
    const {network, node} = this.#surroundings;
    this.plug(true);
    this.#hasCarrier = network.link(`${node}:eth0`).isUp;
  }

  /** `told`: the present state has been told; of a link that is down there is nothing to tell. */
  begin(told: () => void): void {
    const {simulation, outlets} = this.#surroundings;
    const {dhcp, gateway, macs} = this.#plan;
    if (dhcp) {
      this.#dhcp = new VirtualDhcpClient({
        simulation,
        stack: this.#stack,
        mac: macs[0] ?? '',
        server: gateway,
        record: event => outlets.record(event),
        onAddresses: leased => this.#tell(leased),
      });
    }
    if (this.#hasCarrier) this.#carrierChanged(told);
    else told();
  }

  carrier(isUp: boolean): void {
    if (!isUp) this.#forgetNeighbours();
    if (isUp === this.#hasCarrier) return;
    this.#hasCarrier = isUp;
    this.#carrierChanged(() => {});
  }

  lease(does: 'renew' | 'release'): void {
    this.#dhcp?.[does]();
  }

  /** One datagram to the gateway's discard port, which makes the kernel ask for the gateway by ARP. */
  announce(): void {
    this.#stack.openUdp(0, () => {})({address: this.#plan.gateway, port: discardPort}, new Uint8Array(1));
  }

  powerOff(): void {
    this.#dhcp?.stop();
    this.#dhcp = undefined;
    this.#forgetIpv6();
    this.#leased = [];
    this.#stack.isAddressed = !this.#plan.dhcp;
    this.#forgetNeighbours();
  }

  /** With SLAAC the link is told to be up when there is an address, or none for too long (images/endpoint/network-adapter.ts). */
  #carrierChanged(told: () => void): void {
    this.#forgetIpv6();
    const tell = () => {
      this.#patience = undefined;
      this.#tellCarrier();
      told();
    };
    if (!this.#hasCarrier || this.#slaac === undefined) {
      tell();
      return;
    }
    const {simulation, timerScale} = this.#surroundings;
    this.#patience = simulation.after(slaacPatienceMs * timerScale, tell);
    this.#tellAtLast = tell;
    this.#slaac.start();
  }

  #takeIpv6(address: string): void {
    this.#stack.ipv6Address = address;
    if (this.#patience === undefined) {
      this.#tell(this.#leased);
      return;
    }
    this.#patience.isOver = true;
    this.#tellAtLast();
  }

  #forgetIpv6(): void {
    if (this.#patience) this.#patience.isOver = true;
    this.#patience = undefined;
    this.#slaac?.stop();
    this.#stack.ipv6Address = null;
  }

  #tellCarrier(): void {
    if (this.#dhcp !== undefined) this.#dhcp.carrier(this.#hasCarrier);
    else this.#tell(this.#hasCarrier ? this.#plan.addresses : []);
  }

  #tell(leased: string[]): void {
    this.#leased = leased;
    const up = leased.length > 0;
    this.#stack.isAddressed = up || !this.#plan.dhcp;
    if (!up) this.#forgetNeighbours();
    const {ipv6Address} = this.#stack;
    this.#onLink({up, addresses: [...leased, ...(up && ipv6Address !== null ? [ipv6Address] : [])]});
  }

  #forgetNeighbours(): void {
    const {network, node} = this.#surroundings;
    network.forgetNeighbours(node);
  }
}
