// The simulator's promise: the same seed gives the same story, byte for byte, and chance is nowhere but in the seed.
import {execFile} from 'node:child_process';
import {execPath} from 'node:process';
import {promisify} from 'node:util';
import test from 'ava';
import {endpointOf} from '#harness/endpoint-handle.ts';
import {playScenario} from '#harness/run-scenario.ts';
import type {Scenario} from '#harness/scenario.ts';
import {scenarios} from '#harness/scenarios/all.ts';
import {becomesCompliant} from '#harness/scenarios/becomes-compliant.ts';
import {rediscovery} from '#harness/scenarios/rediscovery.ts';
import {simulate} from '#harness/simulator/simulated-lab.ts';
import {simulatedWorld} from '#harness/simulator/world.ts';
import {type Impairment, noImpairment} from '#protocol/link/impairment.ts';
import {topology} from '#topologies/two-psn.ts';

const rough: Impairment = {
  ...noImpairment,
  delayMs: 30,
  jitterMs: 20,
  loss: 0.05,
  duplication: 0.05,
  reordering: 0.1,
};

async function timelineOf(scenario: Scenario, seed: number): Promise<string> {
  const {timeline, passed, failure} = await playScenario(scenario, {...simulatedWorld(seed), seed});
  if (!passed) throw new Error(failure?.message);
  return JSON.stringify(timeline);
}

for (const scenario of scenarios) {
  test(`${scenario.name}: seed 7 twice is the same timeline, byte for byte`, async t => {
    t.is(await timelineOf(scenario, 7), await timelineOf(scenario, 7));
  });

  test(`${scenario.name}: seed 8 is another timeline than seed 7`, async t => {
    t.not(await timelineOf(scenario, 7), await timelineOf(scenario, 8));
  });
}

test('stories told side by side do not change each other', async t => {
  const alone = await Promise.all(scenarios.map(async scenario => timelineOf(scenario, 3)));
  const inTurn: string[] = [];
  for (const scenario of scenarios) inTurn.push(await timelineOf(scenario, 3));

  t.deepEqual(alone, inTurn);
});

test('loss, duplication and reordering come from the seed as well, and posture survives them', async t => {
  const play = async (seed: number) => {
    await using lab = await simulate({topology, seed});
    for (const {ends} of topology.links) lab.impairNow(ends[0], rough);
    await becomesCompliant(lab);
    await lab.until('sync-round-finished');
    return {story: lab.timeline.toString(), log: await endpointOf(lab).readLog()};
  };
  const [one, again, other] = [await play(11), await play(11), await play(12)];

  t.deepEqual(one, again);
  t.not(one.story, other.story);
});

test('another process, started by the command line, tells the same story', async t => {
  const {stdout} = await promisify(execFile)(execPath, [
    '--disable-warning=ExperimentalWarning',
    'harness/cli/main.ts',
    ...['run', 'rediscovery', '--world', 'simulated', '--seed', '5', '--json'],
  ]);
  const {passed, seed, world, timeline} = JSON.parse(stdout);

  t.like({passed, seed, world}, {passed: true, seed: 5, world: 'simulated'});
  t.is(JSON.stringify(timeline), await timelineOf(rediscovery, 5));
});
