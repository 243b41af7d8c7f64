import type {HttpRequest, HttpResponse} from '#protocol/http.ts';
import type {NodeState} from '#protocol/psn/node-state.ts';
import {callPeer} from '#protocol/psn/peer-call.ts';
import type {SessionDirectory} from '#protocol/psn/session-directory.ts';
import {
  decodeOwnerAnswer,
  decodeOwnerQuestion,
  encodeOwnerAnswer,
  encodeOwnerQuestion,
  type OwnedSession,
} from '#protocol/psn/session-owner.ts';
import type {Endpoint} from '#protocol/role.ts';

/** Lab time, ours: an agent waits longer for its answer. */
const callTimeoutMs = 2000;

interface Question {
  unanswered: Set<string>;
  onOwner: (session: OwnedSession | undefined) => void;
}

/** Asks all other nodes whose session a MAC has; the first that owns one decides (domain.md 4.4). Works without replication too. */
export class OwnerLookup {
  readonly #state: NodeState;
  readonly #directory: SessionDirectory;
  readonly #questions = new Set<Question>();
  #calls = 0;

  constructor(state: NodeState, directory: SessionDirectory) {
    this.#state = state;
    this.#directory = directory;
  }

  ask(macs: readonly string[], onOwner: Question['onOwner']): void {
    const {settings} = this.#state;
    const question: Question = {unanswered: new Set(), onOwner};
    if (macs.length === 0 || settings.peers.length === 0) {
      onOwner(undefined);
      return;
    }
    this.#questions.add(question);
    for (const {fqdn: host} of settings.peers) {
      const connectionId = `owner-${++this.#calls}`;
      question.unanswered.add(connectionId);
      const request = encodeOwnerQuestion(macs, host);
      const {messaging: port} = settings.ports;
      callPeer(this.#state, {connectionId, host, port, request, timeoutMs: callTimeoutMs});
    }
  }

  /** The end of a call; `undefined`: no answer. Returns whether it was one of these. */
  finished(connectionId: string, response: HttpResponse | undefined): boolean {
    if (!connectionId.startsWith('owner-')) return false;
    const question = [...this.#questions].find(({unanswered}) => unanswered.delete(connectionId));
    if (question === undefined) return true;
    const owner = response === undefined ? undefined : decodeOwnerAnswer(response);
    if (owner === undefined && question.unanswered.size > 0) return true;
    this.#questions.delete(question);
    question.onOwner(owner);
    return true;
  }

  /** What a peer asks: the latest session of the MAC, if it is this node's own and no phantom. */
  answer(request: HttpRequest, from: Endpoint): HttpResponse {
    const {settings, sessions} = this.#state;
    if (!settings.peers.some(({address}) => address === from.address)) return {status: 403, headers: {}, body: ''};
    const owned = decodeOwnerQuestion(request)
      .map(mac => sessions.byMac(mac))
      .find(session => session !== undefined && this.#directory.isAuthenticatedHere(session));
    return encodeOwnerAnswer(owned && {sessionId: owned.sessionId, owner: owned.owner, status: owned.postureStatus});
  }
}
