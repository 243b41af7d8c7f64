import {quote} from '#protocol/dacl/line-reader.ts';
import type {Linted} from '#protocol/dacl/lint.ts';
import {placeOf} from '#protocol/dacl/lint-place.ts';
import type {AclProblem} from '#protocol/dacl/problem.ts';

/** Time ranges are the switch's: ISE does not send them along, and an entry whose range is missing counts always. */
export function checkTimeRanges(linted: Linted): AclProblem[] {
  return linted.acl.entries.flatMap(ace => {
    const {timeRange} = ace;
    if (timeRange === undefined || linted.timeRanges?.has(timeRange)) return [];
    const isKnown = linted.timeRanges !== undefined;
    return [
      {
        severity: 'warning',
        code: 'time-range-missing',
        ...placeOf(ace, linted),
        message: `${quote(timeRange)} ${isKnown ? 'is not among the time ranges given' : 'must be configured on every switch'}: where it is missing, the entry counts at all times.`,
        fix: `Configure \`time-range\` ${quote(timeRange)} on the switches, or leave it out here.`,
      } as const,
    ];
  });
}
