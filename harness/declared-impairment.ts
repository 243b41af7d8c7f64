/** An impairment as people and programs say it: fields that are left out are good. */
import * as v from 'valibot';
import {type Impairment, noImpairment} from '#protocol/link/impairment.ts';

const longestMs = 600_000;
const spanMs = v.pipe(
  v.number('milliseconds of lab time'),
  v.minValue(0, 'milliseconds of lab time'),
  v.maxValue(longestMs, `milliseconds of lab time, at most ${longestMs}`),
);
const share = v.pipe(
  v.number('a share from 0 to 1'),
  v.minValue(0, 'a share from 0 to 1'),
  v.maxValue(1, 'a share from 0 to 1'),
);
const bitsPerS = v.pipe(
  v.number('bits a second'),
  v.integer('bits a second, a whole number'),
  v.minValue(1000, 'bits a second, at least 1000'),
  v.maxValue(1e12, 'bits a second'),
);

/** Entries for an object schema. */
export const impairmentFields = {
  delayMs: v.exactOptional(spanMs),
  jitterMs: v.exactOptional(spanMs),
  loss: v.exactOptional(share),
  duplication: v.exactOptional(share),
  reordering: v.exactOptional(share),
  rateBitS: v.exactOptional(v.nullable(bitsPerS)),
  cut: v.exactOptional(v.boolean('true or false')),
};

const impairmentSchema = v.strictObject(impairmentFields);

export type DeclaredImpairment = v.InferOutput<typeof impairmentSchema>;

/** What is asked of a link cannot be; `message` names the field and what was expected. */
export class ImpairmentError extends Error {
  override readonly name = 'ImpairmentError';
}

/** With the fields that were left out. Throws `ImpairmentError`. */
export function checkImpairment(declared: unknown): Impairment {
  const result = v.safeParse(impairmentSchema, declared);
  if (!result.success) throw new ImpairmentError(result.issues.map(describe).join('; '));
  const problem = impairmentProblem(result.output);
  if (problem !== undefined) throw new ImpairmentError(problem);
  return {...noImpairment, ...result.output};
}

/** What is wrong between fields that are right, or nothing. */
export function impairmentProblem({reordering = 0, delayMs = 0}: DeclaredImpairment): string | undefined {
  return reordering > 0 && delayMs === 0
    ? 'reordering: expected a delayMs above 0 as well, because what is reordered overtakes those that wait out the delay'
    : undefined;
}

function describe(issue: v.BaseIssue<unknown>): string {
  const field = v.getDotPath(issue);
  const known = Object.keys(impairmentFields).join(', ');
  if (issue.type === 'strict_object') return `${field ?? 'an impairment'}: there is no such field; there are ${known}`;
  return `${field}: expected ${issue.message}, got ${issue.received}`;
}
