import {type Exploration, exploration} from '#harness/explore/exploration.ts';
import {type Played, playExploration} from '#harness/explore/play.ts';
import {shrink} from '#harness/explore/shrink.ts';
import type {Violation} from '#harness/explore/violation.ts';
import type {Sabotage} from '#harness/simulator/sabotage.ts';

export interface Finding {
  seed: number;
  violation: Violation;
  /** The shortest story found that breaks the same rule. */
  story: Exploration;
}

export interface ExploreReport {
  firstSeed: number;
  runs: number;
  events: number;
  /** How often each blind spot ended a run. */
  blindSpots: Record<string, number>;
  finding: Finding | null;
}

/** Plays stories of consecutive seeds until one breaks a rule; that one is shrunk. */
export async function explore(options: {
  firstSeed: number;
  runs: number;
  sabotage?: Sabotage;
  onRun?: (played: Played, seed: number) => void;
}): Promise<ExploreReport> {
  const {firstSeed, runs, sabotage, onRun} = options;
  const report: ExploreReport = {firstSeed, runs: 0, events: 0, blindSpots: {}, finding: null};
  for (let seed = firstSeed; seed < firstSeed + runs; seed += 1) {
    const story = exploration(seed);
    const played = await playExploration(story, sabotage);
    onRun?.(played, seed);
    report.runs += 1;
    report.events += played.timeline.length;
    for (const spot of played.blindSpots) report.blindSpots[spot] = (report.blindSpots[spot] ?? 0) + 1;
    const [violation] = played.violations;
    if (violation === undefined) continue;
    report.finding = {seed, violation, story: await shortest(story, violation, sabotage)};
    break;
  }
  return report;
}

function shortest(story: Exploration, {rule}: Violation, sabotage: Sabotage | undefined): Promise<Exploration> {
  return shrink(story, async candidate => {
    const {violations} = await playExploration(candidate, sabotage);
    return violations.some(violation => violation.rule === rule);
  });
}
