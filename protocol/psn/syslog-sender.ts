import type {Alarm, LiveLogEntry, PsnSettings} from '#protocol/psn/contract.ts';
import type {Outbox} from '#protocol/psn/outbox.ts';
import {alarmLine, messageLines} from '#protocol/psn/syslog.ts';
import type {WallClock} from '#protocol/wall-clock.ts';

/** Sends what the node writes into its live log and onto its dashboard to its remote logging targets (domain.md 6.7). */
export class SyslogSender {
  readonly #settings: PsnSettings;
  readonly #clock: WallClock;
  readonly #outbox: Outbox;
  /** Ours: numbers begin anew with the node. */
  #messages = 0;

  constructor(settings: PsnSettings, clock: WallClock, outbox: Outbox) {
    this.#settings = settings;
    this.#clock = clock;
    this.#outbox = outbox;
  }

  tell(written: LiveLogEntry | Alarm): void {
    const {name: host, syslogTargets} = this.#settings;
    const labEpochMs = this.#clock.unixMs(0);
    if (syslogTargets.length === 0) return;
    for (const line of this.#linesOf(written, {host, labEpochMs}))
      for (const to of syslogTargets)
        this.#outbox.add({kind: 'send', localPort: 0, to, bytes: new TextEncoder().encode(line)});
  }

  #linesOf(written: LiveLogEntry | Alarm, origin: {host: string; labEpochMs: number}): string[] {
    if ('alarmName' in written) return [alarmLine(written, origin)];
    this.#messages += 1;
    return messageLines(written, origin, this.#messages);
  }
}
