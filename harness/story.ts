import type {LabEvent} from '#protocol/event.ts';

/**
What a run comes down to, without what differs from run to run: instants, generations, session ids by chance of the clock. One list of
lines for each strand: things that one actor does one after the other. Between strands there is no order.
*/
export type Story = Map<string, string[]>;

/**
Which events belong to which strand of their node. What is not here depends on speed: how often discovery was tried before somebody
answered, when a peer was told.
*/
const strands = {
  agent: [
    'service-started',
    'profile-refused',
    'network-changed',
    'scan-not-required',
    'profile-provisioned',
    'provisioning-failed',
    'psn-found',
    'requirement-checked',
    'remediation-started',
    'report-sent',
    'status-shown',
    'sync-started',
    'sync-off',
    'probe-sent',
    'probe-blocked',
    'probe-answered',
    'probe-unusable',
    'sync-round-finished',
    'posture-change-seen',
    'discovery-restarted',
    'sync-stopped',
    'sync-disabled',
  ],
  lease: ['lease-obtained', 'lease-renewed', 'lease-lost'],
  supplicant: ['eap-succeeded', 'eap-failed'],
  session: [
    'link-up',
    'link-down',
    'authentication-started',
    'dot1x-timed-out',
    'security-violation',
    'session-authorized',
    'authorization-failed',
    'acl-installed',
    'acl-install-failed',
    'redirect-installed',
    'redirect-acl-missing',
    'coa-received',
    'coa-answered',
    'session-ended',
  ],
  withdrawal: ['acl-withdrawn', 'redirect-withdrawn'],
  download: ['acl-download-started', 'acl-downloaded', 'acl-download-failed'],
  accounting: ['accounting-sent', 'accounting-unanswered', 'accounting-received'],
  gates: ['gate-held', 'gate-reached', 'gate-released'],
  cache: ['session-created', 'session-removed'],
  radius: ['access-accepted', 'access-rejected', 'acl-served', 'acl-refused'],
  posture: ['provisioning-mismatch', 'posture-reported', 'posture-settled'],
  coa: ['coa-sent', 'coa-acknowledged', 'coa-refused', 'coa-unanswered', 'session-terminated'],
  probes: ['probe-received', 'alarm-raised'],
} as const satisfies Record<string, readonly LabEvent['kind'][]>;

/** Fields that say when or how fast, not what. */
const incidental: readonly string[] = ['atMs', 'node', 'kind', 'generation', 'round', 'detail', 'targets', 'openMs'];

export function storyOf(timeline: readonly LabEvent[]): Story {
  const names = new Names();
  const story: Story = new Map();
  for (const event of timeline) {
    const strand = strandOf(event);
    const line = lineOf(event, names);
    if (strand === undefined) continue;
    const key = `${event.node} ${strand}`;
    story.set(key, [...(story.get(key) ?? []), line]);
  }
  for (const [key, lines] of story)
    if (key.endsWith(' agent')) story.set(key, withoutRepeatedSilence(withoutGivenUpAttempts(lines)));
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

function strandOf({kind}: LabEvent): string | undefined {
  return Object.entries(strands).find(([, kinds]) => (kinds as readonly string[]).includes(kind))?.[0];
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
    return !(isSilent && round.join('\n') === rounds[index - 1]?.join('\n'));
  });
  const story = kept.flat();
  while (/^probe-(sent|blocked)/.test(story.at(-1) ?? '')) story.pop();
  return story;
}

/** Session ids carry the switch's uptime, versions of dACLs the second of their saving: each is told by its turn. */
class Names {
  readonly #known = new Map<string, string>();

  in(value: string): string {
    return value
      .replaceAll(/\b[0-9A-F]{24}\b/g, id => this.#name(id, 'session'))
      .replaceAll(/-[0-9a-f]{8}\b/g, suffix => `-${this.#name(suffix, 'version')}`);
  }

  #name(text: string, kind: string): string {
    const count = [...this.#known.values()].filter(name => name.startsWith(kind)).length;
    const name = this.#known.get(text) ?? `${kind} ${count + 1}`;
    this.#known.set(text, name);
    return name;
  }
}
