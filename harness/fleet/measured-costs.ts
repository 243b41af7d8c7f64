import * as v from 'valibot';
import {PolicyNode, type RequestCosts} from '#harness/fleet/policy-node.ts';

const figure = v.pipe(v.number(), v.finite(), v.minValue(0));

/** RADIUS requests a second at one PSN that is asked for as many as it can: by the costs, for the share of a core that it got; and counted. */
const saturationCheck = v.object({predictedPerSecond: figure, measuredPerSecond: figure, share: figure});

/** Where costs come from. */
const measured = v.object({at: v.string(), machine: v.string(), saturation: saturationCheck});

const costsFile = v.object({
  authentication: figure,
  accounting: figure,
  probe: figure,
  discovery: figure,
  assessment: figure,
  coa: figure,
  measured: v.optional(measured),
});

export type SaturationCheck = v.InferOutput<typeof saturationCheck>;
export type Measured = v.InferOutput<typeof measured>;

/** What scripts/measure-costs.ts has printed, or somebody has written by hand. Throws an error that names the field. */
export function checkCosts(read: unknown): RequestCosts & {measured?: Measured} {
  const result = v.safeParse(costsFile, read);
  if (!result.success) throw new Error(`${v.getDotPath(result.issues[0]) ?? 'it'}: ${result.issues[0].message}`);
  const {measured, ...costs} = result.output;
  return {...costs, ...(measured && {measured})};
}

/** CPU milliseconds of a PSN's container, by scripts/measure-costs.ts; `--costs` takes those of another machine. */
export const measuredCosts: RequestCosts & {measured: Measured} = {
  authentication: 0.485,
  accounting: 0.485,
  probe: 3.929,
  discovery: 3.725,
  assessment: 6.448,
  coa: 0.485,
  measured: {
    at: '2026-11-28',
    machine: '2 cores, load 3.1, Node v24.21.0',
    saturation: {predictedPerSecond: 1443, measuredPerSecond: 1501, share: 0.7},
  },
};

/** Access-Requests that a fleet's PSN with a core of its own answers in a second, if more come than it can. */
export function radiusAtSaturation(costs: RequestCosts): number {
  const node = new PolicyNode(1, costs);
  let answered = 0;
  while ((node.take('authentication', 0, 1000) ?? Number.POSITIVE_INFINITY) <= 1000) answered += 1;
  return answered;
}
