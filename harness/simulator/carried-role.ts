import type {NodeClock} from '#harness/simulator/node-clock.ts';
import type {Simulation, Timer} from '#harness/simulator/simulation.ts';
import type {LabEventBody} from '#protocol/event.ts';
import type {CommonEffect, Role} from '#protocol/role.ts';

/** What a role's carrier does for it, besides time. */
export interface RoleOutlets {
  record(event: LabEventBody): void;
  reply(id: string, result: unknown): void;
  refuse(id: string, message: string): void;
}

/** A role that wakes itself this often at one instant will never stop. */
const wakesAtOneInstant = 1000;

/**
Carries a role in virtual time as images/shell/carry.ts does in a container: one input at a time, its effects carried out in order
before the next, and a wake when it asks for one. A paused role keeps its inputs, and its timers come late.
*/
export class CarriedRole<Input, Effect extends {kind: string}> {
  readonly role: Role<Input | {kind: 'wake'}, Effect | CommonEffect<LabEventBody>>;
  readonly #simulation: Simulation;
  readonly #clock: NodeClock;
  readonly #outlets: RoleOutlets;
  readonly #perform: (effect: Exclude<Effect, CommonEffect<unknown>>) => void;
  readonly #waiting: (Input | {kind: 'wake'})[] = [];
  #state: 'running' | 'paused' | 'stopped' = 'running';
  #busy = false;
  #timer: {atMs: number; timer: Timer} | undefined;
  #wakes = {atMs: -1, count: 0};

  constructor(options: {
    role: Role<Input | {kind: 'wake'}, Effect | CommonEffect<LabEventBody>>;
    simulation: Simulation;
    clock: NodeClock;
    outlets: RoleOutlets;
    perform: (effect: Exclude<Effect, CommonEffect<unknown>>) => void;
  }) {
    this.role = options.role;
    this.#simulation = options.simulation;
    this.#clock = options.clock;
    this.#outlets = options.outlets;
    this.#perform = options.perform;
    this.#clock.onDrift = () => {
      if (this.#state === 'running' && !this.#busy) this.#arm();
    };
  }

  /** The node's own clock. */
  nowMs(): number {
    return this.#clock.nowMs();
  }

  input(input: Input): void {
    if (this.#state === 'stopped') return;
    this.#waiting.push(input);
    this.#run();
  }

  pause(): void {
    if (this.#state === 'running') this.#state = 'paused';
  }

  resume(): void {
    if (this.#state !== 'paused') return;
    this.#state = 'running';
    this.#run();
  }

  stop(): void {
    this.#state = 'stopped';
    this.#disarm();
  }

  #run(): void {
    if (this.#busy || this.#state !== 'running') return;
    this.#busy = true;
    for (let input = this.#waiting.shift(); input !== undefined; input = this.#waiting.shift()) {
      this.#step(input);
      if (this.#state !== 'running') break;
    }
    this.#busy = false;
    if (this.#state === 'running') this.#arm();
  }

  #step(input: Input | {kind: 'wake'}): void {
    try {
      for (const effect of this.role.handle(input, this.nowMs())) this.#carryOut(effect);
    } catch (error) {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#outlets.record({kind: 'fault', message});
    }
  }

  #carryOut(effect: Effect | CommonEffect<LabEventBody>): void {
    if (!isCommon(effect)) this.#perform(effect as Exclude<Effect, CommonEffect<unknown>>);
    else if (effect.kind === 'record') this.#outlets.record(effect.event);
    else if (effect.kind === 'reply') this.#outlets.reply(effect.id, effect.result);
    else this.#outlets.refuse(effect.id, effect.message);
  }

  #arm(): void {
    const wakeAtMs = this.role.wakeAtMs();
    if (wakeAtMs === undefined) {
      this.#disarm();
      return;
    }
    const atMs = Math.max(this.#simulation.nowMs, this.#clock.labMs(wakeAtMs));
    if (this.#timer?.atMs === atMs && !this.#timer.timer.isOver) return;
    this.#disarm();
    this.#timer = {atMs, timer: this.#simulation.at(atMs, () => this.#wake(wakeAtMs))};
  }

  #wake(wakeAtMs: number): void {
    if (this.#state === 'stopped') return;
    if (this.nowMs() < wakeAtMs) {
      this.#simulation.after(0.001, () => this.#wake(wakeAtMs)); // a clock that drifts more slowly than before, and rounding
      return;
    }
    if (this.#isRestless()) return;
    this.#waiting.push({kind: 'wake'});
    this.#run();
  }

  /** A timer that is due for ever would stop time. */
  #isRestless(): boolean {
    const {nowMs} = this.#simulation;
    this.#wakes = this.#wakes.atMs === nowMs ? {atMs: nowMs, count: this.#wakes.count + 1} : {atMs: nowMs, count: 1};
    if (this.#wakes.count < wakesAtOneInstant) return false;
    const message = `the role asked to be woken ${wakesAtOneInstant} times at ${nowMs} ms: a timer is due for ever`;
    this.#outlets.record({kind: 'fault', message});
    return true;
  }

  #disarm(): void {
    if (this.#timer) this.#timer.timer.isOver = true;
    this.#timer = undefined;
  }
}

function isCommon(effect: {kind: string}): effect is CommonEffect<LabEventBody> {
  return effect.kind === 'record' || effect.kind === 'reply' || effect.kind === 'refuse';
}
