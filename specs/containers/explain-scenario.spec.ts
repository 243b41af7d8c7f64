// What `posturelab explain --scenario` writes, in the other world: the same story, and an agent's log with the same diagnosis.
import test from 'ava';
import {replayCapsule} from '#harness/capsule.ts';
import {courseOf} from '#harness/field-log/course.ts';
import {playCourse} from '#harness/field-log/course-play.ts';
import {diagnose} from '#harness/field-log/diagnosis.ts';
import {happeningsOf} from '#harness/field-log/happenings.ts';
import {readLog} from '#harness/field-log/log-line.ts';
import {world as containers, places} from '#specs/flows/in-lab.ts';
import {type Told, told} from '#specs/simulated/stories/field-logs.ts';

/** A delay of seconds also for a lab that is faster: where a busy machine makes the first dACL late, that is another story. */
const logs: [title: string, log: Told][] = [
  [
    'a race after a lost session',
    {
      probes: [
        [10, 10, 'silent', 'lost'],
        [10, 10, 'alarm'],
      ],
    },
  ],
  ['a deny that goes away, and a latch', {probes: [[10, 10, 'silent', 'alarm']], rescanAfter: true}],
];

for (const [title, log] of logs) {
  test(`${title}: containers tell the story of the virtual run`, async t => {
    const happenings = happeningsOf(readLog(told(log)).lines);
    const course = courseOf(happenings, diagnose(happenings));
    if (course === undefined) return t.fail('there is a course');
    using _place = await places.take();
    const {passed, failure, differences} = await replayCapsule(await playCourse(course), {
      openLab: containers.openLab,
      known: [],
    });

    t.true(passed, failure ?? '');
    t.deepEqual(differences, []);
  });
}
