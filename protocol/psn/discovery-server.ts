import type {HttpRequest, HttpResponse} from '#protocol/http.ts';
import {encodeDiscoveryAnswer} from '#protocol/posture/exchange.ts';
import {macsOf, sessionOf} from '#protocol/psn/asking-session.ts';
import type {NodeState} from '#protocol/psn/node-state.ts';
import type {OwnerLookup} from '#protocol/psn/owner-lookup.ts';
import {portalsOf} from '#protocol/psn/portals.ts';
import {refusal} from '#protocol/psn/refusal.ts';
import type {SessionDirectory} from '#protocol/psn/session-directory.ts';
import type {OwnedSession} from '#protocol/psn/session-owner.ts';

/** Told to agents when no profile enables state synchronization: the port that would be used, closed (domain.md 1.2). */
const defaultProbePort = 8449;

/** Tells agents whose session they have: by the node's own cache, else by asking the other nodes for the MAC (domain.md 4.4). */
export class DiscoveryServer {
  readonly #state: NodeState;
  readonly #directory: SessionDirectory;
  readonly #ownerLookup: OwnerLookup;

  constructor(state: NodeState, parts: {directory: SessionDirectory; ownerLookup: OwnerLookup}) {
    this.#state = state;
    this.#directory = parts.directory;
    this.#ownerLookup = parts.ownerLookup;
  }

  /** `respond` is called once, perhaps only when the other nodes have answered. */
  answer(request: HttpRequest, localPort: number, respond: (response: HttpResponse) => void): void {
    const session = sessionOf(request, this.#state.sessions);
    if (session === undefined) {
      this.#ownerLookup.ask(macsOf(request), owned => {
        respond(this.#answerWith(owned, owned === undefined ? 'none' : 'peer', localPort));
      });
      return;
    }
    const {sessionId, owner, postureStatus: status} = session;
    const found = this.#directory.isOwn(session) ? 'local' : 'replicated';
    respond(this.#answerWith({sessionId, owner, status}, found, localPort));
  }

  /** The portal that is asked says where probes go. */
  #answerWith(
    session: OwnedSession | undefined,
    found: 'local' | 'replicated' | 'peer' | 'none',
    localPort: number,
  ): HttpResponse {
    const {outbox, settings, agentProfile} = this.#state;
    const {sessionId = null, owner = null} = session ?? {};
    outbox.record({kind: 'discovery-answered', sessionId, owner, found});
    if (session === undefined) return refusal(404, 'no session of this endpoint is known here');
    const portals = portalsOf(settings);
    const portal = portals.find(({httpsPort}) => httpsPort === localPort) ?? portals[0];
    const probePort = portal.bidirectionalPort ?? defaultProbePort;
    const profile = agentProfile === null ? {} : {profile: agentProfile.digest};
    return encodeDiscoveryAnswer({...session, probePort, ...profile});
  }
}
