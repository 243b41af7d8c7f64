import type {Alarm, LiveLogEntry, PersistentState, Policy, PsnSettings} from '#protocol/psn/contract.ts';
import {type MessageCode, messages} from '#protocol/psn/message-codes.ts';

/** What is kept at most; the oldest goes first (ours). */
export const recordLimits = {alarms: 1000, liveLog: 1000, endpoints: 1000, attributeCharacters: 1000} as const;

/** Everything that ISE keeps over a restart. Notes whether it changed, so that it is written once an input. */
export class Records {
  #policy: Policy;
  readonly #endpoints: Map<string, PersistentState['endpoints'][number]>;
  readonly #alarms: Alarm[];
  readonly #liveLog: LiveLogEntry[];
  readonly #onWritten: (written: LiveLogEntry | Alarm) => void;
  #changed = false;

  /** What was persisted goes before what the settings say: an administrator may have edited it since. */
  constructor(
    {persisted, policy}: Pick<PsnSettings, 'persisted' | 'policy'>,
    onWritten: (written: LiveLogEntry | Alarm) => void,
  ) {
    this.#onWritten = onWritten;
    this.#policy = persisted?.policy ?? policy;
    this.#endpoints = new Map(persisted?.endpoints.map(endpoint => [endpoint.mac, endpoint]));
    this.#alarms = [...(persisted?.alarms ?? [])];
    this.#liveLog = [...(persisted?.liveLog ?? [])];
  }

  get policy(): Policy {
    return this.#policy;
  }

  savePolicy(policy: Policy): void {
    this.#policy = policy;
    this.#changed = true;
  }

  log(code: MessageCode, attributes: Record<string, string>, nowMs: number): void {
    const row = {atMs: nowMs, code, text: messages[code], attributes: shortened(attributes)};
    this.#liveLog.push(row);
    if (this.#liveLog.length > recordLimits.liveLog) this.#liveLog.shift();
    this.#changed = true;
    this.#onWritten(row);
  }

  addAlarm(alarm: Alarm): void {
    this.#alarms.push(alarm);
    if (this.#alarms.length > recordLimits.alarms) this.#alarms.shift();
    this.#changed = true;
    this.#onWritten(alarm);
  }

  seeEndpoint(mac: string, nowMs: number): void {
    this.#keepEndpoint({mac, postureLeaseUntilMs: this.leaseUntilMs(mac), lastSeenAtMs: nowMs});
  }

  /** The lease is the endpoint's, not the session's (domain.md 2.5). Ours: each node knows only those that it granted. */
  leaseUntilMs(mac: string): number | null {
    return this.#endpoints.get(mac)?.postureLeaseUntilMs ?? null;
  }

  grantLease(mac: string, untilMs: number, nowMs: number): void {
    this.#keepEndpoint({mac, postureLeaseUntilMs: untilMs, lastSeenAtMs: nowMs});
  }

  #keepEndpoint(endpoint: PersistentState['endpoints'][number]): void {
    this.#endpoints.delete(endpoint.mac);
    this.#endpoints.set(endpoint.mac, endpoint);
    const [oldest] = this.#endpoints.keys();
    if (this.#endpoints.size > recordLimits.endpoints && oldest !== undefined) this.#endpoints.delete(oldest);
    this.#changed = true;
  }

  /** Whether anything changed since the last call. */
  takeChanged(): boolean {
    const changed = this.#changed;
    this.#changed = false;
    return changed;
  }

  /** Lists are copies; what stands in them never changes, so the one who writes it can tell by identity what is new. */
  snapshot(): PersistentState {
    return {
      policy: this.#policy,
      endpoints: [...this.#endpoints.values()],
      alarms: [...this.#alarms],
      liveLog: [...this.#liveLog],
    };
  }
}

/** What a client wrote may be long; a row of the log is not. */
function shortened(attributes: Record<string, string>): Record<string, string> {
  if (Object.values(attributes).every(value => value.length <= recordLimits.attributeCharacters)) return attributes;
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, value.slice(0, recordLimits.attributeCharacters)]),
  );
}
