import type {CoaAction} from '#protocol/psn/coa-order.ts';
import {CommandError} from '#protocol/psn/command-error.ts';
import type {Policy, PsnCommand} from '#protocol/psn/contract.ts';
import type {DynamicAuthorization} from '#protocol/psn/dynamic-authorization.ts';
import {readMac} from '#protocol/psn/mac-address.ts';
import type {NodeState} from '#protocol/psn/node-state.ts';
import {deleteDacl, saveDacl, savePolicy} from '#protocol/psn/policy-editor.ts';
import type {PostureSettlement} from '#protocol/psn/posture-settlement.ts';
import type {PsnSession} from '#protocol/psn/session-cache.ts';
import type {SessionDirectory} from '#protocol/psn/session-directory.ts';

/** The commands that are about sessions and policy. */
export type AdminCommand = Extract<
  PsnCommand,
  {name: 'end-session' | 'reauthenticate' | 'set-posture-status' | 'save-dacl' | 'delete-dacl' | 'save-policy'}
>;

/** What an administrator does in the GUI, or a client by API. Returns the command's result; throws `CommandError`. */
export class Administration {
  readonly #state: NodeState;
  readonly #directory: SessionDirectory;
  readonly #settlement: PostureSettlement;
  readonly #dynamicAuthorization: DynamicAuthorization;

  constructor(
    state: NodeState,
    parts: {directory: SessionDirectory; settlement: PostureSettlement; dynamicAuthorization: DynamicAuthorization},
  ) {
    this.#state = state;
    this.#directory = parts.directory;
    this.#settlement = parts.settlement;
    this.#dynamicAuthorization = parts.dynamicAuthorization;
  }

  carryOut(command: AdminCommand, nowMs: number): {sessionId: string} | Policy {
    switch (command.name) {
      case 'end-session':
        return this.#endSession(this.#sessionOf(command.mac), command.how, nowMs);
      case 'reauthenticate':
        return this.#reauthenticate(this.#sessionOf(command.mac), command.type, nowMs);
      case 'set-posture-status':
        return this.#setStatus(this.#sessionOf(command.mac), command.status, nowMs);
      case 'save-dacl':
        return this.#edit(`dACL ${command.dacl.name}`, policy =>
          saveDacl(policy, command.dacl, this.#unixTimeS(nowMs)),
        );
      case 'delete-dacl':
        return this.#edit(`dACL ${command.dacl} deleted`, policy => deleteDacl(policy, command.dacl));
      case 'save-policy': {
        const {name: _, ...changes} = command;
        return this.#edit(Object.keys(changes).join(', '), policy => savePolicy(policy, changes));
      }
      default:
        command satisfies never;
        throw new CommandError('there is no such command');
    }
  }

  #endSession(session: PsnSession, how: 'terminate' | 'bounce' | 'disable' | 'delete', nowMs: number) {
    const {sessionId, mac} = session;
    if (session.ending) throw new CommandError(`the session ${sessionId} is being terminated already`);
    if (how === 'delete') {
      this.#state.outbox.record({kind: 'session-terminated', sessionId, mac, by: how});
      this.#directory.remove(session, 'administrator', nowMs);
    } else {
      this.#order(session, {kind: how}, nowMs);
    }
    return {sessionId};
  }

  #reauthenticate(session: PsnSession, type: 'default' | 'last' | 'rerun', nowMs: number) {
    this.#order(session, {kind: 'reauthenticate', type}, nowMs);
    return {sessionId: session.sessionId};
  }

  #order(session: PsnSession, action: CoaAction, nowMs: number): void {
    if (this.#dynamicAuthorization.order(session, action, nowMs)) return;
    throw new CommandError(
      `${session.nasAddress}, where the session is, is no network device of ${this.#state.settings.name}`,
    );
  }

  #setStatus(session: PsnSession, status: PsnSession['postureStatus'], nowMs: number) {
    this.#settlement.settle(session, status, nowMs);
    return {sessionId: session.sessionId};
  }

  #edit(what: string, change: (policy: Policy) => Policy): Policy {
    const {records, outbox} = this.#state;
    records.savePolicy(change(records.policy));
    outbox.record({kind: 'configuration-changed', what});
    return records.policy;
  }

  /** The latest session of a MAC, of this node's own: a switch takes CoA from the node that authenticated (domain.md 11.17). */
  #sessionOf(text: string): PsnSession {
    const mac = readMac(text);
    const {name} = this.#state.settings;
    if (mac === undefined) throw new CommandError(`${JSON.stringify(text)} is no MAC address: write 00:50:56:A8:BE:02`);
    const session = this.#state.sessions.byMac(mac);
    if (session === undefined) throw new CommandError(`${name} has no session of ${mac}`);
    if (this.#directory.isOwn(session)) return session;
    throw new CommandError(`the session of ${mac} belongs to ${session.owner}: ask there, not at ${name}`);
  }

  #unixTimeS(nowMs: number): number {
    return this.#state.clock.unixS(nowMs);
  }
}
