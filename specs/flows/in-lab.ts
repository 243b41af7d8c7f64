/**
Opens labs for the specs of flows, and keeps the evidence of those that fail. They are containers, unless the environment says
`POSTURELAB_WORLD=simulated`, as specs/simulated/stories/flows.spec.ts does.
*/
import {env} from 'node:process';
import test, {type ExecutionContext} from 'ava';
import {agreeing} from '#harness/agreement.ts';
import type {ContainerLab} from '#harness/containers/container-lab.ts';
import type {ContainerWorld} from '#harness/containers/world.ts';
import type {Lab} from '#harness/lab.ts';
import {defaultSettings, type LabSettings} from '#harness/lab-settings.ts';
import {playScenario, type ScenarioResult} from '#harness/run-scenario.ts';
import type {Scenario} from '#harness/scenario.ts';
import type {Topology} from '#harness/topology.ts';
import {Places} from '#specs/flows/places.ts';
import {topology as twoPsn} from '#topologies/two-psn.ts';

const isSimulated = env['POSTURELAB_WORLD'] === 'simulated';
/** Three labs keep two cores busy: while one waits for its lab's time, others are made and taken down. */
export const places = new Places(3);

type World = Pick<ContainerWorld, 'openLab' | 'saveEvidence'> & AsyncDisposable;
let opened: Promise<World> | undefined;
test.after.always('the reaper is let go', async () => (await opened)?.[Symbol.asyncDispose]());

/** The world of this process, opened for its first lab. */
export const world: Pick<World, 'openLab' | 'saveEvidence'> = {
  openLab: async options => (await openWorld()).openLab(options),
  saveEvidence: async (lab, error) => (await openWorld()).saveEvidence(lab, error),
};

function openWorld(): Promise<World> {
  opened ??= isSimulated ? openSimulatedWorld() : openContainers();
  return opened;
}

async function openSimulatedWorld(): Promise<World> {
  const {simulatedWorld} = await import('#harness/simulator/world.ts');
  return {
    ...simulatedWorld(1),
    saveEvidence: async () => 'none: play it again with seed 1',
    async [Symbol.asyncDispose]() {},
  };
}

async function openContainers(): Promise<World> {
  const {openContainerWorld} = await import('#harness/containers/world.ts');
  return openContainerWorld({say: () => {}, artifacts: 'artifacts'});
}

/** A test that plays a scenario and passes if it comes out as claimed and, in containers, as the simulated world tells it. */
export const playsAlike = (scenario: Scenario, check?: Check) =>
  plays(isSimulated ? scenario : agreeing(scenario), check);

/** What else is to be true of a run. */
type Check = (t: ExecutionContext, result: ScenarioResult) => void;

/** A test that plays a scenario and passes if it comes out as claimed. */
export function plays(scenario: Scenario, check: Check = () => {}): (t: ExecutionContext) => Promise<void> {
  return async t => {
    using _place = await places.take();
    const result = await playScenario(scenario, {...world, seed: 1});
    t.true(result.passed, `${result.failure?.message}\nevidence: ${result.failure?.evidence}`);
    check(t, result);
  };
}

export interface SpecLabOptions {
  topology?: Topology;
  settings?: (healthy: LabSettings) => LabSettings;
  prepare?: (lab: Lab) => Promise<void>;
}

/** A test with a lab of its own, in which the story is told by the test itself. */
export function inLab(
  options: SpecLabOptions,
  body: (t: ExecutionContext, lab: ContainerLab) => Promise<void>,
): (t: ExecutionContext) => Promise<void> {
  return async t => {
    using _place = await places.take();
    await using lab = await openSpecLab(t.title, options);
    await toldIn(t, lab, () => body(t, lab));
  };
}

export async function openSpecLab(
  title: string,
  {topology = twoPsn, settings = healthy => healthy, prepare = async () => {}}: SpecLabOptions,
): Promise<ContainerLab> {
  const scenario: Scenario = {name: title, claim: title, why: '', topology, play: async () => {}};
  return (await world.openLab({scenario, settings: settings(defaultSettings(topology)), prepare})) as ContainerLab;
}

/** Keeps the evidence if the story fails, or if posturelab itself is at fault. */
export async function toldIn(t: ExecutionContext, lab: ContainerLab, story: () => Promise<void>): Promise<void> {
  try {
    await story();
    const faults = lab.timeline.of('fault');
    if (faults.length > 0)
      throw new Error(`posturelab itself is at fault: ${faults.map(fault => fault.message).join('; ')}`);
  } catch (error) {
    t.log(`evidence: ${await world.saveEvidence(lab, error)}`);
    throw error;
  }
}
