// Bugs put in on purpose (planted-bugs.ts has the list): each is found within five hundred stories, and told as a short one.
import test from 'ava';
import {exploration} from '#harness/explore/exploration.ts';
import {explore} from '#harness/explore/explore.ts';
import {playExploration} from '#harness/explore/play.ts';
import {plantedBugs} from '#specs/simulated/exploration/planted-bugs.ts';

for (const {what, sabotage} of plantedBugs) {
  test(`a planted bug is found and shrunk: ${what}`, async t => {
    const {finding, runs} = await explore({firstSeed: 1, runs: 500, sabotage});

    t.truthy(finding, 'found within 500 stories');
    if (!finding) return;
    t.log(
      `seed ${finding.seed}, story ${runs}: ${finding.violation.rule}, shrunk to ${finding.story.steps.length} steps`,
    );
    t.true(finding.story.steps.length <= exploration(finding.seed).steps.length);
    const again = await playExploration(finding.story, sabotage);
    t.true(
      again.violations.some(({rule}) => rule === finding.violation.rule),
      'the shrunk story fails in the same way',
    );
    const healthy = await playExploration(finding.story);
    t.deepEqual(healthy.violations, [], 'and without the bug it does not fail');
  });
}

test('there are at least ten', t => {
  t.true(plantedBugs.length >= 10);
});
