// A field log as a scenario: for every diagnosis, what is written plays so that the agent's own log is diagnosed the same, with the field's figures.
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {CapsuleError, readCapsule, replayCapsule} from '#harness/capsule.ts';
import {explainVerb} from '#harness/cli/verbs/explain.ts';
import {replayVerb} from '#harness/cli/verbs/replay.ts';
import {type Course, courseOf, courseProblem} from '#harness/field-log/course.ts';
import {playCourse} from '#harness/field-log/course-play.ts';
import {diagnose} from '#harness/field-log/diagnosis.ts';
import {happeningsOf} from '#harness/field-log/happenings.ts';
import {readLog} from '#harness/field-log/log-line.ts';
import {simulatedWorld} from '#harness/simulator/world.ts';
import {called} from '#specs/simulated/called.ts';
import {type Told, told} from '#specs/simulated/stories/field-logs.ts';

function courseFrom(log: string): Course | undefined {
  const happenings = happeningsOf(readLog(log).lines);
  return courseOf(happenings, diagnose(happenings));
}

const stories: {title: string; log: Told; codes: string[]; has: object[]}[] = [
  {
    title: 'a race, with its measured gap',
    log: {
      probes: [
        [7, 20, 'silent', 'lost'],
        [7, 20, 'alarm'],
      ],
    },
    codes: ['race', 'lost-session-found'],
    has: [
      {begins: 'start', timing: {delayS: 7, intervalS: 20}, silentRounds: 1, ends: 'session lost'},
      {begins: 'session lost', timing: {delayS: 7, intervalS: 20}, installDelayMs: 11_000, ends: 'alarm'},
    ],
  },
  {
    title: 'a race at the very first probe',
    log: {
      probes: [
        [3, 10, 'alarm'],
        [12, 10, 'silent', 'silent', 'silent'],
      ],
    },
    codes: ['race'],
    has: [
      {installDelayMs: 7000, ends: 'alarm'},
      {begins: 'service restarted', timing: {delayS: 12, intervalS: 10}, silentRounds: 2},
    ],
  },
  {
    title: 'a deny that is missing',
    log: {probes: [[5, 30, 'alarm']]},
    codes: ['deny-missing'],
    has: [{timing: {delayS: 5, intervalS: 30}, deniesAllBut: 0, installDelayMs: null, ends: 'alarm'}],
  },
  {
    title: 'a deny that is missing for the second PSN',
    log: {probes: [[5, 30, 'alarm of psn2']]},
    codes: ['deny-missing'],
    has: [{deniesAllBut: 1, ends: 'alarm'}],
  },
  {
    title: 'a latch',
    log: {probes: [[5, 30, 'alarm']], rescanAfter: true},
    codes: ['deny-missing', 'latched'],
    has: [{ends: 'alarm'}, {begins: 'rescan', ends: 'nothing'}],
  },
  {
    title: 'a window',
    log: {probes: [[4, 15, 'silent', 'alarm']]},
    codes: ['window'],
    has: [{silentRounds: 1, ends: 'deny lost, alarm'}],
  },
  {
    title: 'a session that is lost and found',
    log: {
      probes: [
        [10, 10, 'silent', 'lost'],
        [10, 10, 'silent'],
      ],
    },
    codes: ['lost-session-found'],
    has: [
      {silentRounds: 1, ends: 'session lost'},
      {begins: 'session lost', silentRounds: 1},
    ],
  },
  {
    title: 'a loop of restarts',
    log: {
      probes: [
        [2, 5, 'lost'],
        [2, 5, 'lost'],
        [2, 5, 'lost'],
        [2, 5, 'lost'],
        [2, 5, 'silent'],
      ],
    },
    codes: ['restart-loop'],
    has: [
      {ends: 'session lost'},
      {ends: 'session lost'},
      {ends: 'session lost'},
      {begins: 'session lost', ends: 'nothing'},
    ],
  },
  {
    title: 'synchronization that never started',
    log: {probes: [], compliantWithout: true},
    codes: ['sync-never-started'],
    has: [{timing: {delayS: 10, intervalS: null}, ends: 'nothing'}],
  },
  {
    title: 'health',
    log: {probes: [[30, 300, 'silent', 'silent']]},
    codes: ['healthy'],
    has: [{timing: {delayS: 30, intervalS: 300}, silentRounds: 2}],
  },
];

for (const {title, log, codes, has} of stories) {
  test(`${title}: the course has the log's figures, and its own log is diagnosed as ${codes.join(', ')}`, async t => {
    const course = courseFrom(told(log));
    if (course === undefined) return t.fail('there is a course');
    const capsule = readCapsule(JSON.stringify(await playCourse(course)));
    const replay = await replayCapsule(capsule, {...simulatedWorld(capsule.seed), known: []});

    t.deepEqual(course.codes, codes as typeof course.codes);
    t.is(course.episodes.length, has.length);
    for (const [index, fields] of has.entries()) t.like(course.episodes[index], fields);
    t.true(capsule.passed, 'the diagnosis of the played log is the same');
    t.like(replay, {passed: true, isSameStory: true, isSameTimeline: true, failure: null});
  });
}

test('three targets are three PSNs, and one is the connected one alone', async t => {
  const three = courseFrom(told({probes: [[5, 10, 'silent']], targets: ['a', 'b', 'c']}));
  const one = courseFrom(told({probes: [[5, 10, 'silent', 'silent']], targets: ['a']}));
  if (three === undefined || one === undefined) return t.fail('there are courses');
  const [manyPsns, onePsn] = [await playCourse(three), await playCourse(one)];

  t.deepEqual([manyPsns.topology.name, onePsn.topology.name], ['three-psn', 'two-psn']);
  t.true(manyPsns.passed && onePsn.passed);
  t.is(onePsn.settings.endpoint.backupPsnLimit, 0);
});

test('a log with nothing in it has no course, and a course that was tampered with is refused', t => {
  const course = courseFrom(told({probes: [[5, 10, 'silent']]}));

  t.is(courseFrom('nothing at all'), undefined);
  t.is(courseProblem(course), undefined);
  t.regex(courseProblem({...course, targets: 9}) ?? '', /targets/);
  t.regex(courseProblem({...course, episodes: [{...course?.episodes[0], ends: 'well'}]}) ?? '', /episodes\.0\.ends/);
  t.regex(courseProblem(null) ?? '', /^it: /);
});

test('the command writes what replay plays to the same timeline', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'posturelab-course-'));
  const [log, file] = [join(folder, 'AnyConnect_ISEPosture.txt'), join(folder, 'race.json')];
  try {
    await writeFile(
      log,
      told({
        probes: [
          [7, 20, 'silent', 'lost'],
          [7, 20, 'alarm'],
        ],
      }),
    );
    t.is((await called(explainVerb(), log, '--scenario', file)).exitCode, 1); // the log has a mistake in it
    const {stdout} = await called(replayVerb(), file, '--json');
    const capsule = JSON.parse(await readFile(file, 'utf8'));

    t.like(JSON.parse(stdout), {scenario: 'field-log', passed: true, isSameTimeline: true});
    t.throws(() => readCapsule(JSON.stringify({...capsule, course: {}})), {
      instanceOf: CapsuleError,
      message: /course/,
    });
    await writeFile(log, 'nothing at all\n');
    t.is((await called(explainVerb(), log, '--scenario', file)).exitCode, 2);
  } finally {
    await rm(folder, {recursive: true});
  }
});
