import type {Announcement} from '#protocol/psn/announcement.ts';
import type {NodeState} from '#protocol/psn/node-state.ts';
import type {PsnSession} from '#protocol/psn/session-cache.ts';

/** Why a session left the cache. */
export type RemovalCause =
  | 'accounting-stop'
  | 'administrator'
  | 'session-limit'
  | 'superseded'
  | 'peer'
  | 'replication-off';

/**
The life of sessions: made, changed and removed, here and at the peers. Everything that changes a session in a way that a peer
must know goes through here.
*/
export class SessionDirectory {
  readonly #state: NodeState;
  readonly #announce: (announcement: Announcement, nowMs: number) => void;

  constructor(state: NodeState, announce: (announcement: Announcement, nowMs: number) => void) {
    this.#state = state;
    this.#announce = announce;
  }

  /** Whether this node authenticated the session, or has it from accounting; otherwise a peer told it. */
  isOwn(session: PsnSession): boolean {
    return session.owner === this.#state.settings.fqdn;
  }

  /** Whether this node authenticated the session, and has not begun to end it. */
  isAuthenticatedHere(session: PsnSession): boolean {
    return this.isOwn(session) && !isPhantom(session) && !session.ending;
  }

  /** Takes in a session of this node's own, in place of one with its id; the oldest go if there are too many. */
  create(session: PsnSession, origin: 'authentication' | 'accounting', nowMs: number): void {
    const superseded = this.#state.sessions.byId(session.sessionId);
    if (superseded !== undefined) this.#drop(superseded, 'superseded');
    this.#put(session, origin, nowMs);
    this.changed(session, nowMs);
  }

  /**
  To be called after every change of a session. One that a peer told stays as old as the peer's news, which counts. A phantom is
  not announced: nobody is to take it for the session that another node authenticated (domain.md 6.2).
  */
  changed(session: PsnSession, nowMs: number): void {
    if (!this.isOwn(session)) return;
    session.changedAtMs = nowMs;
    this.#announceSession(session, nowMs);
  }

  /** Brings this node and its peers together: replication was switched on here. */
  exchange(nowMs: number): void {
    this.#announceAll(nowMs);
    this.#announce({kind: 'wanted'}, nowMs);
  }

  remove(session: PsnSession, cause: Exclude<RemovalCause, 'peer'>, nowMs: number): void {
    this.#drop(session, cause);
    this.#announce({kind: 'removed', sessionId: session.sessionId, changedAtMs: nowMs}, nowMs);
  }

  /** What a peer tells. News older than what is known here changes nothing. */
  learn(announcement: Announcement, nowMs: number): void {
    switch (announcement.kind) {
      case 'session':
        this.#learnSession(announcement.session, nowMs);
        break;
      case 'removed':
        this.#learnRemoval(announcement);
        break;
      case 'wanted':
        this.#announceAll(nowMs);
        break;
    }
  }

  /** Forgets what peers told: replication was switched off, so nothing keeps it true. */
  forgetReplicas(): void {
    for (const session of this.#state.sessions.all()) {
      if (!this.isOwn(session)) this.#drop(session, 'replication-off');
    }
  }

  #announceAll(nowMs: number): void {
    for (const session of this.#state.sessions.all()) {
      if (this.isOwn(session)) this.#announceSession(session, nowMs);
    }
  }

  #announceSession(session: PsnSession, nowMs: number): void {
    if (!isPhantom(session)) this.#announce({kind: 'session', session: {...session}}, nowMs);
  }

  #learnSession(session: PsnSession, nowMs: number): void {
    const known = this.#state.sessions.byId(session.sessionId);
    if (known !== undefined && !isPhantom(known) && known.changedAtMs > session.changedAtMs) return;
    this.#put(session, 'replication', nowMs);
  }

  #learnRemoval({sessionId, changedAtMs}: Announcement & {kind: 'removed'}): void {
    const known = this.#state.sessions.byId(sessionId);
    if (known !== undefined && known.changedAtMs <= changedAtMs) this.#drop(known, 'peer');
  }

  #put(session: PsnSession, origin: 'authentication' | 'accounting' | 'replication', nowMs: number): void {
    const isNew = this.#state.sessions.byId(session.sessionId) === undefined;
    const evicted = this.#state.sessions.put(session);
    if (isNew) {
      this.#state.outbox.record({kind: 'session-created', sessionId: session.sessionId, mac: session.mac, origin});
    }
    for (const old of evicted) {
      this.#tellRemoved(old, 'session-limit');
      if (this.isOwn(old)) this.#announce({kind: 'removed', sessionId: old.sessionId, changedAtMs: nowMs}, nowMs);
    }
  }

  #drop(session: PsnSession, cause: RemovalCause): void {
    this.#state.sessions.remove(session.sessionId);
    this.#tellRemoved(session, cause);
  }

  #tellRemoved({sessionId, mac}: PsnSession, cause: RemovalCause): void {
    this.#state.outbox.record({kind: 'session-removed', sessionId, mac, cause});
  }
}

/** Known from accounting alone: no rule ever spoke for it. */
function isPhantom(session: PsnSession): boolean {
  return session.rule === '';
}
