import type {Exploration, Step} from '#harness/explore/exploration.ts';

/** Plays a story and says whether it still fails in the same way. */
export type StillFails = (story: Exploration) => Promise<boolean>;

const mostTries = 200;

/**
The shortest story that fails in the same way: steps are left out, first many at once, then one by one, and then made quicker, as long as
that helps. Asks at most 200 times.
*/
export async function shrink(story: Exploration, stillFails: StillFails): Promise<Exploration> {
  let tries = 0;
  let shortest = story;
  const attempt = async (steps: Step[]): Promise<boolean> => {
    if (tries >= mostTries) return false;
    tries += 1;
    const candidate = {...shortest, steps};
    if (!(await stillFails(candidate))) return false;
    shortest = candidate;
    return true;
  };
  for (let size = Math.ceil(story.steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < shortest.steps.length; ) {
      const {steps} = shortest;
      const without = [...steps.slice(0, from), ...withGap(steps.slice(from + size), steps.slice(from, from + size))];
      if (!(await attempt(without)) && !(await attempt(withoutGap(steps, from, size)))) from += size;
    }
  }
  for (const [index, step] of shortest.steps.entries()) {
    for (const afterMs of [0, 1000, Math.round(step.afterMs / 2)]) {
      if (afterMs < step.afterMs && (await attempt(shortest.steps.with(index, {...step, afterMs})))) break;
    }
  }
  return shortest;
}

/** What comes after a gap keeps its instant. */
function withGap(rest: Step[], left: Step[]): Step[] {
  const [first, ...others] = rest;
  const gapMs = left.reduce((sum, {afterMs}) => sum + afterMs, 0);
  return first === undefined ? [] : [{...first, afterMs: first.afterMs + gapMs}, ...others];
}

function withoutGap(steps: Step[], from: number, size: number): Step[] {
  return [...steps.slice(0, from), ...steps.slice(from + size)];
}
