/** What state sync writes into the client's log: the sequences of domain.md 9.3, with the tails of 9.4 where it has them. */
import {type LoggedFunction, mainThread} from '#protocol/agent/agent-log.ts';
import type {RunContext} from '#protocol/agent/run-context.ts';
import type {SyncStopReason} from '#protocol/event.ts';
import type {HttpResponse} from '#protocol/http.ts';
import type {PostureStatus} from '#protocol/posture/status.ts';

/** `worker`: the thread id of the worker that the lines are about. */
export class SyncLog {
  readonly #context: RunContext;

  constructor(context: RunContext) {
    this.#context = context;
  }

  started(worker: number, {intervalS, delayS}: {intervalS: number; delayS: number}, nowMs: number): void {
    this.#write(
      mainThread,
      'PeriodicProbe::ProcessMessage',
      `Start message received, transition delay=${delayS}`,
      nowMs,
    );
    this.#write(worker, 'PeriodicProbe::sessionSyncProbe', `State sync probe started, interval=${intervalS}`, nowMs);
  }

  probing(worker: number, server: string, path: string, nowMs: number): void {
    this.#write(worker, 'PeriodicProbe::sessionSyncProbe', `Probing https://${server}`, nowMs);
    this.#write(worker, 'HttpConnection::MakeRequest', `GET https://${server}${path}`, nowMs);
  }

  headers(worker: number, response: HttpResponse, nowMs: number): void {
    this.#write(worker, 'dump_http_headers', `HTTP/1.1 ${response.status}`, nowMs);
    for (const [name, value] of Object.entries(response.headers)) {
      this.#write(worker, 'dump_http_headers', `${name}: ${value}`, nowMs);
    }
  }

  unusable(worker: number, server: string, detail: string, nowMs: number): void {
    const message = `The answer of ${server} has no use: ${detail}`;
    this.#context.log.write(
      {thread: worker, from: 'PeriodicProbe::sessionSyncProbe', message, severity: 'Warning'},
      nowMs,
    );
  }

  /** A result that nobody waits for any more. */
  ignored(worker: number, status: PostureStatus, nowMs: number): void {
    const message = `Session posture status ${status} ignored: this probe was stopped`;
    this.#write(worker, 'PeriodicProbe::sessionSyncProbe', message, nowMs);
  }

  changed(worker: number, from: PostureStatus, to: PostureStatus, nowMs: number): void {
    this.#write(worker, 'PeriodicProbe::sessionSyncProbe', `Session posture status received: ${to}`, nowMs);
    this.#write(worker, 'PeriodicProbe::sessionSyncProbe', `Session posture status changed: ${from} -> ${to}`, nowMs);
    this.#write(mainThread, 'SwiftHttpRunner::restartDiscovery', 'Restart of discovery requested', nowMs);
    this.#write(mainThread, 'SwiftHttpRunner::processMessage', 'Restart message received', nowMs);
    this.#write(mainThread, 'SwiftHttpRunner::restartDiscovery', 'Stopping state sync probe', nowMs);
    this.#write(mainThread, 'SwiftHttpRunner::restartDiscovery', 'Restarting discovery', nowMs);
    this.#write(mainThread, 'hs_transport_free', 'Transport freed', nowMs);
  }

  /** The one [Error] line of a wrong configuration (domain.md 9.3). */
  wrongConfiguration(worker: number, status: PostureStatus, nowMs: number): void {
    const session = `${status.toLowerCase()} session`;
    const message = `Wrong configuration detected: probe port reachable for ${session}, stopping state sync`;
    this.#context.log.write(
      {thread: worker, from: 'PeriodicProbe::sessionSyncProbe', message, severity: 'Error'},
      nowMs,
    );
    const until = 'State sync probe is disabled until the service restarts';
    this.#write(worker, 'PeriodicProbe::sessionSyncProbe', until, nowMs);
  }

  stopped(reason: SyncStopReason, nowMs: number): void {
    this.#write(mainThread, 'PeriodicProbe::ProcessMessage', `Stop message received: ${reason}`, nowMs);
    this.#write(mainThread, 'PeriodicProbe::ProcessMessage', 'State sync probe stopped', nowMs);
  }

  workerEnded(worker: number, nowMs: number): void {
    this.#write(worker, 'PeriodicProbe::sessionSyncProbe', 'Worker ended', nowMs);
  }

  #write(thread: number, from: LoggedFunction, message: string, nowMs: number): void {
    this.#context.log.write({thread, from, message}, nowMs);
  }
}
