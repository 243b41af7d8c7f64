import {certificateNames} from '#harness/certificate-names.ts';
import {withSetClock} from '#harness/clock.ts';
import {checkImpairment, type DeclaredImpairment} from '#harness/declared-impairment.ts';
import {findEvent, type Lab, NoSuchNodeError, type UntilOptions} from '#harness/lab.ts';
import {defaultSettings, type LabSettings} from '#harness/lab-settings.ts';
import {directionsOf, type LinkOrder, startOrders, wireNode} from '#harness/link-directions.ts';
import {hostsOf, planRoles, type RolePlan} from '#harness/role-plan.ts';
import {Answers} from '#harness/simulator/answers.ts';
import {Cables} from '#harness/simulator/cables.ts';
import type {RoleOutlets} from '#harness/simulator/carried-role.ts';
import {DeskNode} from '#harness/simulator/desk-node.ts';
import {EndpointNode} from '#harness/simulator/endpoint-node.ts';
import {eventWait} from '#harness/simulator/event-wait.ts';
import type {GapGauge} from '#harness/simulator/gap-gauge.ts';
import {gapGaugeOf} from '#harness/simulator/gap-gauge-of.ts';
import {NadNode} from '#harness/simulator/nad-node.ts';
import {NodeClock} from '#harness/simulator/node-clock.ts';
import type {PacketSeen} from '#harness/simulator/packet-seen.ts';
import {plainCopy} from '#harness/simulator/plain-copy.ts';
import {PsnNode} from '#harness/simulator/psn-node.ts';
import type {Sabotage} from '#harness/simulator/sabotage.ts';
import type {NodeSurroundings, SimulatedNode} from '#harness/simulator/simulated-node.ts';
import {Simulation} from '#harness/simulator/simulation.ts';
import {supplicantOf} from '#harness/simulator/supplicant-of.ts';
import {VirtualNetwork} from '#harness/simulator/virtual-network.ts';
import {Waits} from '#harness/simulator/waits.ts';
import {Timeline} from '#harness/timeline.ts';
import {nodesOf, type Topology, type TopologyNode} from '#harness/topology.ts';
import type {Packet} from '#protocol/dacl/verdict.ts';
import type {EventOf, LabEvent, LabEventBody, LabEventKind} from '#protocol/event.ts';
import type {Impairment} from '#protocol/link/impairment.ts';

export interface SimulationOptions {
  topology: Topology;
  settings?: LabSettings;
  seed: number;
  /** Bugs on purpose. */
  sabotage?: Sabotage;
  /** Runs when PSNs and switch take part and no endpoint does yet. */
  prepare?: (lab: SimulatedLab) => Promise<void>;
}

const defaultWithinMs = 120_000;
/** As long as the shortest wait in containers, in their lab time. */
const shortestRealDeadlineMs = 10_000;
/** What a command takes on its way to a node: as in containers, a moment, so that what it causes is later than its sending. */
const controlMs = 0.1;

/** A lab in virtual time. Resolves when every node takes part. */
export async function simulate(options: SimulationOptions): Promise<SimulatedLab> {
  const lab = new SimulatedLab(options);
  await lab.begin(options.prepare);
  return lab;
}

/**
The same roles as in the containers, between virtual cables, in virtual time. Same options, same seed, same calls: the same timeline,
byte for byte.
*/
export class SimulatedLab implements Lab {
  readonly world = 'simulated';
  readonly name: string;
  readonly topology: Topology;
  readonly settings: LabSettings;
  readonly seed: number;
  readonly timeline = new Timeline();
  readonly simulation = new Simulation();
  readonly network: VirtualNetwork;
  /** Told of every packet that enters an access port. */
  onPacket: ((seen: PacketSeen) => void) | undefined;
  readonly #nodes = new Map<string, SimulatedNode>();
  readonly #nad: NadNode;
  readonly #clocks = new Map<string, NodeClock>();
  readonly #stopped = new Set<string>();
  readonly #gauges: GapGauge[] = [];
  readonly #cables: Cables;
  readonly #sabotage: Sabotage;
  readonly #waits = new Waits(this.simulation);
  readonly #answers = new Answers({simulation: this.simulation, waits: this.#waits, timeline: this.timeline});

  constructor({topology, settings = defaultSettings(topology), seed, sabotage = {}}: SimulationOptions) {
    this.#sabotage = sabotage;
    this.name = `${topology.name}-simulated`;
    this.topology = topology;
    this.settings = settings;
    this.seed = seed;
    this.network = new VirtualNetwork(topology, {simulation: this.simulation, seed, timerScale: settings.timeScale});
    this.#cables = new Cables(this.network, {
      simulation: this.simulation,
      changed: () => this.#look(),
      tell: (node, port, isUp) => this.#stopped.has(node) || this.#node(node).carrier(port, isUp),
    });
    let nad: NadNode | undefined;
    for (const plan of planRoles(topology, settings)) {
      const node = this.#make(plan);
      if (node instanceof NadNode) nad = node;
      this.#nodes.set(plan.node, node);
    }
    if (nad === undefined) throw new Error(`topology ${topology.name} has no switch`);
    this.#nad = nad;
    this.network.eyes = {
      permits: (port, packet) => this.#permits(port, packet),
      redirects: (port, packet, payload) => nad.redirects(port, packet, payload),
      sees: (port, mac, address) => nad.sees(port, mac, address),
    };
    this.timeline.subscribe(event => this.#waits.tell(event));
  }

  /** To be called once. */
  async begin(prepare: SimulationOptions['prepare']): Promise<void> {
    for (const order of startOrders(this.topology, this.settings.links)) this.#impair(order);
    this.#boot('psn');
    this.#boot('nad');
    while (!this.#nad.isGuarded && this.simulation.step());
    this.#boot('desk-switch');
    await prepare?.(this);
    this.#boot('endpoint');
  }

  nowMs(): number {
    return this.simulation.nowMs;
  }

  until<Kind extends LabEventKind>(kind: Kind, options: UntilOptions<Kind> = {}): Promise<EventOf<Kind>> {
    const {withinMs = defaultWithinMs, ...rest} = options;
    const already = findEvent(this.timeline, kind, rest);
    if (already) return Promise.resolve(already);
    const spanMs = Math.max(withinMs, shortestRealDeadlineMs * this.settings.timeScale);
    return new Promise((resolve, reject) => {
      const deadline = {spanMs, deadlineMs: this.nowMs() + spanMs};
      this.#waits.add(eventWait(this.timeline, kind, rest, deadline, {resolve, reject}));
    });
  }

  elapse(ms: number): Promise<void> {
    const deadlineMs = this.nowMs() + ms;
    return new Promise((resolve, reject) => {
      this.#waits.add({deadlineMs, sees: () => false, expire: resolve, abort: reject});
    });
  }

  async call(node: string, command: {name: string}): Promise<unknown> {
    const target = this.#node(node);
    if (this.#stopped.has(node)) throw new Error(`node ${node} has no power: it cannot do ${command.name}`);
    const send = (id: string) => this.simulation.after(controlMs, () => target.command(id, command));
    return this.#answers.of(node, command.name, send);
  }

  async stopNode(node: string): Promise<void> {
    const target = this.#node(node);
    if (this.#stopped.has(node)) return;
    await this.elapse(controlMs);
    this.#stopped.add(node);
    target.powerOff();
    this.#cables.setPower(node, false);
    this.#answers.rejectAll(node, new Error(`node ${node} lost its power before it answered`));
    this.#record(node, {kind: 'node-stopped', how: 'power off'});
  }

  async startNode(node: string): Promise<void> {
    const target = this.#node(node);
    if (!this.#stopped.has(node)) return;
    await this.elapse(controlMs);
    this.#stopped.delete(node);
    this.#cables.setPower(node, true);
    target.boot(withSetClock({}, this.timeline, node));
    this.#look();
    this.#record(node, {kind: 'node-started'});
  }

  async impair(link: string, declared: DeclaredImpairment | null, options: {from?: string} = {}): Promise<void> {
    const directions = directionsOf(this.topology, link, options.from);
    const impairment = declared === null ? null : checkImpairment(declared);
    await this.elapse(controlMs);
    for (const direction of directions) this.#impair({direction, impairment});
  }

  /** Stops a node's process for a while: its kernel still acknowledges, and what comes waits. */
  pauseNode(node: string): void {
    this.#node(node).pause();
  }

  resumeNode(node: string): void {
    this.#node(node).resume();
  }

  /** From now on a node's clock goes faster by so many millionths (slower, below 0). */
  driftClock(node: string, partsPerMillion: number): void {
    this.#node(node);
    this.#clocks.get(node)?.drift(partsPerMillion);
  }

  /** Cuts the cable at an end such as `psn1:eth0`, or mends it. */
  setCable(end: string, isUp: boolean): void {
    this.#cables.setDown(end, `cable of ${end} cut`, !isUp);
  }

  /** As `impair`, in both directions and at once: for whoever acts within virtual time. */
  impairNow(end: string, impairment: Impairment | null): void {
    for (const direction of directionsOf(this.topology, end)) this.#impair({direction, impairment});
  }

  isStopped(node: string): boolean {
    return this.#stopped.has(node);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#waits.clear();
    for (const node of this.#nodes.values()) node.powerOff();
  }

  #make(plan: RolePlan): SimulatedNode {
    const clock = new NodeClock(this.simulation);
    this.#clocks.set(plan.node, clock);
    const surroundings: NodeSurroundings = {
      node: plan.node,
      simulation: this.simulation,
      clock,
      network: this.network,
      seed: this.seed,
      timerScale: this.settings.timeScale,
      outlets: this.#outletsOf(plan.node),
      sabotage: this.#sabotage,
    };
    if (plan.kind === 'endpoint') {
      const plug = (isUp: boolean) => this.#cables.setDown(`${plan.node}:eth0`, `${plan.node} unplugged`, !isUp);
      const sendEapolStart = (mac: string) =>
        this.#nad.hearsEapolStart({port: this.network.wiring.portOf(plan.node), mac});
      return new EndpointNode(surroundings, plan.settings, {gauge: this.#gaugeOf(plan.node), plug, sendEapolStart});
    }
    if (plan.kind === 'nad') {
      return new NadNode(surroundings, plan.settings, {
        forwardingChanged: () => this.#look(),
        setPort: (port, isUp) => this.#cables.setDown(`${plan.node}:${port}`, `${port} shut`, !isUp),
        supplicantOf: host => supplicantOf(host, this.network, this.#nodes),
      });
    }
    if (plan.kind === 'desk-switch') {
      const setPort = (port: string, isUp: boolean) =>
        this.#cables.setDown(`${plan.node}:${port}`, `${plan.node} dark`, !isUp);
      return new DeskNode(surroundings, plan.settings, setPort);
    }
    return new PsnNode(surroundings, plan.settings, {
      hosts: hostsOf(this.topology),
      names: certificateNames(plan, this.settings),
      isTrusted: !this.settings.psn.untrusted.includes(plan.node),
    });
  }

  #outletsOf(node: string): RoleOutlets {
    return {
      record: event => this.#record(node, event),
      // What is answered goes by a wire in the other world: nobody gets hold of a role's own objects.
      reply: (id, result) => this.#answers.settle(id, ({resolve}) => resolve(plainCopy(result))),
      refuse: (id, message) => this.#answers.settle(id, ({reject}) => reject(new Error(message))),
    };
  }

  #impair({direction, impairment}: LinkOrder): void {
    const {link, from} = direction;
    this.network.link(`${from.node}:${from.interface}`).impair(from.node, impairment);
    const where = {link, from: from.node};
    if (impairment === null) this.#record(wireNode, {kind: 'link-restored', ...where});
    else this.#record(wireNode, {kind: 'link-impaired', ...where, method: 'simulated', impairment});
  }

  #record(node: string, event: LabEventBody): void {
    this.timeline.add({atMs: this.simulation.nowMs, node, ...event} as LabEvent);
  }

  #boot(kind: TopologyNode['kind']): void {
    for (const [node] of nodesOf(this.topology, kind)) this.#node(node).boot();
  }

  #node(node: string): SimulatedNode {
    const found = this.#nodes.get(node);
    if (found === undefined) throw new NoSuchNodeError(node, [...this.#nodes.keys()]);
    return found;
  }

  #permits(port: string, packet: Packet): boolean {
    const {verdict} = this.#nad.forwarding.decide(port, packet);
    this.onPacket?.({atMs: this.nowMs(), port, packet, verdict});
    return verdict === 'permit';
  }

  #look(): void {
    for (const gauge of this.#gauges) gauge.look();
  }

  #gaugeOf(endpoint: string): GapGauge {
    const gauge = gapGaugeOf(endpoint, {
      topology: this.topology,
      network: this.network,
      nowMs: () => this.nowMs(),
      isListening: (psn, port) => {
        const node = this.#nodes.get(psn);
        return node instanceof PsnNode && node.isListeningOn(port);
      },
      permits: (port, packet) => this.#nad.forwarding.look(port, packet).verdict === 'permit',
    });
    this.#gauges.push(gauge);
    return gauge;
  }
}
