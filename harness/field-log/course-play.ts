import {type Capsule, capsuleOf} from '#harness/capsule.ts';
import type {Course} from '#harness/field-log/course.ts';
import {courseScenario} from '#harness/field-log/course-scenario.ts';
import {defaultSettings} from '#harness/lab-settings.ts';
import {playScenario} from '#harness/run-scenario.ts';
import {settled} from '#harness/settled.ts';
import {simulatedWorld} from '#harness/simulator/world.ts';

const seed = 1;

/** Plays a course in virtual time and keeps the run. */
export async function playCourse(course: Course): Promise<Capsule> {
  const scenario = settled(courseScenario(course));
  const {topology} = scenario;
  const settings = scenario.settings?.(defaultSettings(topology)) ?? defaultSettings(topology);
  const result = await playScenario(scenario, {...simulatedWorld(seed), seed});
  return capsuleOf(result, {topology, settings, course});
}
