import type Docker from 'dockerode';
import {GenericContainer, type WaitStrategy} from 'testcontainers';
import {ControlChannel, type Ready} from '#harness/containers/control-channel.ts';
import type {TopologyNode} from '#harness/topology.ts';
import type {LabEvent} from '#protocol/event.ts';

/** A node whose container runs and whose process is ready to begin; its links are not there yet. */
export interface StartedNode {
  containerId: string;
  channel: ControlChannel;
  ready: Ready;
}

/** The wire is no node of a topology (harness/containers/link-impairer.ts). */
type ContainerKind = TopologyNode['kind'] | 'wire';

export interface NodeContainerOptions {
  name: string;
  kind: ContainerKind;
  image: string;
  /** Endpoints and switch take part in 802.1X. */
  hasDot1x: boolean;
  /** Endpoints have their addresses from the switch. */
  hasDhcp: boolean;
  /** The switch has IPv6, so the others may have it too. */
  hasIpv6: boolean;
  containerName: string;
  labels: Record<string, string>;
  /** FQDN to address, for people who look around in the container. */
  hosts: Record<string, string>;
  startupTimeoutMs: number;
  onEvent: (event: LabEvent) => void;
}

/**
Starts one node with testcontainers, attached from before its first word. The container has no network: the linker gives it
its links. Rejects with what the process said if it ends before it is ready, or is not ready within `startupTimeoutMs`.
*/
export async function startNodeContainer(engine: Docker, options: NodeContainerOptions): Promise<StartedNode> {
  const attached = Promise.withResolvers<ControlChannel>();
  attached.promise.catch(() => {}); // `start` rejects for the same reason
  const container = await new NodeContainer(engine, options, attached)
    .withName(options.containerName)
    .withNetworkMode('none')
    .withDroppedCapabilities('ALL')
    .withAddedCapabilities(...capabilities[options.kind], ...furtherCapabilities(options))
    .withLabels(options.labels)
    .withExtraHosts(Object.entries(options.hosts).map(([host, ipAddress]) => ({host, ipAddress})))
    .withAutoCleanup(false) // our reaper goes by the owner label, and can tell a killed deploy from a deployed lab
    .withWaitStrategy(new ReadyStrategy(attached.promise, options.startupTimeoutMs))
    .start();
  const channel = await attached.promise;
  return {containerId: container.getId(), channel, ready: await channel.ready};
}

/** Single capabilities, never `--privileged`: services run as an unprivileged user, the tools they call have file capabilities. */
const capabilities: Record<ContainerKind, string[]> = {
  endpoint: ['NET_ADMIN'],
  nad: ['NET_ADMIN', 'NET_RAW', 'NET_BIND_SERVICE'], // the last is dnsmasq's: see images/shell/seal.sh
  psn: [],
  'desk-switch': ['NET_ADMIN'],
  wire: [],
};

/** wpa_supplicant and udhcpc need raw sockets. */
function furtherCapabilities({kind, hasDot1x, hasDhcp}: NodeContainerOptions): string[] {
  return kind === 'endpoint' && (hasDot1x || hasDhcp) ? ['NET_RAW'] : [];
}

const sysctls: Record<ContainerKind, Record<string, string>> = {
  endpoint: {
    'net.ipv4.ping_group_range': '0 2147483647',
    'net.ipv4.ip_unprivileged_port_start': '68', // its DHCP client, when it renews
  },
  nad: {
    'net.ipv4.ping_group_range': '0 2147483647',
    'net.ipv4.ip_forward': '1',
    'net.ipv4.ip_unprivileged_port_start': '53', // its DNS server, and 67 of DHCP
  },
  psn: {
    'net.ipv4.ping_group_range': '0 2147483647',
    'net.ipv4.ip_unprivileged_port_start': '443', // its REST API
  },
  'desk-switch': {'net.ipv6.conf.default.disable_ipv6': '1'}, // it is no host: nothing it sends is its own
  wire: {},
};

/**
Declared addresses are checked to be different: asking the network whether they are (duplicate address detection) would only cost two
seconds, in which a link is of no use. Endpoints ask. That a host tells its neighbours of a new address unasked is the rule of RFC 9131, and what
the switch learns it from.
*/
const ipv6Sysctls: Record<ContainerKind, Record<string, string>> = {
  endpoint: {
    'net.ipv6.conf.default.router_solicitation_delay': '0',
    'net.ipv6.conf.default.ndisc_notify': '1',
  },
  nad: {'net.ipv6.conf.all.forwarding': '1', 'net.ipv6.conf.default.accept_dad': '0'},
  psn: {'net.ipv6.conf.default.accept_dad': '0'},
  'desk-switch': {},
  wire: {},
};

class NodeContainer extends GenericContainer {
  protected override containerCreated: (containerId: string) => Promise<void>;

  constructor(engine: Docker, options: NodeContainerOptions, attached: PromiseWithResolvers<ControlChannel>) {
    super(options.image);
    this.createOpts.OpenStdin = true;
    this.createOpts.NetworkDisabled = true; // see ARCHITECTURE.md: Docker's `none` deadlocks engine 20.10
    this.createOpts.Hostname = options.name;
    this.hostConfig.Sysctls = {...sysctls[options.kind], ...(options.hasIpv6 ? ipv6Sysctls[options.kind] : {})};
    this.containerCreated = async containerId => {
      try {
        attached.resolve(
          await ControlChannel.attach(engine.getContainer(containerId), options.name, {onEvent: options.onEvent}),
        );
      } catch (error) {
        attached.reject(error);
        throw error;
      }
    };
  }
}

/** Ready is what the node says on its control channel, not an open port: it has no network yet. */
class ReadyStrategy implements WaitStrategy {
  readonly #attached: Promise<ControlChannel>;
  #startupTimeoutMs: number;

  constructor(attached: Promise<ControlChannel>, startupTimeoutMs: number) {
    this.#attached = attached;
    this.#startupTimeoutMs = startupTimeoutMs;
  }

  async waitUntilReady(): Promise<void> {
    const channel = await this.#attached;
    await channel.becomes('ready', this.#startupTimeoutMs);
  }

  withStartupTimeout(startupTimeoutMs: number): this {
    this.#startupTimeoutMs = startupTimeoutMs;
    return this;
  }

  isStartupTimeoutSet(): boolean {
    return true;
  }

  getStartupTimeout(): number {
    return this.#startupTimeoutMs;
  }
}
