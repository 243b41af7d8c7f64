/** Brings a lab up on a container engine: nodes, links, addresses, then the roles, PSNs first. */
import {randomUUID} from 'node:crypto';
import type Docker from 'dockerode';
import {allEnded} from '#harness/containers/all-ended.ts';
import {ContainerLab, chooseOrigin, pidsOf} from '#harness/containers/container-lab.ts';
import {fewAtATime} from '#harness/containers/few-at-a-time.ts';
import {LinkImpairer} from '#harness/containers/link-impairer.ts';
import {linkScript} from '#harness/containers/linker.ts';
import {type StartedNode, startNodeContainer} from '#harness/containers/node-container.ts';
import type {ContainerSession} from '#harness/containers/session.ts';
import {defaultSettings, fqdn, type LabSettings} from '#harness/lab-settings.ts';
import {startOrders} from '#harness/link-directions.ts';
import {planNodes} from '#harness/node-plan.ts';
import {Timeline} from '#harness/timeline.ts';
import {nodesOf, type Topology, type TopologyNode} from '#harness/topology.ts';
import type {LabEvent} from '#protocol/event.ts';

export interface DeployOptions {
  topology: Topology;
  /** Container names start with it; one lab of a name at a time. Default: the topology's name and eight random digits. */
  name?: string;
  settings?: LabSettings;
  /** Runs when PSNs and switch take part and no endpoint does yet. */
  prepare?: (lab: ContainerLab) => Promise<void>;
  /** Told at each step, in words for people. */
  say?: (step: string) => void;
}

/** What a deploy needs of a session; what is left by a killed program is found by its reaper's owner label. */
export type DeploySession = Pick<ContainerSession, 'engine' | 'images' | 'linker'> & {
  reaper: Pick<ContainerSession['reaper'], 'owner'>;
};

const startupTimeoutMs = 30_000;
/** More than any lab of a story has. */
const nodesAtATime = 8;

/** A lab of that name runs already. */
export class LabExistsError extends Error {
  override readonly name = 'LabExistsError';

  constructor(lab: string) {
    super(`a lab named ${lab} runs already; take it down with \`posturelab destroy ${lab}\`, or choose another --name`);
  }
}

/** Resolves when every node takes part. If anything fails, what was started is removed before it rejects. */
export async function deployLab(session: DeploySession, options: DeployOptions): Promise<ContainerLab> {
  const {topology, say = () => {}} = options;
  const {engine} = session;
  const settings = options.settings ?? defaultSettings(topology);
  const name = options.name ?? `${topology.name}-${randomUUID().slice(0, 8)}`;
  const labels = {'posturelab.lab': name, 'posturelab.owner': session.reaper.owner};
  const timeline = new Timeline();
  const onEvent = (event: LabEvent) => timeline.add(event);
  const impairments = startOrders(topology, settings.links);
  await refuseTaken(engine, name);

  await using undo = new AsyncDisposableStack();
  undo.defer(async () => void (await removeLab(engine, name)));

  say('starting the nodes');
  const [plans, linker, nodes] = await allEnded([
    planNodes(topology, settings),
    session.linker(),
    startNodes(session, options, {name, labels, onEvent}),
  ]);
  const containerIds = Object.fromEntries([...nodes].map(([node, {containerId}]) => [node, containerId]));

  say('making the links');
  await linker.run(linkScript(topology, await pidsOf(engine, containerIds)));

  say('starting the services');
  const {origin, here} = chooseOrigin(
    [...nodes.values()].map(node => node.ready),
    settings.timeScale,
  );
  const begins = new Map(plans.map(({node, settings}) => [node, {node, clock: origin, settings}]));
  const channels = new Map([...nodes].map(([node, {channel}]) => [node, channel]));
  const begin = (kind: TopologyNode['kind']) =>
    fewAtATime(nodesAtATime, nodesOf(topology, kind), async ([node]) => {
      channels.get(node)?.begin(begins.get(node) ?? {});
      await channels.get(node)?.becomes('begun', startupTimeoutMs);
    });
  const close = undo.move();
  const ofLab = {lab: name, labels, topology, containerIds};
  const links = new LinkImpairer({engine, session, ...ofLab, clock: origin, here, onEvent});
  const lab = new ContainerLab({
    name,
    topology,
    settings,
    engine,
    containerIds,
    timeline,
    begins,
    channels,
    linker,
    links,
    clock: here,
    close: () => close.disposeAsync(),
  });
  try {
    await links.apply(impairments);
    await begin('psn');
    await begin('nad');
    await begin('desk-switch');
    await options.prepare?.(lab);
    await begin('endpoint');
    return lab;
  } catch (error) {
    await lab[Symbol.asyncDispose]();
    throw error;
  }
}

async function startNodes(
  {engine, images}: DeploySession,
  {topology, settings}: DeployOptions,
  {name, labels, onEvent}: {name: string; labels: Record<string, string>; onEvent: (event: LabEvent) => void},
): Promise<Map<string, StartedNode>> {
  const hosts = Object.fromEntries(
    nodesOf(topology, 'psn').map(([node, {address}]) => [fqdn(node), address.split('/')[0] ?? '']),
  );
  const started = await fewAtATime(nodesAtATime, Object.entries(topology.nodes), async ([node, {kind}]) => {
    const nodeLabels = {
      ...labels,
      'posturelab.node': node,
      'posturelab.kind': kind,
      'posturelab.topology': JSON.stringify(topology),
    };
    const container = await startNodeContainer(engine, {
      name: node,
      kind,
      image: images[kind],
      hasDot1x: settings?.auth === 'dot1x',
      hasDhcp: nodesOf(topology, 'endpoint').some(([, endpoint]) => endpoint.dhcp === true),
      hasIpv6: nodesOf(topology, 'nad').some(([, nad]) => nad.ipv6Address !== undefined),
      labels: nodeLabels,
      hosts,
      startupTimeoutMs,
      onEvent,
      containerName: `posturelab-${name}-${node}`,
    });
    return [node, container] as const;
  });
  return new Map(started);
}

async function refuseTaken(engine: Docker, name: string): Promise<void> {
  const taken = await engine.listContainers({all: true, filters: {label: [`posturelab.lab=${name}`]}});
  if (taken.length > 0) throw new LabExistsError(name);
}

/** Removes every container of a lab; the links go with their namespaces. Returns how many there were. */
export async function removeLab(engine: Docker, name: string): Promise<number> {
  const containers = await engine.listContainers({all: true, filters: {label: [`posturelab.lab=${name}`]}});
  await Promise.all(containers.map(({Id}) => engine.getContainer(Id).remove({force: true, v: true}).catch(ignoreGone)));
  return containers.length;
}

function ignoreGone(error: {statusCode?: number}): void {
  if (error.statusCode !== 404 && error.statusCode !== 409) throw error; // 409: a removal is under way already
}
