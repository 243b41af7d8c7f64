import {type RaceQuestion, sample, shareOfAlarms} from '#harness/race/race-map.ts';

/** What the posture profile takes, in seconds (domain.md 2.5). */
const fewestS = 2;
const mostS = 30;

export interface DelayAnswer {
  target: number;
  draws: number;
  /** The shortest NetworkTransitionDelay whose false alarms are below the target with 95 % confidence; null: none is long enough. */
  delayS: number | null;
  /** Of the chosen delay, or of the longest. `atMost`: the upper end of its 95 % confidence interval. */
  falseAlarms: {share: number; atMost: number};
  /** Of the documented workaround, 10 s, and of the default, 3 s. */
  compared: {delayS: number; share: number; atMost: number}[];
  /** Why the answer may not hold. */
  caution: string | null;
}

/** Which transition delay keeps false alarms below `target`, a share such as 0.0001? */
export function answerDelay(question: RaceQuestion, {target, draws}: {target: number; draws: number}): DelayAnswer {
  const lateness = sample(draws, question);
  const look = (delayS: number) => {
    const habits = {...question.habits, delayMs: delayS * 1000};
    const share = shareOfAlarms(lateness, {...question, habits});
    return {delayS, share, atMost: upperBound(share, draws)};
  };
  const looks = Array.from({length: mostS - fewestS + 1}, (_, index) => look(fewestS + index));
  const chosen = looks.find(({atMost}) => atMost < target);
  const {share, atMost} = chosen ?? look(mostS);
  return {
    target,
    draws,
    delayS: chosen?.delayS ?? null,
    falseAlarms: {share, atMost},
    compared: [look(3), look(10)],
    caution: cautionOf(question, target),
  };
}

/** Wilson's score interval, upper end at 95 %; for no alarm at all it is about 3.8 of the draws. */
export function upperBound(share: number, draws: number): number {
  const z = 1.96;
  const spread = z * Math.sqrt((share * (1 - share)) / draws + (z * z) / (4 * draws * draws));
  return (share + (z * z) / (2 * draws) + spread) / (1 + (z * z) / draws);
}

/** A tail that nobody has measured cannot be drawn. By the rule of three, n good measurements say "at most 3 in n". */
function cautionOf({latencies}: RaceQuestion, target: number): string | null {
  const needed = Math.ceil(3 / target);
  const few = Object.entries(latencies).find(
    ([, latency]) => latency.kind === 'measured' && latency.valuesMs.length < needed,
  );
  if (few === undefined || few[1].kind !== 'measured') return null;
  return `${few[0]} has ${few[1].valuesMs.length} measurements; to speak of ${target} takes ${needed}. Slower ones that were never met are not in the answer.`;
}
