import * as v from 'valibot';
import type {Finding} from '#harness/field-log/diagnosis.ts';
import type {Happening} from '#harness/field-log/happenings.ts';

/** The fields' ranges (domain.md 2.5). */
const delayRangeS = [2, 30] as const;
const intervalRangeS = [1, 300] as const;

const number = (least: number, most: number) => v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most));

/** Of the profile; `intervalS` null: the client has no interval. */
const timing = v.strictObject({delayS: number(...delayRangeS), intervalS: v.nullable(number(...intervalRangeS))});

/** From what leads to an assessment to what ends the synchronization after it. */
const episode = v.strictObject({
  begins: v.picklist(['start', 'session lost', 'service restarted', 'rescan']),
  timing,
  /** The first probe is answered before the dACL is in force: what the switch takes for the dACL. */
  installDelayMs: v.nullable(number(0, 86_400_000)),
  /** Position of the target whose deny is not in the dACL; null: none is missing. */
  deniesAllBut: v.nullable(number(0, 2)),
  silentRounds: number(0, 1000),
  ends: v.picklist(['session lost', 'alarm', 'deny lost, alarm', 'nothing']),
});

const course = v.strictObject({
  /** Policy nodes that the agent probed. */
  targets: number(1, 3),
  episodes: v.pipe(v.array(episode), v.minLength(1)),
  /** What the agent's log must be diagnosed as in the end. */
  codes: v.array(v.string()),
});

/** What has to be done to a lab so that its agent's log tells what another log tells. Plain data, so that it can be kept in a file. */
export type Course = v.InferOutput<typeof course>;
export type Episode = v.InferOutput<typeof episode>;
export type Timing = v.InferOutput<typeof timing>;

/** What is wrong with something that was read from a file; `undefined`: it is a course. */
export function courseProblem(read: unknown): string | undefined {
  const result = v.safeParse(course, read);
  if (result.success) return undefined;
  const [issue] = result.issues;
  return `${v.getDotPath(issue) ?? 'it'}: ${issue.message}`;
}

/** The connected PSN and any two others (TAC 222483). */
const mostTargets = 3;
/** More of the same proves no more, and takes time. */
const mostSilentRounds = 2;
/** A switch that is this much later than the probe is late on any machine. */
const lateByMs = 4000;

/** `undefined`: the log has nothing that could be played. */
export function courseOf(happenings: readonly Happening[], findings: readonly Finding[]): Course | undefined {
  const codes = [...new Set(findings.map(({code}) => code))];
  if (codes.includes('nothing-to-say')) return undefined;
  const targets = targetsOf(happenings);
  const episodes = shortened(episodesOf(happenings, findings, targets), codes.includes('restart-loop') ? 3 : 2);
  return {targets: Math.min(mostTargets, Math.max(1, targets.length)), episodes, codes};
}

/** Names of the targets in the order in which they were first probed. */
function targetsOf(happenings: readonly Happening[]): string[] {
  const names = of(happenings, 'probe-sent').flatMap(({target}) => (target === null ? [] : [target]));
  return [...new Set(names)];
}

function episodesOf(happenings: readonly Happening[], findings: readonly Finding[], targets: string[]): Episode[] {
  const episodes: Episode[] = [];
  let timing: Timing = timingOf(happenings);
  for (const part of parts(happenings)) {
    const [start] = of(part, 'sync-started');
    const last = episodes.at(-1);
    timing = {delayS: delayOf(start, timing.delayS), intervalS: intervalOf(start, timing.intervalS)};
    const wrong = of(part, 'wrong-configuration')[0];
    const finding = findings.find(({lines}) => wrong !== undefined && lines.includes(wrong.line));
    const isLost = of(part, 'discovery-restarted').length > 0;
    const answered = of(part, 'probe-answered').at(-1)?.psn ?? of(part, 'probe-sent').at(-1)?.target ?? null;
    episodes.push({
      begins: beginningOf(last),
      timing,
      installDelayMs: finding?.code === 'race' ? 1000 * gapOf(happenings, part, timing) + lateByMs : null,
      deniesAllBut: finding?.code === 'deny-missing' ? Math.max(0, targets.indexOf(answered ?? '')) : null,
      silentRounds: Math.min(mostSilentRounds, silentRoundsOf(part)),
      ends: endOf(finding, isLost),
    });
  }
  const latched = of(happenings, 'wrong-configuration').at(-1);
  const isLatched = findings.some(({code}) => code === 'latched') && latched !== undefined;
  if (isLatched) episodes.push({...quiet(timing), begins: 'rescan'});
  return episodes.length > 0 ? episodes : [{...quiet(timing), begins: 'start'}];
}

function quiet(timing: Timing): Omit<Episode, 'begins'> {
  return {timing, installDelayMs: null, deniesAllBut: null, silentRounds: 0, ends: 'nothing'};
}

/** From one start of synchronization to the next; what stands before the first counts if something was probed there. */
function parts(happenings: readonly Happening[]): Happening[][] {
  const found: Happening[][] = [[]];
  for (const happening of happenings) {
    if (happening.kind === 'sync-started') found.push([]);
    found.at(-1)?.push(happening);
  }
  const [before = [], ...rest] = found;
  return before.some(({kind}) => kind === 'probe-sent' || kind === 'wrong-configuration') ? found : rest;
}

function beginningOf(last: Episode | undefined): Episode['begins'] {
  if (last === undefined) return 'start';
  if (last.ends === 'alarm' || last.ends === 'deny lost, alarm') return 'service restarted'; // nothing else ends the latch
  if (last.ends === 'session lost') return 'session lost';
  return 'rescan';
}

function endOf(finding: Finding | undefined, isLost: boolean): Episode['ends'] {
  if (finding?.code === 'window') return 'deny lost, alarm';
  if (finding !== undefined) return 'alarm';
  return isLost ? 'session lost' : 'nothing';
}

/** What the log shows before it names anything: from its first start with figures, else as in TAC 222483's sample. */
function timingOf(happenings: readonly Happening[]): Timing {
  const starts = of(happenings, 'sync-started');
  const delayS = starts.find(start => start.delayS !== null)?.delayS ?? 10;
  const intervalS = starts.find(start => start.intervalS !== null)?.intervalS ?? measuredIntervalS(happenings) ?? 10;
  return {
    delayS: within(delayS, delayRangeS),
    intervalS: starts.length === 0 ? null : within(intervalS, intervalRangeS),
  };
}

function delayOf(start: {delayS: number | null} | undefined, before: number): number {
  return within(start?.delayS ?? before, delayRangeS);
}

function intervalOf(start: {intervalS: number | null} | undefined, before: number | null): number | null {
  if (start === undefined) return before;
  return within(start.intervalS ?? before ?? 10, intervalRangeS);
}

/** From one probe of a target to the next of the same, timeouts included. */
function measuredIntervalS(happenings: readonly Happening[]): number | undefined {
  const [first, ...later] = of(happenings, 'probe-sent').filter(({target}) => target !== null);
  const again = later.find(({target}) => target === first?.target);
  return first === undefined || again === undefined ? undefined : Math.round((again.atMs - first.atMs) / 1000);
}

/** From Compliant to the probe that was answered. */
function gapOf(happenings: readonly Happening[], part: readonly Happening[], {delayS}: Timing): number {
  const [start] = part;
  const before = start === undefined ? [] : happenings.slice(0, happenings.indexOf(start) + 1);
  const shown = of(before, 'status-shown').at(-1);
  const sent = of(part, 'probe-sent').at(-1);
  if (shown === undefined || sent === undefined) return delayS;
  return Math.max(delayS, Math.round((sent.atMs - shown.atMs) / 1000));
}

/** Rounds in which nobody answered: counted by the target that is probed first. */
function silentRoundsOf(part: readonly Happening[]): number {
  const probes = of(part, 'probe-sent');
  const first = probes[0]?.target;
  const rounds = probes.filter(({target}) => target === first).length;
  const wasAnswered = part.some(({kind}) => kind === 'probe-answered' || kind === 'discovery-restarted');
  return Math.max(0, wasAnswered ? rounds - 1 : rounds);
}

/** Sessions that were lost again and again need not be lost as often. */
function shortened(episodes: Episode[], mostLost: number): Episode[] {
  let lost = 0;
  return episodes.filter(episode => {
    if (episode.ends === 'session lost') lost += 1;
    return episode.ends !== 'session lost' || lost <= mostLost || episode.begins !== 'session lost';
  });
}

function of<Kind extends Happening['kind']>(
  happenings: readonly Happening[],
  kind: Kind,
): (Happening & {kind: Kind})[] {
  return happenings.filter((event): event is Happening & {kind: Kind} => event.kind === kind);
}

function within(value: number, [least, most]: readonly [number, number]): number {
  return Math.min(most, Math.max(least, value));
}
