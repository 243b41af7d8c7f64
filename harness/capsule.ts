/** A run as one file: enough to play it again on another machine, in either world, and to say whether it came out the same. */
import {createHash} from 'node:crypto';
import {version as nodeVersion} from 'node:process';
import {type Course, courseProblem} from '#harness/field-log/course.ts';
import {courseScenario} from '#harness/field-log/course-scenario.ts';
import type {Lab} from '#harness/lab.ts';
import type {LabSettings} from '#harness/lab-settings.ts';
import {type OpenLab, playScenario, type ScenarioResult} from '#harness/run-scenario.ts';
import type {Scenario} from '#harness/scenario.ts';
import {readSettings, SettingsError} from '#harness/settings-file.ts';
import {settled} from '#harness/settled.ts';
import {differencesBetween, type Story, storyOf} from '#harness/story.ts';
import {checkTopology, type Topology} from '#harness/topology.ts';
import type {LabEvent} from '#protocol/event.ts';

export interface Capsule {
  capsule: 1;
  scenario: string;
  world: Lab['world'];
  seed: number;
  passed: boolean;
  topology: Topology;
  settings: LabSettings;
  /** Of a scenario that was made from a field log: what is done, step by step. */
  course?: Course;
  versions: {node: string};
  /** By strand: what must come out again in either world. */
  story: [strand: string, lines: string[]][];
  /** Of the timeline, instants and all: comes out again in the simulated world only. */
  timelineSha256: string;
}

export interface Replay {
  passed: boolean;
  /** The same story, strand by strand. */
  isSameStory: boolean;
  differences: string[];
  /** Byte for byte; null where one of the two worlds has a real clock. */
  isSameTimeline: boolean | null;
  failure: string | null;
}

/** The file is no capsule; the message says why. */
export class CapsuleError extends Error {
  override readonly name = 'CapsuleError';
}

export function capsuleOf(
  result: ScenarioResult,
  {topology, settings, course}: {topology: Topology; settings: LabSettings; course?: Course},
): Capsule {
  const {scenario, world, seed, passed, timeline} = result;
  return {
    capsule: 1,
    scenario,
    world,
    seed,
    passed,
    topology,
    settings,
    ...(course && {course}),
    versions: {node: nodeVersion},
    story: [...storyOf(timeline)],
    timelineSha256: hashOf(timeline),
  };
}

/** Reads a capsule's text. Throws `CapsuleError`, or `TopologyError`. */
export function readCapsule(text: string): Capsule {
  let read: Partial<Capsule> | null;
  try {
    read = JSON.parse(text);
  } catch (cause) {
    throw new CapsuleError('it is not JSON: was it cut?', {cause});
  }
  if (read?.capsule !== 1)
    throw new CapsuleError('it has no field "capsule": 1, so posturelab run --save has not written it');
  for (const field of ['scenario', 'seed', 'settings', 'story', 'timelineSha256'] as const) {
    if (read[field] === undefined) throw new CapsuleError(`it has no ${field}`);
  }
  const problem = read.course === undefined ? undefined : courseProblem(read.course);
  if (problem !== undefined) throw new CapsuleError(`its course cannot be played: ${problem}`);
  if (!Number.isSafeInteger(read.seed)) throw new CapsuleError('its seed is no whole number');
  if (read.world !== 'containers' && read.world !== 'simulated') throw new CapsuleError('it does not say its world');
  if (!isStory(read.story)) throw new CapsuleError('its story is no list of strands with lines');
  const topology = checkTopology('the capsule', read.topology);
  try {
    return {...(read as Capsule), topology, settings: readSettings(read.settings, topology)};
  } catch (error) {
    throw error instanceof SettingsError ? new CapsuleError(error.message, {cause: error}) : error;
  }
}

function isStory(story: unknown): boolean {
  const isText = (value: unknown) => typeof value === 'string';
  const isStrand = (value: unknown) =>
    Array.isArray(value) && isText(value[0]) && Array.isArray(value[1]) && value[1].every(isText);
  return Array.isArray(story) && story.every(isStrand);
}

/** Plays a capsule. `known`: where its scenario's code is found by name. Throws `CapsuleError` if it is not there. */
export async function replayCapsule(
  capsule: Capsule,
  {openLab, known}: {openLab: OpenLab; known: readonly Scenario[]},
): Promise<Replay> {
  const {course} = capsule;
  const scenario = course ? courseScenario(course) : known.find(({name}) => name === capsule.scenario);
  if (scenario === undefined) throw new CapsuleError(`this posturelab has no scenario ${capsule.scenario}`);
  const {topology, settings, seed} = capsule;
  const again = settled({...scenario, topology, settings: () => settings});
  const {world, passed, timeline, failure} = await playScenario(again, {openLab, seed});
  const before: Story = new Map(capsule.story);
  const differences = differencesBetween(before, storyOf(timeline));
  const areSimulated = world === 'simulated' && capsule.world === 'simulated';
  return {
    passed,
    isSameStory: differences.length === 0,
    differences,
    isSameTimeline: areSimulated ? hashOf(timeline) === capsule.timelineSha256 : null,
    failure: failure?.message ?? null,
  };
}

/** A spec that plays the capsule and claims that its scenario passes. */
export function specOf(capsule: Capsule): string {
  return `// Made from a capsule by \`posturelab replay --spec\`: ${capsule.scenario}, seed ${capsule.seed}, ${capsule.passed ? 'passed' : 'FAILED'} when it was saved.
import test from 'ava';
import {readCapsule, replayCapsule} from '#harness/capsule.ts';
import {scenarios} from '#harness/scenarios/all.ts';
import {library} from '#harness/scenarios/library/all.ts';
import {simulatedWorld} from '#harness/simulator/world.ts';

const capsule = readCapsule(\`${JSON.stringify(capsule).replaceAll('\\', '\\\\').replaceAll('`', '\\`').replaceAll('${', '\\${')}\`);

test('${capsule.scenario} passes with the settings of the capsule, seed ${capsule.seed}', async t => {
  const {openLab} = simulatedWorld(capsule.seed);
  const {passed, failure} = await replayCapsule(capsule, {openLab, known: [...scenarios, ...library]});

  t.true(passed, failure ?? '');
});
`;
}

function hashOf(timeline: readonly LabEvent[]): string {
  return createHash('sha256').update(JSON.stringify(timeline)).digest('hex');
}
