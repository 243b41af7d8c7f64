import type Docker from 'dockerode';
import {withSetClock} from '#harness/clock.ts';
import {ControlChannel} from '#harness/containers/control-channel.ts';
import type {LinkImpairer} from '#harness/containers/link-impairer.ts';
import {type Linker, linkScript} from '#harness/containers/linker.ts';
import {checkImpairment, type DeclaredImpairment} from '#harness/declared-impairment.ts';
import {type Lab, NoSuchNodeError, type UntilOptions, waitForEvent} from '#harness/lab.ts';
import type {LabSettings} from '#harness/lab-settings.ts';
import {directionsOf} from '#harness/link-directions.ts';
import {switchRestarted} from '#harness/role-plan.ts';
import type {Timeline} from '#harness/timeline.ts';
import type {Topology} from '#harness/topology.ts';
import type {NadNodeSettings} from '#images/nad/settings.ts';
import {type ClockSettings, type LabClock, labClock, monotonicMs} from '#images/shell/clock.ts';
import type {WireView} from '#images/wire/contract.ts';
import type {EventOf, LabEvent, LabEventKind} from '#protocol/event.ts';

const defaultWithinMs = 120_000;
/** Under load a container may need seconds for what takes milliseconds; a deadline is not a claim about speed. */
const startDeadlineMs = 30_000;
const shortestRealDeadlineMs = 10_000;

/** What a lab in containers is made of; `deploy.ts` makes it, `join.ts` finds one that another program made. */
export interface ContainerLabParts {
  name: string;
  topology: Topology;
  settings: LabSettings;
  engine: Docker;
  /** For the links of a node that is started again; absent in a joined lab. */
  linker?: Linker;
  containerIds: Record<string, string>;
  channels: Map<string, ControlChannel>;
  /** What each node was begun with; absent in a joined lab. */
  begins: Map<string, {node: string; clock: ClockSettings; settings: unknown}>;
  clock: ClockSettings;
  timeline: Timeline;
  links: LinkImpairer;
  /** Runs when the lab is closed, last. */
  close: () => Promise<void>;
}

/** A lab whose nodes are containers: real sockets, real clock, the kernel's own packet filter. */
export class ContainerLab implements Lab {
  readonly world = 'containers';
  readonly name: string;
  readonly topology: Topology;
  readonly settings: LabSettings;
  readonly timeline: Timeline;
  readonly #parts: ContainerLabParts;
  readonly #clock: LabClock;

  constructor(parts: ContainerLabParts) {
    this.name = parts.name;
    this.topology = parts.topology;
    this.settings = parts.settings;
    this.timeline = parts.timeline;
    this.#parts = parts;
    this.#clock = labClock(parts.clock);
  }

  get engine(): Docker {
    return this.#parts.engine;
  }

  /** Throws if the lab has no such node, with the names of those it has. */
  containerOf(node: string): Docker.Container {
    const id = this.#parts.containerIds[node];
    if (id === undefined) throw new NoSuchNodeError(node, Object.keys(this.#parts.containerIds));
    return this.#parts.engine.getContainer(id);
  }

  nowMs(): number {
    return this.#clock.nowMs();
  }

  until<Kind extends LabEventKind>(kind: Kind, options: UntilOptions<Kind> = {}): Promise<EventOf<Kind>> {
    const {withinMs = defaultWithinMs, ...rest} = options;
    const deadlineMs = Math.max(shortestRealDeadlineMs, this.#clock.realMs(withinMs));
    return waitForEvent(this.timeline, kind, {...rest, deadlineMs});
  }

  async elapse(ms: number): Promise<void> {
    const endMs = this.nowMs() + ms;
    await new Promise(resolve => setTimeout(resolve, this.#clock.untilMs(endMs)));
  }

  async call(node: string, command: {name: string}): Promise<unknown> {
    const channel = this.#parts.channels.get(node);
    if (channel === undefined) throw new NoSuchNodeError(node, [...this.#parts.channels.keys()]);
    return channel.call(command);
  }

  async stopNode(node: string): Promise<void> {
    this.#parts.channels.get(node)?.[Symbol.dispose]();
    await this.containerOf(node).kill();
    this.#record(node, {kind: 'node-stopped', how: 'power off'});
  }

  async startNode(node: string): Promise<void> {
    const {engine, linker, channels} = this.#parts;
    const begin = this.#parts.begins.get(node);
    if (begin === undefined || linker === undefined)
      throw new Error(`node ${node} was begun by another program, which alone can start it again`);
    const container = this.containerOf(node);
    // Answered when the engine has put the old process away. Until then it would hang up on us, or never tell us anything.
    await container.inspect();
    const channel = await ControlChannel.attach(container, node, {onEvent: event => this.timeline.add(event)});
    channels.set(node, channel);
    await container.start();
    await channel.becomes('ready', startDeadlineMs);
    const pids = await pidsOf(engine, this.#parts.containerIds);
    const impaired = await this.#parts.links.scriptAfterRestart(node);
    await linker.run(`${linkScript(this.topology, pids, node)}${impaired}`);
    channel.begin({...begin, settings: this.#settingsAfterRestart(node, begin.settings)});
    await channel.becomes('begun', startDeadlineMs);
    this.#record(node, {kind: 'node-started'});
  }

  async impair(link: string, declared: DeclaredImpairment | null, options: {from?: string} = {}): Promise<void> {
    const directions = directionsOf(this.topology, link, options.from);
    const impairment = declared === null ? null : checkImpairment(declared);
    await this.#parts.links.apply(directions.map(direction => ({direction, impairment})));
  }

  /** What the wire has carried; null: no link of the lab is impaired, nor has been. */
  wire(): Promise<WireView | null> {
    return this.#parts.links.view();
  }

  /** Lets go of the lab without taking it down: its containers are others' business from now on. */
  release(): void {
    this.#letGo();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#letGo();
    await this.#parts.close();
  }

  #settingsAfterRestart(node: string, settings: unknown): unknown {
    const kept = withSetClock(settings, this.timeline, node);
    return this.topology.nodes[node]?.kind === 'nad' ? switchRestarted(kept as NadNodeSettings, this.nowMs()) : kept;
  }

  #letGo(): void {
    for (const channel of this.#parts.channels.values()) channel[Symbol.dispose]();
    this.#parts.links[Symbol.dispose]();
  }

  #record(node: string, event: {kind: 'node-stopped'; how: string} | {kind: 'node-started'}): void {
    this.timeline.add({...event, node, atMs: this.nowMs()} as LabEvent);
  }
}

/** The process ids of running nodes on the engine's host, by node. */
export async function pidsOf(engine: Docker, containerIds: Record<string, string>): Promise<Record<string, number>> {
  const pids = await Promise.all(
    Object.entries(containerIds).map(async ([node, id]) => {
      const {State} = await engine.getContainer(id).inspect();
      return [node, State.Pid] as const;
    }),
  );
  return Object.fromEntries(pids);
}

/**
Our clock's view of lab time, from what nodes said when they became ready. `origin` is in the engine's clock and goes to the
nodes; `here` is the same instant in ours.
*/
export function chooseOrigin(
  readings: {monotonicMs: number; heardAtMs: number}[],
  timeScale: number,
): {origin: ClockSettings; here: ClockSettings} {
  const offsetMs = Math.min(...readings.map(reading => reading.heardAtMs - reading.monotonicMs));
  const hereMs = monotonicMs();
  return {
    origin: {originMonotonicMs: hereMs - offsetMs, timeScale},
    here: {originMonotonicMs: hereMs, timeScale},
  };
}
