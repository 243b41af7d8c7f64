import {findEvent, type UntilOptions, WaitError} from '#harness/lab.ts';
import type {Wait} from '#harness/simulator/waits.ts';
import type {Timeline} from '#harness/timeline.ts';
import type {EventOf, LabEventKind} from '#protocol/event.ts';

/** The wait behind `SimulatedLab.until`: over with the first event that fits, with a fault of anybody, or at the deadline. */
export function eventWait<Kind extends LabEventKind>(
  timeline: Timeline,
  kind: Kind,
  options: Omit<UntilOptions<Kind>, 'withinMs'>,
  {spanMs, deadlineMs}: {spanMs: number; deadlineMs: number},
  {resolve, reject}: {resolve: (event: EventOf<Kind>) => void; reject: (error: unknown) => void},
): Wait {
  return {
    deadlineMs,
    sees(event) {
      if (event.kind === 'fault') {
        reject(new WaitError(`${event.node} is at fault: ${event.message}\n${timeline}`));
        return true;
      }
      const match = event.kind === kind ? findEvent(timeline, kind, options) : undefined;
      if (match) resolve(match);
      return match !== undefined;
    },
    expire() {
      const where = typeof options.where === 'function' ? options.where : JSON.stringify(options.where ?? {});
      const waited = `waited ${spanMs} ms of lab time for ${kind} ${where}; it did not come. What did:`;
      reject(new WaitError(`${waited}\n${timeline}`));
    },
    abort: reject,
  };
}
