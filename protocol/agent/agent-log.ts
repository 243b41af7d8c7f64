import type {Outbox} from '#protocol/agent/outbox.ts';
import type {WallClock} from '#protocol/wall-clock.ts';

/**
The client's log, `AnyConnect_ISEPosture.txt`, in the grammar of domain.md 9.1. Dates are UTC.

Function names, thread ids and the order of lines are those of TAC 222483 as far as domain.md 9.3 has them; everything
after `File:` is ours, and so are the functions marked so.
*/
export class AgentLog {
  readonly #outbox: Outbox;
  readonly #clock: WallClock;
  /** Lines come in bursts: a second is put into words once. */
  #last = {second: Number.NaN, stamp: ''};

  constructor(outbox: Outbox, clock: WallClock) {
    this.#outbox = outbox;
    this.#clock = clock;
  }

  write(
    {
      thread,
      from,
      message,
      severity = 'Information',
    }: {
      thread: number;
      from: LoggedFunction;
      message: string;
      severity?: keyof typeof levels;
    },
    nowMs: number,
  ): void {
    const {file, line} = sources[from];
    const head = `${this.#stamp(nowMs)} [${severity}] aciseagent`;
    const place = `Function: ${from} Thread Id: ${threadName(thread)} File: ${file} Line: ${line}`;
    this.#outbox.add({kind: 'log', line: `${head} ${place} Level: ${levels[severity]} :: ${oneLine(message)}`});
  }

  /** `2026/11/28 21:53:40` */
  #stamp(nowMs: number): string {
    const second = this.#clock.unixS(nowMs);
    if (second === this.#last.second) return this.#last.stamp;
    const date = new Date(second * 1000).toISOString();
    const stamp = `${date.slice(0, 4)}/${date.slice(5, 7)}/${date.slice(8, 10)} ${date.slice(11, 19)}`;
    this.#last = {second, stamp};
    return stamp;
  }
}

/** The thread that takes messages (TAC 222483). */
export const mainThread = 0xc60;

/**
The thread of a state sync worker: a new one for each start. The first two ids are those of TAC 222483; the rest go on in
the same steps, never meet the main thread's, and come round after 2048 starts.
*/
export function workerThread(start: number): number {
  const step = (0x196c - start * 0x21c) % 0x2000;
  return 0x1000 + (step < 0 ? step + 0x2000 : step);
}

export type LoggedFunction = keyof typeof sources;

const levels = {Information: 'info', Warning: 'warn', Error: 'error'} as const;

const sources = {
  'Authenticator::sendUIStatus': {file: 'authenticator.cpp', line: 412},
  'PeriodicProbe::ProcessMessage': {file: 'periodicprobe.cpp', line: 118},
  'PeriodicProbe::sessionSyncProbe': {file: 'periodicprobe.cpp', line: 236},
  'HttpConnection::MakeRequest': {file: 'httpconnection.cpp', line: 301},
  'SwiftHttpRunner::processMessage': {file: 'SwiftHttpRunner.cpp', line: 177},
  'SwiftHttpRunner::restartDiscovery': {file: 'SwiftHttpRunner.cpp', line: 344},
  dump_http_headers: {file: 'hs_http.cpp', line: 89},
  hs_transport_free: {file: 'hs_transport.cpp', line: 61},
  loadXMLCfgFile: {file: 'ConfigData.cpp', line: 43},
  getIpAndMacList: {file: 'SystemInfo.cpp', line: 131},
  // ours
  'SwiftHttpRunner::probeTargets': {file: 'SwiftHttpRunner.cpp', line: 512},
  'Authenticator::checkRequirements': {file: 'authenticator.cpp', line: 268},
  'Authenticator::sendReport': {file: 'authenticator.cpp', line: 330},
} as const;

const threadName = (thread: number): string => `0x${thread.toString(16).toUpperCase()}`;

/** Whatever a server or an error brings along, a line stays one line, and of a readable length. */
function oneLine(message: string): string {
  return message.replaceAll(/\p{Cc}+/gu, ' ').slice(0, 1000);
}
