import type {AccountingStatus} from '#protocol/event.ts';
import {framedAddresses, type HostAddresses} from '#protocol/nad/framed-addresses.ts';
import type {NadContext} from '#protocol/nad/nad-context.ts';
import type {RadiusClient} from '#protocol/nad/radius-client.ts';
import {hex8, type Session} from '#protocol/nad/session.ts';
import {stationAttributes} from '#protocol/nad/station.ts';
import {address, avPair, bytes, number, text} from '#protocol/radius/attributes.ts';
import type {RadiusAttribute} from '#protocol/radius/packet.ts';

/** Acct-Status-Type (RFC 2866 5.1). */
const statusTypes = {Start: 1, Stop: 2, 'Interim-Update': 3, 'Accounting-On': 7, 'Accounting-Off': 8} as const;
const counterOf = {Start: 'starts', Stop: 'stops', 'Interim-Update': 'interims'} as const;

/** Why sessions end, by their names in RFC 2866 5.10 and RFC 3580 3.1. */
export const terminateCauses = {
  'Lost-Carrier': 2,
  'Session-Timeout': 5,
  'Admin-Reset': 6,
  'Port-Error': 8,
  'Port-Preempted': 13,
  'Reauthentication-Failure': 20,
  'Port-Reinitialized': 21,
  'Port-Administratively-Disabled': 22,
} as const;

export type TerminateCause = keyof typeof terminateCauses;

interface AccountingRecord {
  status: AccountingStatus;
  sessionId: string;
  attributes: RadiusAttribute[];
  counts?: (typeof counterOf)[keyof typeof counterOf];
  onTold?: () => void;
}

/**
Accounting (domain.md 5.9): Start when a session is authorized, Interim-Update on new information and every
`accountingIntervalMs`, Stop when its authorization ends. Every record is sent for itself, through the same client and the
same failover as everything else; one that no server acknowledges is lost, and told.
*/
export class Accounting {
  readonly #context: NadContext;
  readonly #client: RadiusClient;
  readonly #addressesOf: (session: Session) => HostAddresses;

  constructor(context: NadContext, client: RadiusClient, addressesOf: (session: Session) => HostAddresses) {
    this.#context = context;
    this.#client = client;
    this.#addressesOf = addressesOf;
  }

  start(session: Session, nowMs: number): void {
    if (session.accounting !== null || !this.#context.settings.sendsAccounting) return;
    session.accounting = {startedAtMs: nowMs, dueAtMs: this.#nextDueAtMs(nowMs)};
    this.#send(session, 'Start', [], nowMs);
  }

  /** The periodic record, if it is time. */
  wake(session: Session, nowMs: number): void {
    const dueAtMs = session.accounting?.dueAtMs ?? null;
    if (dueAtMs !== null && dueAtMs <= nowMs) this.update(session, nowMs);
  }

  /** New information, or time for the periodic record; nothing before the Start. */
  update(session: Session, nowMs: number): void {
    if (session.accounting === null) return;
    session.accounting.dueAtMs = this.#nextDueAtMs(nowMs);
    this.#send(session, 'Interim-Update', [number('Acct-Session-Time', secondsOf(session, nowMs))], nowMs);
  }

  stop(session: Session, cause: TerminateCause, nowMs: number): void {
    if (session.accounting === null) return;
    const last = [
      number('Acct-Session-Time', secondsOf(session, nowMs)),
      number('Acct-Terminate-Cause', terminateCauses[cause]),
    ];
    session.accounting = null;
    this.#send(session, 'Stop', last, nowMs);
  }

  /**
  The switch itself, as it starts and before it reloads (RFC 2866 5.1): from then on nothing is true of what it told before. No session
  has a Stop of its own then. `onTold`: a server has acknowledged it, or none does.
  */
  system(status: 'Accounting-On' | 'Accounting-Off', onTold: () => void, nowMs: number): void {
    const {settings} = this.#context;
    if (!settings.sendsAccounting || !settings.sendsSystemAccounting) {
      onTold();
      return;
    }
    const attributes = [
      text('Acct-Session-Id', hex8(0)), // RFC 2866 wants one; that it is this one is ours
      number('Acct-Status-Type', statusTypes[status]),
      address('NAS-IP-Address', settings.nasAddress),
      number('Event-Timestamp', this.#context.clock.unixS(nowMs)),
    ];
    this.#tell({status, sessionId: '', attributes, onTold}, nowMs);
  }

  #nextDueAtMs(nowMs: number): number | null {
    const {accountingIntervalMs} = this.#context.settings;
    return accountingIntervalMs > 0 ? nowMs + accountingIntervalMs : null;
  }

  #send(session: Session, status: keyof typeof counterOf, more: RadiusAttribute[], nowMs: number): void {
    const {settings} = this.#context;
    const attributes = [
      text('Acct-Session-Id', hex8(session.counter)),
      text('User-Name', session.userName),
      number('Acct-Status-Type', statusTypes[status]),
      number('Acct-Authentic', 1), // RADIUS
      ...(session.grant?.policy.classes ?? []).map(value => bytes('Class', value)),
      ...framedAddresses(this.#addressesOf(session), settings),
      ...stationAttributes(session, settings),
      avPair(`audit-session-id=${session.id}`),
      avPair(`method=${session.method}`),
      number('Event-Timestamp', this.#context.clock.unixS(nowMs)),
      ...more,
    ];
    this.#tell({status, sessionId: session.id, attributes, counts: counterOf[status]}, nowMs);
  }

  #tell({status, sessionId, attributes, counts, onTold = () => {}}: AccountingRecord, nowMs: number): void {
    this.#context.record({kind: 'accounting-sent', status, sessionId});
    const onSilence = () => {
      this.#context.record({kind: 'accounting-unanswered', status, sessionId});
      onTold();
    };
    const question = {service: 'accounting' as const, attributes, onAnswer: onTold, onSilence};
    this.#client.ask(counts === undefined ? question : {...question, counts}, nowMs);
  }
}

function secondsOf({accounting}: Session, nowMs: number): number {
  return Math.floor((nowMs - (accounting?.startedAtMs ?? nowMs)) / 1000);
}
