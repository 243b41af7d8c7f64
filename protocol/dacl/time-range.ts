import type {Acl} from '#protocol/dacl/acl.ts';

/** A `time-range` of the switch. Without either: always active. Times are the switch's own clock, here UTC. */
export interface TimeRange {
  /** Outside of it nothing periodic counts. Both ends belong to it. */
  absolute?: {startMs?: number; endMs?: number};
  /** One of them is enough. */
  periodic: PeriodicRange[];
}

/** Minutes of the week, from Sunday 0:00. The last minute counts to its end; `to` before `from` goes over the week's end. */
export interface PeriodicRange {
  fromMinute: number;
  toMinute: number;
}

export type TimeRanges = ReadonlyMap<string, TimeRange>;

/**
The list as it is in force at an instant: entries with a time range that is not active are left out. An entry whose range the
switch does not have is active. Source: Cisco 10000 Series Software Configuration Guide, ch. 12, "Restrictions for Time-Based ACLs".
*/
export function activeAt(acl: Acl, {ranges, atMs}: {ranges: TimeRanges; atMs: number}): Acl {
  const entries = acl.entries.filter(({timeRange}) => {
    const range = timeRange === undefined ? undefined : ranges.get(timeRange);
    return range === undefined || isActive(range, atMs);
  });
  return {...acl, entries};
}

export const minutesOfDay = 24 * 60;

/** `atMs`: Unix time. */
export function isActive({absolute, periodic}: TimeRange, atMs: number): boolean {
  if (absolute?.startMs !== undefined && atMs < absolute.startMs) return false;
  if (absolute?.endMs !== undefined && atMs > absolute.endMs) return false;
  if (periodic.length === 0) return true;
  const minute = minuteOfWeek(atMs);
  return periodic.some(({fromMinute, toMinute}) =>
    fromMinute <= toMinute ? minute >= fromMinute && minute <= toMinute : minute >= fromMinute || minute <= toMinute,
  );
}

/** 1970-01-01 was a Thursday, the fifth day of the week. */
function minuteOfWeek(atMs: number): number {
  const minutesOfWeek = 7 * minutesOfDay;
  const minute = Math.floor(atMs / 60_000) + 4 * minutesOfDay;
  return ((minute % minutesOfWeek) + minutesOfWeek) % minutesOfWeek;
}
