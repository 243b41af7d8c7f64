import type Docker from 'dockerode';
import {allEnded} from '#harness/containers/all-ended.ts';
import {pidsOf} from '#harness/containers/container-lab.ts';
import {ControlChannel} from '#harness/containers/control-channel.ts';
import {impairScript, netemLine, relayLines, type ScriptPlaces} from '#harness/containers/impair-script.ts';
import type {ContainerSession} from '#harness/containers/session.ts';
import {type LinkOrder, wireNode} from '#harness/link-directions.ts';
import {readEnd} from '#harness/link-end.ts';
import type {Topology} from '#harness/topology.ts';
import {type ClockSettings, labClock} from '#images/shell/clock.ts';
import type {WireView} from '#images/wire/contract.ts';
import type {ImpairmentMethod, LabEvent} from '#protocol/event.ts';

/** What a session has for links. */
export type LinkTools = Pick<ContainerSession, 'linker'> & {images: Pick<ContainerSession['images'], 'wire'>};

export interface LinkImpairerParts {
  engine: Docker;
  session: LinkTools;
  lab: string;
  /** On all containers of the lab. */
  labels: Record<string, string>;
  topology: Topology;
  containerIds: Record<string, string>;
  /** The lab's clock, by the engine's. */
  clock: ClockSettings;
  onEvent: (event: LabEvent) => void;
  /** The lab's clock, by our own. */
  here: ClockSettings;
}

interface Wire {
  containerId: string;
  channel: ControlChannel;
}

const wireLabel = 'posturelab.wire';
const startDeadlineMs = 30_000;

/** Makes a lab's links misbehave. The first order starts the wire's container; a lab without orders has none. */
export class LinkImpairer implements Disposable {
  readonly #parts: LinkImpairerParts;
  #wire: Promise<Wire> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: LinkImpairerParts) {
    this.#parts = parts;
  }

  /** One after the other. Resolves when they are in force and told in the timeline. Throws `LinkError`. */
  apply(orders: LinkOrder[]): Promise<void> {
    const applied = this.#last.then(() => this.#apply(orders));
    this.#last = applied.catch(() => {});
    return applied;
  }

  /** Hears what the wire of a running lab has told, if it has one. */
  async join(): Promise<void> {
    const found = await this.#find();
    if (found) this.#wire = Promise.resolve(found);
  }

  /** null: nothing of the lab is impaired, nor has been. */
  async view(): Promise<WireView | null> {
    if (this.#wire === undefined) return null;
    return (await (await this.#wire).channel.call({name: 'view'})) as WireView;
  }

  /** What the linker has to do for the impaired links of a node that has new ones. */
  async scriptAfterRestart(node: string): Promise<string> {
    const view = await this.view();
    if (this.#wire === undefined || view === null) return '';
    const places = await this.#places(await this.#wire);
    const orders = ordersOf(view, this.#parts.topology).filter(
      ({direction}) => direction.link.includes(`${node}:`) && this.#hasPower(direction.link, places.pids),
    );
    const line = view.method === 'netem' ? netemLine : relayLines;
    return orders.map(order => `${line(order, places)}\n`).join('');
  }

  [Symbol.dispose](): void {
    this.#wire?.then(
      ({channel}) => channel[Symbol.dispose](),
      () => {}, // whoever gave the order was told
    );
  }

  async #apply(orders: LinkOrder[]): Promise<void> {
    if (orders.length === 0) return;
    this.#wire ??= this.#open();
    this.#wire.catch(() => {
      this.#wire = undefined;
    });
    const wire = await this.#wire;
    const view = (await wire.channel.call({name: 'view'})) as WireView;
    const isImpaired = ({direction}: LinkOrder) => view.directions.some(known => known.direction === direction.number);
    const news = orders.filter(order => order.impairment !== null || isImpaired(order)); // a good link needs no mending
    const opened = news.filter(order => order.impairment !== null && !isImpaired(order));
    const closed = news.filter(order => order.impairment === null);
    await wire.channel.call(openCommand(opened));
    const method =
      view.method === 'relay' && opened.length + closed.length === 0
        ? view.method
        : await this.#lay(wire, {orders: news, opened, closed});
    await wire.channel.call(impairCommand(method, news));
  }

  /** Links whose nodes have no power are not there; they are seen to when the node starts. */
  async #lay(wire: Wire, changes: Record<'orders' | 'opened' | 'closed', LinkOrder[]>): Promise<ImpairmentMethod> {
    const [linker, places] = await allEnded([this.#parts.session.linker(), this.#places(wire)] as const);
    const present = (orders: LinkOrder[]) =>
      orders.filter(({direction}) => this.#hasPower(direction.link, places.pids));
    const {orders, opened, closed} = changes;
    const script = {orders: present(orders), opened: present(opened), closed: present(closed)};
    const output = await linker.run(impairScript(script, places));
    return output.startsWith('netem') ? 'netem' : 'relay';
  }

  #hasPower(link: string, pids: Record<string, number>): boolean {
    return link.split(' ── ').every(end => (pids[readEnd(end).node] ?? 0) > 0);
  }

  async #places({containerId}: Wire): Promise<ScriptPlaces> {
    const {engine, containerIds, clock} = this.#parts;
    const pids = await pidsOf(engine, {...containerIds, [wireNode]: containerId});
    return {pids, wirePid: pids[wireNode] ?? 0, timeScale: clock.timeScale};
  }

  async #open(): Promise<Wire> {
    const found = await this.#find(); // another program's
    if (found) return found;
    const {engine, session, lab, labels, clock, onEvent} = this.#parts;
    // Programs that only join a lab seldom start a container, and testcontainers is most of what they would load.
    const {startNodeContainer} = await import('#harness/containers/node-container.ts');
    const {containerId, channel} = await startNodeContainer(engine, {
      name: 'wire',
      kind: 'wire',
      image: session.images.wire,
      labels: {...labels, [wireLabel]: 'true'},
      hasIpv6: false,
      hosts: {},
      hasDot1x: false,
      hasDhcp: false,
      startupTimeoutMs: startDeadlineMs,
      onEvent,
      containerName: `posturelab-${lab}_wire`, // no node's name has a _
    });
    channel.begin({node: wireNode, clock, settings: {}});
    await channel.becomes('begun', startDeadlineMs);
    return this.#watched({containerId, channel});
  }

  #watched(wire: Wire): Wire {
    wire.channel.ended.then(how => {
      const {here, onEvent} = this.#parts;
      const message = `${how}: frames of links that are impaired are lost from now on. Take the lab down and deploy it again`;
      onEvent({kind: 'fault', message, node: wireNode, atMs: labClock(here).nowMs()});
    });
    return wire;
  }

  async #find(): Promise<Wire | undefined> {
    const {engine, lab, onEvent} = this.#parts;
    const filters = {label: [`posturelab.lab=${lab}`, `${wireLabel}=true`]};
    const [container] = await engine.listContainers({filters});
    if (container === undefined) return undefined;
    const channel = await ControlChannel.attach(engine.getContainer(container.Id), wireNode, {history: true, onEvent});
    await channel.call({name: 'view'}); // is answered behind what was told before
    return this.#watched({containerId: container.Id, channel});
  }
}

const openCommand = (orders: LinkOrder[]) => ({
  name: 'open',
  directions: orders.map(({direction}) => direction.number),
});

const impairCommand = (method: ImpairmentMethod, orders: LinkOrder[]) => ({
  name: 'impair',
  method,
  orders: orders.map(({direction, impairment}) => ({
    direction: direction.number,
    link: direction.link,
    from: direction.from.node,
    impairment,
  })),
});

function ordersOf({directions}: WireView, topology: Topology): LinkOrder[] {
  return directions.map(({direction: number, link, impairment}) => {
    const end = topology.links[Math.floor(number / 2)]?.ends[number % 2] ?? '';
    return {direction: {number, link, from: readEnd(end)}, impairment};
  });
}
