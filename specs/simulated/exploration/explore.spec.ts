// Exploration: five hundred stories by chance in which nothing that must hold is broken. A longer look: posturelab explore --runs 10000.
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {exploreVerb} from '#harness/cli/verbs/explore.ts';
import {exploration} from '#harness/explore/exploration.ts';
import {explore} from '#harness/explore/explore.ts';
import {playExploration} from '#harness/explore/play.ts';
import {readStory, StoryError} from '#harness/explore/story-file.ts';
import {called} from '#specs/simulated/called.ts';

test('500 stories from seed 1 break no rule', async t => {
  const {runs, finding, blindSpots, events} = await explore({firstSeed: 1, runs: 500});

  t.deepEqual(finding, null, JSON.stringify(finding));
  t.is(runs, 500);
  t.true(events > 50_000, 'stories are told');
  t.true(Object.keys(blindSpots).length >= 5, `blind spots are met: ${JSON.stringify(blindSpots)}`);
});

test('a seed is a story: it is generated and told the same way twice', async t => {
  t.deepEqual(exploration(17), exploration(17));
  const [one, other] = [await playExploration(exploration(17)), await playExploration(exploration(17))];

  t.is(JSON.stringify(one.timeline), JSON.stringify(other.timeline));
});

test('a switch that stands still while its packet filter goes on breaks no rule', async t => {
  const {seed, circumstances} = exploration(61672);
  const {violations} = await playExploration({
    seed,
    circumstances,
    steps: [
      {afterMs: 1000, deed: {kind: 'clear-session'}},
      {afterMs: 1, deed: {kind: 'pause', node: 'nad', forMs: 25_327}},
      {afterMs: 0, deed: {kind: 'rescan'}},
    ],
  });

  t.deepEqual(violations, []);
});

test('a file with a story that could not come of a seed is refused, and nothing is played', t => {
  const story = exploration(3);
  const withDeed = (deed: object, afterMs = 1) => JSON.stringify({...story, steps: [{afterMs, deed}]});

  for (let seed = 1; seed <= 300; seed += 1)
    t.deepEqual(readStory(JSON.stringify(exploration(seed))), exploration(seed));
  t.throws(() => readStory('{"seed": 3'), {instanceOf: StoryError, message: /not JSON/});
  t.throws(() => readStory('{}'), {instanceOf: StoryError, message: /seed/});
  t.throws(() => readStory(withDeed({kind: 'dance'})), {message: /deed/});
  t.throws(() => readStory(withDeed({kind: 'rescan'}, 1e300)), {message: /afterMs/});
  t.throws(() => readStory(withDeed({kind: 'pause', node: 'ghost', forMs: 1})), {message: /node/});
  t.throws(() => readStory(withDeed({kind: 'drift', node: 'nad', partsPerMillion: null})), {
    message: /partsPerMillion/,
  });
  t.throws(() => readStory(JSON.stringify({...story, circumstances: {}})), {message: /circumstances/});
});

test('the command plays a saved story again, and says no when a rule is broken', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'posturelab-explore-'));
  const run = (...args: string[]) => called(exploreVerb(), ...args);
  try {
    const file = join(folder, 'story.json');
    await writeFile(file, JSON.stringify(exploration(3)));
    const replayed = await run('--story', file, '--json');
    const explored = await run('--seed', '3', '--runs', '2', '--json');

    t.deepEqual(JSON.parse(replayed.stdout).violations, []);
    t.like(JSON.parse(explored.stdout), {firstSeed: 3, runs: 2, finding: null});
    t.is((await run('--runs', 'many')).exitCode, 2);
    t.is((await run('--runs', '0')).exitCode, 2);
    await writeFile(file, JSON.stringify({...exploration(3), steps: [{afterMs: 1, deed: {kind: 'dance'}}]}));
    t.is((await run('--story', file)).exitCode, 2);
    t.is((await run('--story', join(folder, 'none.json'))).exitCode, 2);
  } finally {
    await rm(folder, {recursive: true});
  }
});
