import type {LabClock} from '#images/shell/clock.ts';
import type {Control} from '#images/shell/control.ts';
import type {LabEventBody} from '#protocol/event.ts';
import type {CommonEffect, Role} from '#protocol/role.ts';

/** A role that has real time and real effects. */
export interface Carried<Input> {
  /** Hands over one input, at the present instant. Never throws: what goes wrong is recorded as `fault`. */
  input(input: Input): void;
  /** Stops the wake timer; inputs after that are ignored. */
  stop(): void;
}

/**
Carries a role: one input at a time, its effects performed in order before the next, and a timer for `wakeAtMs`.

`perform` gets the effects that are not common to all roles. A role or an effect that throws is a fault of ours: it is
recorded, and the node goes on, so that one bad packet cannot take it away.
*/
export function carry<Input, Effect extends {kind: string}>({
  role,
  clock,
  control,
  perform,
}: {
  role: Role<Input | {kind: 'wake'}, Effect | CommonEffect<LabEventBody>>;
  clock: LabClock;
  control: Pick<Control<unknown>, 'record' | 'reply' | 'refuse'>;
  perform: (effect: Exclude<Effect, CommonEffect<unknown>>) => void;
}): Carried<Input> {
  const waiting: (Input | {kind: 'wake'})[] = [];
  let busy = false;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  const run = () => {
    if (busy) return;
    busy = true;
    for (let input = waiting.shift(); input !== undefined && !stopped; input = waiting.shift()) step(input);
    busy = false;
    if (!stopped) arm();
  };
  const step = (input: Input | {kind: 'wake'}) => {
    const nowMs = clock.nowMs();
    try {
      for (const effect of role.handle(input, nowMs)) carryOut(effect, nowMs);
    } catch (error) {
      control.record(
        {kind: 'fault', message: error instanceof Error ? (error.stack ?? error.message) : String(error)},
        nowMs,
      );
    }
  };
  const carryOut = (effect: Effect | CommonEffect<LabEventBody>, nowMs: number) => {
    if (isCommon(effect)) {
      if (effect.kind === 'record') control.record(effect.event, nowMs);
      else if (effect.kind === 'reply') control.reply(effect.id, effect.result);
      else control.refuse(effect.id, effect.message);
    } else {
      perform(effect as Exclude<Effect, CommonEffect<unknown>>);
    }
  };
  const arm = () => {
    clearTimeout(timer);
    const wakeAtMs = role.wakeAtMs();
    if (wakeAtMs === undefined) return;
    timer = setTimeout(() => {
      if (clock.nowMs() < wakeAtMs) return arm();
      waiting.push({kind: 'wake'});
      run();
    }, clock.untilMs(wakeAtMs));
  };

  return {
    input(input) {
      if (stopped) return;
      waiting.push(input);
      run();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

function isCommon(effect: {kind: string}): effect is CommonEffect<LabEventBody> {
  return effect.kind === 'record' || effect.kind === 'reply' || effect.kind === 'refuse';
}
