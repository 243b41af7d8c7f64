import {isOfFetches, Strands} from '#harness/strand.ts';
import type {LabEvent} from '#protocol/event.ts';

/**
What a run comes down to, without what differs from run to run: instants, generations, session ids by chance of the clock. One list of
lines for each strand (strand.ts). Between strands there is no order.
*/
export type Story = Map<string, string[]>;

/** Fields that say when or how fast, not what. */
const incidental: readonly string[] = ['atMs', 'node', 'kind', 'generation', 'round', 'detail', 'targets', 'openMs'];

export function storyOf(timeline: readonly LabEvent[]): Story {
  const strands = new Strands(timeline);
  const names = new Names(sessionId => strands.hostOf(sessionId));
  const story: Story = new Map();
  for (const event of timeline) {
    const strand = strands.of(event);
    const line = lineOf(event, names);
    if (strand === undefined) continue;
    const key = names.in(strand);
    story.set(key, [...(story.get(key) ?? []), line]);
  }
  for (const [key, lines] of story) {
    if (key.endsWith(' agent')) story.set(key, withoutRepeatedSilence(withoutGivenUpAttempts(lines)));
    else if (isOfFetches(key)) story.set(key, [...new Set(lines)]);
  }
  return new Map([...story].sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Where two stories part, a line for each strand; none: they are the same. */
export function differencesBetween(one: Story, other: Story): string[] {
  const keys = [...new Set([...one.keys(), ...other.keys()])].sort();
  return keys.flatMap(key => {
    const [ours, theirs] = [one.get(key) ?? [], other.get(key) ?? []];
    const length = Math.max(ours.length, theirs.length);
    for (let index = 0; index < length; index += 1) {
      if (ours[index] !== theirs[index])
        return `${key}, step ${index + 1}: ${ours[index] ?? 'nothing'} ≠ ${theirs[index] ?? 'nothing'}`;
    }
    return [];
  });
}

function lineOf(event: LabEvent, names: Names): string {
  const fields = Object.entries(event).filter(([name]) => !incidental.includes(name));
  return [event.kind, ...fields.map(([name, value]) => `${name}=${names.in(text(value))}`)].join(' ');
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** An assessment that somebody was too slow for begins anew with the PSN; what counts is the attempt that led to a status. */
function withoutGivenUpAttempts(lines: readonly string[]): string[] {
  const story: string[] = [];
  let begunAt: number | undefined;
  for (const line of lines) {
    const isBeginning = line.startsWith('psn-found');
    if (isBeginning && begunAt !== undefined) story.length = begunAt;
    if (isBeginning) begunAt = story.length;
    else if (!/^(requirement-checked|report-sent)/.test(line)) begunAt = undefined;
    story.push(line);
  }
  return story;
}

/** How often a poll met silence depends on how long somebody looked; that it did, does not. A poll that has not ended yet is left out. */
function withoutRepeatedSilence(lines: readonly string[]): string[] {
  const rounds: string[][] = [[]];
  for (const line of lines) {
    rounds.at(-1)?.push(line);
    if (line.startsWith('sync-round-finished')) rounds.push([]);
  }
  const kept = rounds.filter((round, index) => {
    const isSilent = round.at(-1) === 'sync-round-finished answered=false';
    return !(isSilent && round.join('\n') === pollOf(rounds[index - 1] ?? []).join('\n'));
  });
  const story = kept.flat();
  while (/^probe-(sent|blocked)/.test(story.at(-1) ?? '')) story.pop();
  return story;
}

/** What a round consists of, without what came before it. */
function pollOf(round: readonly string[]): readonly string[] {
  return round.slice(round.findLastIndex(line => !/^(probe-|sync-round-finished)/.test(line)) + 1);
}

/**
Session ids carry the switch's uptime, versions of dACLs the second of their saving: each is told by its turn, among those of the same
host or dACL.
*/
class Names {
  readonly #known = new Map<string, string>();
  readonly #counts = new Map<string, number>();
  readonly #hostOf: (sessionId: string) => string | undefined;

  constructor(hostOf: (sessionId: string) => string | undefined) {
    this.#hostOf = hostOf;
  }

  in(value: string): string {
    return value
      .replaceAll(/\b[0-9A-F]{24}\b/g, id => {
        const host = this.#hostOf(id);
        return this.#name(id, host === undefined ? 'session' : `session of ${host}`);
      })
      .replaceAll(/([^\s"]+)-([0-9a-f]{8})\b/g, (whole, name) => `${name}-${this.#name(whole, 'version', name)}`);
  }

  /** `among`: what is counted by itself. */
  #name(text: string, kind: string, among = kind): string {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const count = (this.#counts.get(among) ?? 0) + 1;
    const name = `${kind} ${count}`;
    this.#counts.set(among, count);
    this.#known.set(text, name);
    return name;
  }
}
