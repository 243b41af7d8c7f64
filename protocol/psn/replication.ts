import type {HttpRequest, HttpResponse} from '#protocol/http.ts';
import {MalformedBodyError} from '#protocol/posture/report.ts';
import {
  type Announcement,
  announcedId,
  decodeAnnouncement,
  encodeAnnouncement,
  isAnnouncement,
} from '#protocol/psn/announcement.ts';
import type {NodeState} from '#protocol/psn/node-state.ts';
import {callPeer} from '#protocol/psn/peer-call.ts';
import type {Endpoint} from '#protocol/role.ts';

/** How long a peer may take, and when it is tried again: twice as late each time. Lab time, all ours. */
export const replicationTimes = {callTimeoutMs: 5000, firstRetryMs: 5000, longestRetryMs: 60_000} as const;

/** One peer with what it has still to be told: at most one piece of news a session, in the order of the last change. */
interface Line {
  peer: {name: string; fqdn: string; address: string};
  waiting: Map<string, Announcement>;
  call: {connectionId: string; announcement: Announcement} | undefined;
  failures: number;
  notBeforeMs: number;
}

/** Carries announcements to the peers and takes theirs; one call a peer at a time, so that news comes in order. */
export class Replication {
  readonly #state: NodeState;
  readonly #learn: (announcement: Announcement, nowMs: number) => void;
  readonly #lines: Line[];
  #calls = 0;

  constructor(state: NodeState, learn: (announcement: Announcement, nowMs: number) => void) {
    this.#state = state;
    this.#learn = learn;
    this.#lines = state.settings.peers.map(peer => ({
      peer,
      waiting: new Map(),
      call: undefined,
      failures: 0,
      notBeforeMs: 0,
    }));
  }

  tell(announcement: Announcement, nowMs: number): void {
    for (const line of this.#lines) {
      line.waiting.delete(announcedId(announcement));
      line.waiting.set(announcedId(announcement), announcement);
      this.#forgetOldest(line);
      this.#pump(line, nowMs);
    }
  }

  /** Sends what may be sent by now. */
  pump(nowMs: number): void {
    for (const line of this.#lines) this.#pump(line, nowMs);
  }

  /** Drops what was not told yet, also what is being told: replication was switched off. */
  forget(): void {
    for (const line of this.#lines) {
      line.waiting.clear();
      line.call = undefined;
    }
  }

  /** The end of a call: `status` of the peer's answer, or `undefined` if it gave none. */
  finished(connectionId: string, status: number | undefined, nowMs: number): void {
    const line = this.#lines.find(candidate => candidate.call?.connectionId === connectionId);
    const announcement = line?.call?.announcement;
    if (line === undefined || announcement === undefined) return;
    line.call = undefined;
    if (status !== undefined && status < 500) this.#delivered(line, announcement, status);
    else this.#failed(line, announcement, nowMs);
    this.#pump(line, nowMs);
  }

  /** What a peer tells: 204 taken, 403 no peer of ours, 400 not understood. */
  receive(request: HttpRequest, from: Endpoint, nowMs: number): HttpResponse {
    const sender = this.#lines.find(({peer}) => peer.address === from.address)?.peer;
    if (sender === undefined) return answer(403, `${from.address} is no node of this deployment`);
    if (!isAnnouncement(request)) return answer(404, 'nothing is here');
    try {
      const announcement = decodeAnnouncement(request);
      if (announcement.kind === 'session' && announcement.session.owner !== sender.fqdn) {
        return answer(400, `owner must be ${sender.fqdn}, who sends it`);
      }
      this.#learn(announcement, nowMs);
      return answer(204, '');
    } catch (error) {
      if (error instanceof MalformedBodyError) return answer(400, error.message);
      throw error;
    }
  }

  wakeAtMs(): number | undefined {
    const instants = this.#lines
      .filter(line => line.call === undefined && line.waiting.size > 0)
      .map(line => line.notBeforeMs);
    return instants.length === 0 ? undefined : Math.min(...instants);
  }

  #pump(line: Line, nowMs: number): void {
    const [next] = line.waiting;
    if (line.call !== undefined || next === undefined || nowMs < line.notBeforeMs) return;
    const [id, announcement] = next;
    line.waiting.delete(id);
    line.call = {connectionId: `replication-${++this.#calls}`, announcement};
    callPeer(this.#state, {
      connectionId: line.call.connectionId,
      host: line.peer.fqdn,
      port: this.#state.settings.ports.messaging,
      request: encodeAnnouncement(announcement, line.peer.fqdn),
      timeoutMs: replicationTimes.callTimeoutMs,
    });
  }

  #delivered(line: Line, announcement: Announcement, status: number): void {
    line.failures = 0;
    const sessionId = announcedId(announcement);
    if (status >= 300 || sessionId === '') return; // what a peer does not want now, it will not want later
    const told = announcement.kind === 'session' ? announcement.session.postureStatus : null;
    this.#state.outbox.record({kind: 'session-replicated', sessionId, to: line.peer.name, status: told});
  }

  /** Tries again later and less and less often, with what is the latest news of the session then. */
  #failed(line: Line, announcement: Announcement, nowMs: number): void {
    const pauseMs = replicationTimes.firstRetryMs * 2 ** Math.min(line.failures, 16);
    line.failures += 1;
    line.notBeforeMs = nowMs + Math.min(pauseMs, replicationTimes.longestRetryMs);
    const newer = [...line.waiting].filter(([id]) => id !== announcedId(announcement));
    const latest = line.waiting.get(announcedId(announcement)) ?? announcement;
    line.waiting = new Map([[announcedId(announcement), latest], ...newer]);
  }

  /** A peer that is away for long misses the oldest news. */
  #forgetOldest(line: Line): void {
    const [oldest] = line.waiting.keys();
    if (line.waiting.size > this.#state.settings.sessionLimit && oldest !== undefined) line.waiting.delete(oldest);
  }
}

function answer(status: number, body: string): HttpResponse {
  return {status, headers: body === '' ? {} : {'content-type': 'text/plain'}, body};
}
