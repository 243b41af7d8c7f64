import {AgentLog, type LoggedFunction, mainThread, workerThread} from '#protocol/agent/agent-log.ts';
import {Outbox} from '#protocol/agent/outbox.ts';
import {WallClock} from '#protocol/wall-clock.ts';

type Probe = 'silent' | 'lost' | 'alarm' | 'alarm of psn2';

/** What a log from the field tells: for each start of synchronization delay and interval in seconds, and what came of its rounds. */
export interface Told {
  probes: [delayS: number, intervalS: number, ...rounds: Probe[]][];
  /** Compliant was shown once more, and synchronization did not start. */
  rescanAfter?: boolean;
  /** Compliant was shown, and synchronization did not start. */
  compliantWithout?: boolean;
  targets?: string[];
}

/** A log in the words of the client, of PSNs that are not ours. */
export function told({probes, rescanAfter, compliantWithout, targets = ['ise1', 'ise2']}: Told): string {
  const log = new Writer(targets.map(name => `${name}.corp.example`));
  for (const [delayS, intervalS, ...rounds] of probes) log.start(delayS, intervalS, rounds);
  if (rescanAfter || compliantWithout) log.shown();
  return log.text();
}

class Writer {
  readonly #outbox = new Outbox();
  readonly #log = new AgentLog(this.#outbox, new WallClock({labEpochMs: Date.UTC(2026, 0, 15, 8), clockOffsetMs: 0}));
  readonly #targets: string[];
  #nowS = 0;
  #starts = 0;

  constructor(targets: string[]) {
    this.#targets = targets;
    this.#write('loadXMLCfgFile', 'ISEPostureCFG.xml present. Using it for config');
  }

  shown(): void {
    this.#nowS += 5;
    this.#write('Authenticator::sendUIStatus', 'MSG_SU_STEP_STATUS, {Status:6,Compliant:1,RemStatus:0}');
  }

  start(delayS: number, intervalS: number, rounds: Probe[]): void {
    this.shown();
    const thread = workerThread(this.#starts);
    this.#starts += 1;
    this.#write('PeriodicProbe::ProcessMessage', `Start message received, transition delay=${delayS}`);
    this.#write('PeriodicProbe::sessionSyncProbe', `State sync probe started, interval=${intervalS}`, thread);
    this.#nowS += delayS;
    for (const round of rounds) {
      this.#round(round, thread);
      this.#nowS += intervalS;
    }
  }

  text(): string {
    const lines = this.#outbox.take().map(effect => (effect.kind === 'log' ? effect.line : ''));
    return `${lines.join('\n')}\n`;
  }

  #round(round: Probe, thread: number): void {
    const [first = '', second = ''] = this.#targets;
    const asked = {silent: this.#targets, lost: [first], alarm: [first], 'alarm of psn2': [first, second]}[round];
    for (const target of asked) this.#write('HttpConnection::MakeRequest', `Probing https://${target}:8449`, thread);
    if (round === 'silent') return;
    const status = round === 'lost' ? 'Unknown' : 'Compliant';
    const psn = asked.at(-1);
    for (const header of ['HTTP/1.1 200 OK', `X-Emu-Posture-Status: ${status}`, `X-Emu-PDP: ${psn}`])
      this.#write('dump_http_headers', header, thread);
    if (round === 'lost') this.#write('SwiftHttpRunner::restartDiscovery', 'Restarting discovery');
    else this.#write('PeriodicProbe::sessionSyncProbe', 'Wrong configuration detected', thread, 'Error');
  }

  #write(
    from: LoggedFunction,
    message: string,
    thread = mainThread,
    severity: 'Information' | 'Error' = 'Information',
  ): void {
    this.#log.write({thread, from, message, severity}, this.#nowS * 1000);
  }
}
