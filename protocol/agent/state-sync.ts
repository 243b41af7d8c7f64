/**
Posture State Synchronization as the agent does it (domain.md 2.3, 3): a poll of the PSNs' probe port that is meant to fail.

    OFF / STOPPED ── shown status ──► ARMED ── transition delay ──► PROBING ◄── interval ── WAITING
                                                                      │  └── no usable answer ──►┘
                                     STOPPED ◄── another status ──────┤
                                     DISABLED_UNTIL_RESTART ◄── the same status

The delay is NetworkTransitionDelay and is waited for after each transition to Compliant (7.4). A round asks one target after
the other and ends at the first usable answer. The interval runs from the end of a round to the next one, so the worst-case
detection of a lost session is one interval and a connect timeout for each target before the one that answers (2.4).

A probe belongs to the worker thread that sent it. Stopping state sync does not take it back: its answer is looked at when
it comes, against what the agent holds itself to be then. If both say the same known status, that is the wrong
configuration whatever became of the round ("probe already in progress", R4 of 7.3); any other answer is ignored.
*/
import {workerThread} from '#protocol/agent/agent-log.ts';
import type {AgentView, SyncState} from '#protocol/agent/contract.ts';
import type {ExchangeEnd} from '#protocol/agent/exchanges.ts';
import {type ConnectedPsn, identityOf, type RunContext, serverAt} from '#protocol/agent/run-context.ts';
import {SyncLog} from '#protocol/agent/sync-log.ts';
import {syncTargets} from '#protocol/agent/sync-targets.ts';
import type {SyncStopReason} from '#protocol/event.ts';
import {decodeStatusAnswer, encodeProbeRequest} from '#protocol/posture/exchange.ts';
import {isKnown, type PostureStatus} from '#protocol/posture/status.ts';

export class StateSync {
  readonly #context: RunContext;
  readonly #log: SyncLog;
  readonly #changed: (nowMs: number) => void;
  readonly #inFlight = new Map<Probe, string>();
  #phase: Phase = {kind: 'STOPPED'};
  #starts = 0;
  #rounds = 0;

  /** `changed`: a PSN has another status than the agent; state sync has stopped, and discovery is to be restarted. */
  constructor(context: RunContext, changed: (nowMs: number) => void) {
    this.#context = context;
    this.#log = new SyncLog(context);
    this.#changed = changed;
  }

  /** The agent has just shown its status, which it has from `psn`. */
  start(psn: ConnectedPsn, nowMs: number): void {
    const {outbox, profile} = this.#context;
    const intervalS = profile.stateSyncProbeIntervalS;
    if (this.#phase.kind === 'DISABLED_UNTIL_RESTART') {
      outbox.record({kind: 'sync-off', reason: 'latched'});
    } else if (intervalS === null || intervalS === 0) {
      outbox.record({kind: 'sync-off', reason: intervalS === null ? 'interval-absent' : 'interval-zero'});
    } else {
      this.#arm(psn, {intervalS, delayS: profile.networkTransitionDelayS}, nowMs);
    }
  }

  /** Does nothing where nothing runs. The latch stays. */
  stop(reason: SyncStopReason, nowMs: number): void {
    const phase = this.#phase;
    if (phase.kind === 'STOPPED' || phase.kind === 'DISABLED_UNTIL_RESTART') return;
    this.#phase = {kind: 'STOPPED'};
    this.#context.outbox.record({kind: 'sync-stopped', reason});
    this.#log.stopped(reason, nowMs);
    this.#log.workerEnded(phase.worker.thread, nowMs);
  }

  wake(nowMs: number): void {
    const phase = this.#phase;
    if ((phase.kind === 'ARMED' || phase.kind === 'WAITING') && nowMs >= phase.untilMs) {
      this.#rounds += 1;
      this.#probe({worker: phase.worker, round: this.#rounds, target: 0}, nowMs);
    }
  }

  wakeAtMs(): number | undefined {
    return this.#phase.kind === 'ARMED' || this.#phase.kind === 'WAITING' ? this.#phase.untilMs : undefined;
  }

  view(): AgentView['sync'] {
    const intervalS = this.#context.profile.stateSyncProbeIntervalS ?? 0;
    const phase = this.#phase;
    const state: SyncState = phase.kind === 'STOPPED' && intervalS === 0 ? 'OFF' : phase.kind;
    const targets = 'worker' in phase ? phase.worker.targets : [];
    return {state, intervalS, targets, rounds: this.#rounds, latched: phase.kind === 'DISABLED_UNTIL_RESTART'};
  }

  #arm(psn: ConnectedPsn, {intervalS, delayS}: {intervalS: number; delayS: number}, nowMs: number): void {
    const worker: Worker = {
      thread: workerThread(this.#starts),
      targets: syncTargets(this.#context, psn),
      port: psn.probePort,
      intervalMs: intervalS * 1000,
    };
    const delayMs = delayS * 1000;
    this.#starts += 1;
    this.#rounds = 0;
    this.#phase = {kind: 'ARMED', worker, untilMs: nowMs + delayMs};
    const {targets, port, intervalMs} = worker;
    this.#context.outbox.record({kind: 'sync-started', targets, port, intervalMs, delayMs});
    this.#log.started(worker.thread, {intervalS, delayS}, nowMs);
  }

  /** Asks the probe's target; after the last one the round is over. */
  #probe(probe: Probe, nowMs: number): void {
    const {worker, round} = probe;
    const target = worker.targets[probe.target];
    if (target === undefined) {
      this.#phase = {kind: 'WAITING', worker, untilMs: nowMs + worker.intervalMs};
      this.#context.outbox.record({kind: 'sync-round-finished', round, answered: false});
    } else {
      this.#send(probe, target, nowMs);
    }
  }

  #send(probe: Probe, target: string, nowMs: number): void {
    const {outbox, exchanges, steps} = this.#context;
    const {worker, round} = probe;
    this.#phase = {kind: 'PROBING', worker, probe};
    outbox.record({kind: 'probe-sent', round, target, port: worker.port});
    const request = encodeProbeRequest(identityOf(this.#context), `${target}:${worker.port}`);
    this.#log.probing(worker.thread, `${target}:${worker.port}`, request.path, nowMs);
    const connectionId = exchanges.open(serverAt(this.#context, target, worker.port), {
      opened: (id, openedAtMs) =>
        steps.enter('probe-http', {subject: probe, go: () => exchanges.send(id, request)}, openedAtMs),
      ended: (end, endedAtMs) => this.#ended(probe, target, end, endedAtMs),
    });
    this.#inFlight.set(probe, connectionId);
  }

  #ended(probe: Probe, target: string, end: ExchangeEnd, nowMs: number): void {
    this.#inFlight.delete(probe);
    this.#context.steps.drop(({subject}) => subject === probe);
    const status = end.kind === 'response' ? decodeStatusAnswer(end.response)?.status : undefined;
    if (end.kind === 'response') this.#log.headers(probe.worker.thread, end.response, nowMs);
    if (status === undefined) this.#unanswered(probe, target, end, nowMs);
    else this.#answered(probe, target, status, nowMs);
  }

  /** On to the next target, if this probe is still the round's. */
  #unanswered(probe: Probe, target: string, end: ExchangeEnd, nowMs: number): void {
    const {outbox} = this.#context;
    const {worker, round} = probe;
    if (end.kind === 'failed') {
      outbox.record({kind: 'probe-blocked', round, target, reason: end.failure.reason});
    } else {
      const {status: httpStatus} = end.response;
      const detail = httpStatus === 200 ? 'no posture status in the headers' : `HTTP ${httpStatus}`;
      outbox.record({kind: 'probe-unusable', round, target, httpStatus, detail});
      this.#log.unusable(worker.thread, `${target}:${worker.port}`, detail, nowMs);
    }
    if (this.#isCurrent(probe)) this.#probe({...probe, target: probe.target + 1}, nowMs);
  }

  #answered(probe: Probe, target: string, status: PostureStatus, nowMs: number): void {
    const {outbox, status: own} = this.#context;
    const {worker, round} = probe;
    const isCurrent = this.#isCurrent(probe);
    outbox.record({kind: 'probe-answered', round, target, status});
    if (isCurrent) outbox.record({kind: 'sync-round-finished', round, answered: true});
    if (status === own && isKnown(own)) this.#latch(worker, target, nowMs);
    else if (isCurrent) this.#restartDiscovery(worker, target, status, nowMs);
    else this.#log.ignored(worker.thread, status, nowMs);
  }

  #restartDiscovery(worker: Worker, target: string, to: PostureStatus, nowMs: number): void {
    const {outbox, status: from} = this.#context;
    outbox.record({kind: 'posture-change-seen', target, from, to});
    this.#log.changed(worker.thread, from, to, nowMs);
    outbox.record({kind: 'discovery-restarted', target, reason: 'posture-status-changed'});
    this.stop('posture-status-changed', nowMs);
    this.#changed(nowMs);
  }

  /** One alarm in the life of a service: whatever else is under way is given up (domain.md 3.8, 3.9). */
  #latch(worker: Worker, target: string, nowMs: number): void {
    const {outbox, exchanges, steps} = this.#context;
    const wasRunning = 'worker' in this.#phase;
    this.#phase = {kind: 'DISABLED_UNTIL_RESTART'};
    for (const [probe, connectionId] of this.#inFlight) {
      exchanges.abandon(connectionId);
      steps.drop(({subject}) => subject === probe);
    }
    this.#inFlight.clear();
    this.#log.wrongConfiguration(worker.thread, this.#context.status, nowMs);
    if (wasRunning) {
      outbox.record({kind: 'sync-stopped', reason: 'wrong-configuration'});
      this.#log.stopped('wrong-configuration', nowMs);
    }
    outbox.record({kind: 'sync-disabled', target, reason: 'wrong-configuration'});
  }

  #isCurrent(probe: Probe): boolean {
    return this.#phase.kind === 'PROBING' && this.#phase.probe === probe;
  }
}

type Phase =
  | {kind: 'STOPPED'}
  | {kind: 'ARMED' | 'WAITING'; worker: Worker; untilMs: number}
  | {kind: 'PROBING'; worker: Worker; probe: Probe}
  | {kind: 'DISABLED_UNTIL_RESTART'};

interface Worker {
  thread: number;
  targets: string[];
  port: number;
  intervalMs: number;
}

/** `target`: index into the worker's targets. */
interface Probe {
  worker: Worker;
  round: number;
  target: number;
}
