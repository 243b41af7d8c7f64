// What the simulated world says of 802.1X by a script of both ends, real daemons confirm.
import test from 'ava';
import {storyOfWorld} from '#harness/agreement.ts';
import type {LabSettings} from '#harness/lab-settings.ts';
import {rediscovery} from '#harness/scenarios/rediscovery.ts';
import {sessionTermination} from '#harness/scenarios/session-termination.ts';
import {simulatedWorld} from '#harness/simulator/world.ts';
import {differencesBetween} from '#harness/story.ts';
import {world as containers, places} from '#specs/flows/in-lab.ts';

const simulated = simulatedWorld(1).openLab;

const withDot1x = (settings: LabSettings): LabSettings => ({...settings, auth: 'dot1x', timeScale: 3});
for (const scenario of [sessionTermination, rediscovery]) {
  test(`${scenario.name} with 802.1X: real daemons and their script tell the same story`, async t => {
    using _place = await places.take();
    const theirs = await storyOfWorld(scenario, containers.openLab, withDot1x);
    const ours = await storyOfWorld(scenario, simulated, withDot1x);

    t.deepEqual(differencesBetween(theirs, ours), []);
    t.true(theirs.size >= 11, 'a story has many strands, the supplicant’s among them');
  });
}
