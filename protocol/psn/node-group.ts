import type {HttpRequest, HttpResponse} from '#protocol/http.ts';
import type {DynamicAuthorization} from '#protocol/psn/dynamic-authorization.ts';
import type {NodeState} from '#protocol/psn/node-state.ts';
import {callPeer} from '#protocol/psn/peer-call.ts';
import type {PsnSession} from '#protocol/psn/session-cache.ts';
import type {Endpoint} from '#protocol/role.ts';

/** Lab time, ours: from one heartbeat to the next, which is also how long it may take, and how many in a row may stay unanswered. */
export const heartbeat = {everyMs: 5000, missed: 3} as const;

const path = '/node-group/heartbeat';

interface Member {
  peer: {name: string; fqdn: string; address: string};
  connectionId: string | undefined;
  nextAtMs: number;
  missed: number;
}

/**
The node group (domain.md 1.2, 6.5 and 6.8, by OAS-Deploy): members keep a heartbeat with each other on TCP 7800. When one falls silent,
another one terminates its posture-pending sessions, so that the switch authenticates those hosts anew, at a node that lives. Nobody
else could help them: their agents are told by every node that the session is the dead one's.

Ours: HTTPS for JGroups; that all nodes of a lab are one group; that the first by name of those that live does it; and that it knows the
sessions by replication, so that without replication it ends none.
*/
export class NodeGroup {
  readonly #state: NodeState;
  readonly #dynamicAuthorization: DynamicAuthorization;
  readonly #members: Member[];
  #calls = 0;

  constructor(state: NodeState, dynamicAuthorization: DynamicAuthorization) {
    const {peers, ports} = state.settings;
    this.#state = state;
    this.#dynamicAuthorization = dynamicAuthorization;
    this.#members = (ports.nodeGroup === null ? [] : peers).map(peer => ({
      peer,
      connectionId: undefined,
      nextAtMs: heartbeat.everyMs,
      missed: 0,
    }));
  }

  /** Sends the heartbeats that are due. */
  wake(nowMs: number): void {
    for (const member of this.#members) {
      if (member.connectionId !== undefined || member.nextAtMs > nowMs) continue;
      const {fqdn: host} = member.peer;
      const connectionId = `heartbeat-${++this.#calls}`;
      Object.assign(member, {connectionId, nextAtMs: nowMs + heartbeat.everyMs});
      const request: HttpRequest = {method: 'GET', path, headers: {host}, body: ''};
      const port = this.#state.settings.ports.nodeGroup ?? 0;
      callPeer(this.#state, {connectionId, host, port, request, timeoutMs: heartbeat.everyMs});
    }
  }

  wakeAtMs(): number | undefined {
    const instants = this.#members.flatMap(({connectionId, nextAtMs}) =>
      connectionId === undefined ? [nextAtMs] : [],
    );
    return instants.length === 0 ? undefined : Math.min(...instants);
  }

  /** The end of a call; `undefined`: no answer. Returns whether it was a heartbeat. */
  finished(connectionId: string, response: HttpResponse | undefined, nowMs: number): boolean {
    if (!connectionId.startsWith('heartbeat-')) return false;
    const member = this.#members.find(candidate => candidate.connectionId === connectionId);
    if (member === undefined) return true;
    const wasSilent = isSilent(member);
    member.connectionId = undefined;
    member.missed = response?.status === 204 ? 0 : member.missed + 1;
    if (wasSilent && !isSilent(member)) {
      this.#state.outbox.record({kind: 'group-member-back', member: member.peer.name});
    } else if (!wasSilent && isSilent(member)) this.#lose(member, nowMs);
    return true;
  }

  answer(request: HttpRequest, from: Endpoint): HttpResponse {
    const isMember = this.#members.some(({peer}) => peer.address === from.address);
    if (!isMember) return {status: 403, headers: {}, body: ''};
    return {status: request.method === 'GET' && request.path === path ? 204 : 404, headers: {}, body: ''};
  }

  #lose({peer}: Member, nowMs: number): void {
    const pending = this.#isFirst() ? this.#state.sessions.all().filter(session => isPending(session, peer.fqdn)) : [];
    this.#state.outbox.record({kind: 'group-member-failed', member: peer.name, terminates: pending.length});
    for (const session of pending) this.#dynamicAuthorization.order(session, {kind: 'terminate'}, nowMs);
  }

  /** Of the members that live, this one included. */
  #isFirst(): boolean {
    const {name} = this.#state.settings;
    return this.#members.every(member => isSilent(member) || name < member.peer.name);
  }
}

const isSilent = ({missed}: Member): boolean => missed >= heartbeat.missed;

function isPending({owner, postureStatus, ending}: PsnSession, member: string): boolean {
  return owner === member && !ending && (postureStatus === 'Pending' || postureStatus === 'Unknown');
}
