import type {PostureStatus} from '#protocol/posture/status.ts';
import {ruleFor} from '#protocol/psn/authorization.ts';
import type {NodeState} from '#protocol/psn/node-state.ts';
import type {PsnSession} from '#protocol/psn/session-cache.ts';
import type {SessionDirectory} from '#protocol/psn/session-directory.ts';

/**
Settles a session's posture status: from this instant (t1 of domain.md 7.2) probes are answered with it, whatever the switch does.

`askForCoa` is called when the status is new, and also when it is not but the rule of the last Access-Accept is another than
the one for this status, as after a CoA that was lost. Only the rule is compared: a dACL that was edited meanwhile stays as it
is on the switch until the next authentication (domain.md 11.20).
*/
export class PostureSettlement {
  readonly #state: NodeState;
  readonly #directory: SessionDirectory;
  readonly #askForCoa: (sessionId: string, nowMs: number) => void;

  constructor(state: NodeState, directory: SessionDirectory, askForCoa: (sessionId: string, nowMs: number) => void) {
    this.#state = state;
    this.#directory = directory;
    this.#askForCoa = askForCoa;
  }

  settle(session: PsnSession, status: PostureStatus, nowMs: number): void {
    const {sessionId, mac} = session;
    const isNew = session.postureStatus !== status;
    session.postureStatus = status;
    session.postureAssessmentStatus = status;
    this.#state.outbox.record({kind: 'posture-settled', sessionId, mac, status});
    const {postureLeaseMs} = this.#state.settings;
    if (postureLeaseMs > 0) {
      const untilMs = status === 'Compliant' ? nowMs + postureLeaseMs : nowMs; // any other status ends it (ours)
      this.#state.records.grantLease(mac, untilMs, nowMs);
    }
    if (isNew) this.#directory.changed(session, nowMs);
    if (isNew || ruleFor(this.#state.records.policy, status, mac).name !== session.rule) {
      const attributes = {CPMSessionID: sessionId, 'Calling-Station-ID': mac, PostureStatus: status};
      this.#state.records.log(83015, attributes, nowMs);
      this.#askForCoa(sessionId, nowMs);
    }
  }
}
