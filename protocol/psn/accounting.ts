import type {NetworkDevice} from '#protocol/psn/contract.ts';
import {readMac} from '#protocol/psn/mac-address.ts';
import type {MessageCode} from '#protocol/psn/message-codes.ts';
import type {NodeState} from '#protocol/psn/node-state.ts';
import type {RadiusReply} from '#protocol/psn/radius-reply.ts';
import {newSession, type PsnSession} from '#protocol/psn/session-cache.ts';
import type {SessionDirectory} from '#protocol/psn/session-directory.ts';
import {readSessionId, sessionIdOfClass} from '#protocol/psn/session-id.ts';
import {avPairValue, readAddresses, readNumber, readText} from '#protocol/radius/attributes.ts';
import type {RadiusPacket} from '#protocol/radius/packet.ts';

type AccountingStatus = 'Start' | 'Stop' | 'Interim-Update' | 'Accounting-On' | 'Accounting-Off';

/** Acct-Status-Type by number (RFC 2866 section 5.1), with ISE's code for it (domain.md 5.9). */
const statuses = new Map<number, {name: AccountingStatus; code: MessageCode}>([
  [1, {name: 'Start', code: 3000}],
  [2, {name: 'Stop', code: 3001}],
  [3, {name: 'Interim-Update', code: 3002}],
  [7, {name: 'Accounting-On', code: 3003}],
  [8, {name: 'Accounting-Off', code: 3004}],
]);

/**
Accounting-Requests: where sessions get their addresses, and how they end (domain.md 5.9). Every one is answered, also those that
this node can make nothing of, because the switch would only send them again.

A session that nobody authenticated here begins with its first Start or Interim-Update, as a phantom (domain.md 6.2). A switch
that starts anew (Accounting-On) leaves its sessions here as they are: stale, as on ISE.
*/
export class Accounting {
  readonly #state: NodeState;
  readonly #directory: SessionDirectory;

  constructor(state: NodeState, directory: SessionDirectory) {
    this.#state = state;
    this.#directory = directory;
  }

  take(packet: RadiusPacket, device: NetworkDevice, nowMs: number): RadiusReply {
    const {counters, outbox} = this.#state;
    const type = readNumber(packet, 'Acct-Status-Type') ?? 0;
    const status = statuses.get(type);
    const session = this.#sessionOf(packet, device);
    const sessionId = session?.sessionId ?? sessionIdOf(packet) ?? '';
    counters.accounting += 1;
    outbox.record({kind: 'accounting-received', status: status?.name ?? String(type), sessionId});
    if (status !== undefined) this.#log(status.code, sessionId, packet, device, nowMs);
    switch (status?.name) {
      case 'Start':
      case 'Interim-Update':
        this.#update(session ?? this.#phantom(packet, device, nowMs), packet, nowMs);
        break;
      case 'Stop':
        if (session !== undefined) this.#directory.remove(session, 'accounting-stop', nowMs);
        break;
    }
    return {code: 'Accounting-Response', attributes: []};
  }

  /** Of one switch only its own sessions; without any id, the latest of the MAC. */
  #sessionOf(packet: RadiusPacket, device: NetworkDevice): PsnSession | undefined {
    const id = sessionIdOf(packet);
    const mac = macOf(packet);
    const {sessions} = this.#state;
    const session = id === undefined ? (mac === undefined ? undefined : sessions.byMac(mac)) : sessions.byId(id);
    return session?.nasAddress === device.address ? session : undefined;
  }

  #update(session: PsnSession | undefined, packet: RadiusPacket, nowMs: number): void {
    if (session === undefined) return;
    const addresses = [...readAddresses(packet, 'Framed-IP-Address'), ...readAddresses(packet, 'Framed-IPv6-Address')];
    const acctSessionId = readText(packet, 'Acct-Session-Id') ?? session.acctSessionId;
    const isNew = session.accounting !== 'started' || session.acctSessionId !== acctSessionId;
    Object.assign(session, {accounting: 'started', acctSessionId});
    if (this.#state.sessions.learnAddresses(session, addresses) || isNew) this.#directory.changed(session, nowMs);
  }

  /** `undefined` if the request does not tell whose session it is, or names one of another switch. */
  #phantom(packet: RadiusPacket, device: NetworkDevice, nowMs: number): PsnSession | undefined {
    const {sessions, settings} = this.#state;
    const sessionId = sessionIdOf(packet);
    const mac = macOf(packet);
    if (sessionId === undefined || mac === undefined || sessions.byId(sessionId) !== undefined) return undefined;
    const userName = readText(packet, 'User-Name') ?? '';
    const nasPortId = readText(packet, 'NAS-Port-Id') ?? '';
    const session = newSession({
      sessionId,
      mac,
      userName,
      nasPortId,
      nasAddress: device.address,
      owner: settings.fqdn,
      createdAtMs: nowMs,
    });
    this.#directory.create(session, 'accounting', nowMs);
    return session;
  }

  #log(code: MessageCode, sessionId: string, packet: RadiusPacket, device: NetworkDevice, nowMs: number): void {
    this.#state.records.log(
      code,
      {
        CPMSessionID: sessionId,
        'Calling-Station-ID': macOf(packet) ?? '',
        'Acct-Session-Id': readText(packet, 'Acct-Session-Id') ?? '',
        'Framed-IP-Address': readAddresses(packet, 'Framed-IP-Address')[0] ?? '',
        NetworkDeviceName: device.name,
        'Device IP Address': device.address,
      },
      nowMs,
    );
  }
}

/** The switch names the session itself, or echoes the Class it got with the Access-Accept. */
function sessionIdOf(packet: RadiusPacket): string | undefined {
  return readSessionId(avPairValue(packet, 'audit-session-id')) ?? sessionIdOfClass(readText(packet, 'Class') ?? '');
}

function macOf(packet: RadiusPacket): string | undefined {
  return readMac(readText(packet, 'Calling-Station-Id') ?? '') ?? readMac(readText(packet, 'User-Name') ?? '');
}
