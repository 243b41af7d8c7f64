/** What a story file may say: what exploration.ts makes, in the same bounds, because a story of a year would be played for days. */
import * as v from 'valibot';
import {type Exploration, ends, longestMs, nadSteps, nodes} from '#harness/explore/exploration.ts';

/** The file is no story; the message says where. */
export class StoryError extends Error {
  override readonly name = 'StoryError';
}

const span = (most: number) => v.pipe(v.number(), v.minValue(0), v.maxValue(most));
const forMs = span(longestMs);
const share = span(1);
const seconds = (least: number, most: number) => v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most));
const text = v.picklist(['correct', 'without denies', 'psn1 only']);
const node = v.picklist(nodes);
const end = v.picklist(ends);
const step = v.picklist(nadSteps);

const impairment = v.strictObject({
  delayMs: span(10_000),
  jitterMs: span(10_000),
  loss: share,
  duplication: share,
  reordering: share,
  rateBitS: v.nullable(v.pipe(v.number(), v.minValue(1000), v.maxValue(10_000_000_000))),
  cut: v.boolean(),
});

const deed = v.variant('kind', [
  v.strictObject({kind: v.picklist(['rescan', 'restart-service', 'clear-session'])}),
  v.strictObject({kind: v.literal('unplug'), forMs}),
  v.strictObject({kind: v.literal('set-firewall'), isOn: v.boolean()}),
  v.strictObject({kind: v.literal('replace-profile'), delayS: seconds(2, 30), intervalS: seconds(0, 300)}),
  v.strictObject({kind: v.literal('end-session'), how: v.picklist(['terminate', 'bounce', 'delete'])}),
  v.strictObject({kind: v.literal('reauthenticate'), type: v.picklist(['default', 'last', 'rerun'])}),
  v.strictObject({kind: v.literal('set-status'), status: v.picklist(['Unknown', 'Compliant', 'NonCompliant'])}),
  v.strictObject({kind: v.literal('save-dacl'), text}),
  v.strictObject({kind: v.picklist(['power-off', 'pause']), node, forMs}),
  v.strictObject({kind: v.literal('cut-cable'), end, forMs}),
  v.strictObject({kind: v.literal('rough-link'), end, forMs, impairment}),
  v.strictObject({
    kind: v.literal('drift'),
    node,
    partsPerMillion: v.pipe(v.number(), v.minValue(-300), v.maxValue(300)),
  }),
  v.strictObject({kind: v.literal('slow-down'), step, delayMs: span(60_000)}),
  v.strictObject({kind: v.literal('hold'), step, forMs}),
]);

const story = v.object({
  seed: v.pipe(v.number(), v.safeInteger()),
  circumstances: v.strictObject({
    compliantDacl: text,
    replication: v.boolean(),
    ipUnknownPolicy: v.picklist(['notEnforced', 'anySource']),
    delayS: seconds(2, 30),
    intervalS: seconds(0, 300),
  }),
  steps: v.pipe(v.array(v.strictObject({afterMs: span(3_600_000), deed})), v.maxLength(1000)),
});

/** Throws `StoryError`. */
export function readStory(text: string): Exploration {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    throw new StoryError('it is not JSON: was it cut?');
  }
  const result = v.safeParse(story, read);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new StoryError(`${v.getDotPath(issue) ?? 'it'}: ${issue.message}`);
}
