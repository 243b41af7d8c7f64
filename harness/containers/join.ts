/** Labs that run on an engine, whoever deployed them: found by their labels, joined by their control channels. */
import type Docker from 'dockerode';
import {ContainerLab} from '#harness/containers/container-lab.ts';
import {ControlChannel} from '#harness/containers/control-channel.ts';
import {LinkImpairer, type LinkTools} from '#harness/containers/link-impairer.ts';
import {defaultSettings} from '#harness/lab-settings.ts';
import {Timeline} from '#harness/timeline.ts';
import {checkTopology, type Topology} from '#harness/topology.ts';
import {type ClockSettings, monotonicMs} from '#images/shell/clock.ts';
import type {LabEvent} from '#protocol/event.ts';

export interface RunningLab {
  name: string;
  topology: Topology;
  /** By which the reaper finds its containers. */
  owner: string;
  /** Node to container. */
  containerIds: Record<string, string>;
  states: Record<string, string>;
}

/** No lab of that name runs. */
export class NoSuchLabError extends Error {
  override readonly name = 'NoSuchLabError';

  constructor(lab: string | undefined, running: string[]) {
    const wanted = lab === undefined ? 'no lab is named, and there is not exactly one' : `there is no lab ${lab}`;
    super(
      `${wanted}. ${running.length === 0 ? 'None runs; `posturelab deploy` starts one.' : `Running: ${running.join(', ')}.`}`,
    );
  }
}

export async function runningLabs(engine: Docker): Promise<RunningLab[]> {
  const containers = await engine.listContainers({all: true, filters: {label: ['posturelab.topology']}});
  const labs = new Map<string, RunningLab>();
  for (const {Id, State, Labels} of containers) {
    const name = Labels['posturelab.lab'] ?? '';
    const node = Labels['posturelab.node'] ?? '';
    const lab = labs.get(name) ?? {
      name,
      owner: Labels['posturelab.owner'] ?? '',
      containerIds: {},
      states: {},
      topology: checkTopology(`the label of lab ${name}`, JSON.parse(Labels['posturelab.topology'] ?? 'null')),
    };
    lab.containerIds[node] = Id;
    lab.states[node] = State;
    labs.set(name, lab);
  }
  return [...labs.values()].sort((a, b) => a.name.localeCompare(b.name));
}

/** The lab of that name; without a name the only one that runs. Throws `NoSuchLabError`. */
export async function findLab(engine: Docker, name?: string): Promise<RunningLab> {
  const labs = await runningLabs(engine);
  const found = name === undefined && labs.length === 1 ? labs[0] : labs.find(lab => lab.name === name);
  if (found === undefined)
    throw new NoSuchLabError(
      name,
      labs.map(lab => lab.name),
    );
  return found;
}

/**
Joins a running lab: its whole history, and commands to its nodes. Closing it leaves the lab as it is. `session`: for those who
want to impair links.
*/
export async function joinLab(
  engine: Docker,
  running: RunningLab,
  session: LinkTools = onlyLooking,
): Promise<ContainerLab> {
  const {name, topology, containerIds, owner} = running;
  const timeline = new Timeline();
  const onEvent = (event: LabEvent) => timeline.add(event);
  const channels = new Map(
    await Promise.all(
      Object.entries(containerIds)
        .filter(([node]) => running.states[node] === 'running')
        .map(
          async ([node, id]) =>
            [
              node,
              await ControlChannel.attach(engine.getContainer(id), node, {
                history: true,
                onEvent,
              }),
            ] as const,
        ),
    ),
  );
  const {here, origin} = await readClock(channels);
  const labels = {'posturelab.lab': name, 'posturelab.owner': owner};
  const ofLab = {lab: name, labels, topology, containerIds};
  const links = new LinkImpairer({engine, session, ...ofLab, clock: origin, here, onEvent});
  await links.join();
  return new ContainerLab({
    name,
    topology,
    settings: defaultSettings(topology),
    engine,
    containerIds,
    channels,
    links,
    begins: new Map(),
    clock: here,
    timeline,
    close: async () => {},
  });
}

const onlyLooking: LinkTools = {
  images: {wire: ''},
  linker: () => Promise.reject(new Error('this program joined the lab only to look at it')),
};

/** Lab time as the nodes have it: in our clock, and in the engine's. */
async function readClock(channels: Map<string, ControlChannel>): Promise<{here: ClockSettings; origin: ClockSettings}> {
  const [channel] = channels.values();
  const never = {originMonotonicMs: monotonicMs(), timeScale: 1};
  if (channel === undefined) return {here: never, origin: never};
  const told = (await channel.call({name: 'clock'})) as ClockSettings & {monotonicMs: number};
  const {originMonotonicMs, timeScale} = told;
  const sinceMs = told.monotonicMs - originMonotonicMs;
  return {here: {originMonotonicMs: monotonicMs() - sinceMs, timeScale}, origin: {originMonotonicMs, timeScale}};
}
