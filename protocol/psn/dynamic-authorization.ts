import {raiseAlarm} from '#protocol/psn/alarms.ts';
import {CoaClient, type CoaOutcome} from '#protocol/psn/coa-client.ts';
import {type CoaAction, type CoaOrder, factsOf} from '#protocol/psn/coa-order.ts';
import {failureReason, type MessageCode} from '#protocol/psn/message-codes.ts';
import type {NodeState} from '#protocol/psn/node-state.ts';
import type {PsnSession} from '#protocol/psn/session-cache.ts';
import type {SessionDirectory} from '#protocol/psn/session-directory.ts';
import type {Endpoint} from '#protocol/role.ts';

/**
Changes at the switch what the switch decided before: re-authentication, port bounce, port shutdown, disconnection (domain.md 5.8).

A terminated session leaves the cache when the switch acknowledges, not before: until then the switch still enforces what this
node gave it, and after a NAK or silence it goes on doing so. Bounced and shut ports end their sessions with Accounting-Stop.
*/
export class DynamicAuthorization {
  readonly #state: NodeState;
  readonly #directory: SessionDirectory;
  readonly #client: CoaClient;

  constructor(state: NodeState, directory: SessionDirectory) {
    this.#state = state;
    this.#directory = directory;
    this.#client = new CoaClient(state, (order, outcome, nowMs) => this.#conclude(order, outcome, nowMs));
  }

  /** Returns whether there is a switch to ask. */
  order(session: PsnSession, action: CoaAction, nowMs: number): boolean {
    const device = this.#state.settings.networkDevices.find(({address}) => address === session.nasAddress);
    if (device === undefined) {
      this.#withoutDevice(session, action, nowMs);
      return false;
    }
    if (action.kind === 'terminate') session.ending = true;
    this.#client.send({action, session: {...session}, device}, nowMs);
    return true;
  }

  /** Takes what came to the CoA client's socket. */
  receive(from: Endpoint, bytes: Uint8Array, nowMs: number): void {
    const reason = this.#client.receive(from, bytes, nowMs);
    if (reason === undefined) return;
    this.#state.counters.dropped += 1;
    this.#state.outbox.record({kind: 'radius-request-dropped', from: from.address, reason});
  }

  wake(nowMs: number): void {
    this.#client.retransmit(nowMs);
  }

  wakeAtMs(): number | undefined {
    return this.#client.wakeAtMs();
  }

  #conclude(order: CoaOrder, outcome: CoaOutcome, nowMs: number): void {
    const {packet, steps} = factsOf(order.action);
    const {sessionId} = order.session;
    switch (outcome.kind) {
      case 'acknowledged':
        this.#state.outbox.record({kind: 'coa-acknowledged', packet, sessionId});
        this.#log(5205, order, {Step: stepsText(order, steps.acknowledged)}, nowMs);
        this.#acknowledged(order, nowMs);
        break;
      case 'refused':
        this.#state.outbox.record({kind: 'coa-refused', packet, sessionId, errorCause: outcome.errorCause});
        this.#failed(order, steps.refused, nowMs);
        break;
      case 'unanswered':
        this.#state.outbox.record({kind: 'coa-unanswered', packet, sessionId});
        this.#failed(order, 11213, nowMs);
        break;
    }
  }

  #acknowledged({action, session: {sessionId, mac}}: CoaOrder, nowMs: number): void {
    if (action.kind === 'reauthenticate') return;
    this.#state.outbox.record({kind: 'session-terminated', sessionId, mac, by: action.kind});
    const session = this.#state.sessions.byId(sessionId);
    if (action.kind === 'terminate' && session?.ending) this.#directory.remove(session, 'administrator', nowMs);
  }

  #failed(order: CoaOrder, code: MessageCode, nowMs: number): void {
    const session = this.#state.sessions.byId(order.session.sessionId);
    if (session !== undefined && order.action.kind === 'terminate') session.ending = false;
    this.#log(5417, order, {'Failure Reason': failureReason(code), Step: stepsText(order, code)}, nowMs);
    this.#alarm(order.session.mac, order.device, code, nowMs);
  }

  #withoutDevice(session: PsnSession, action: CoaAction, nowMs: number): void {
    const {sessionId, mac, nasAddress} = session;
    const {packet} = factsOf(action);
    this.#state.outbox.record({kind: 'coa-refused', packet, sessionId, errorCause: null});
    const attributes = {CPMSessionID: sessionId, 'Calling-Station-ID': mac, 'NAS-IP-Address': nasAddress};
    this.#state.records.log(5417, {...attributes, 'Failure Reason': failureReason(11205)}, nowMs);
    this.#alarm(mac, {address: nasAddress, name: ''}, 11205, nowMs);
  }

  #alarm(mac: string, device: {address: string; name: string}, code: MessageCode, nowMs: number): void {
    raiseAlarm(
      this.#state,
      'Dynamic Authorization Failed for Device',
      {
        'Calling Station Id': mac,
        'Network device IP': device.address,
        'Network Device Name': device.name,
        'Failure Reason': failureReason(code),
      },
      nowMs,
    );
  }

  #log(code: MessageCode, {session, device}: CoaOrder, more: Record<string, string>, nowMs: number): void {
    const attributes = {
      CPMSessionID: session.sessionId,
      'Calling-Station-ID': session.mac,
      'cisco-av-pair': `audit-session-id=${session.sessionId}`,
      NetworkDeviceName: device.name,
      'Device IP Address': device.address,
      'Device CoA type': 'Cisco CoA',
      'Device CoA port': String(device.coaPort),
      PostureStatus: session.postureStatus,
      AuthorizationPolicyMatchedRule: session.rule,
      SelectedAuthorizationProfiles: session.profile,
    };
    this.#state.records.log(code, {...attributes, ...more}, nowMs);
  }
}

/** What happened, in ISE's step codes: asked for, prepared, sent, answered (or not). */
function stepsText({action}: CoaOrder, last: number): string {
  const {requested, prepared} = factsOf(action).steps;
  const answered = last === 11213 ? [11104] : [11101];
  return [requested, prepared, 11100, ...answered, last].join(',');
}
