import type {ProfileResult} from '#protocol/agent/profile.ts';
import {profileOf} from '#protocol/agent/profile.ts';
import {identityOf, type RunContext, serverAt} from '#protocol/agent/run-context.ts';
import {encodeProfileRequest} from '#protocol/posture/exchange.ts';

/**
Client provisioning in the redirect flow (domain.md 4.1): the portal that a redirect leads to may have another ISEPostureCFG.xml
than the host. It is fetched and installed before posture is assessed. Whatever comes in the way, the agent goes on with what it has.
*/
export class Provisioning {
  readonly #context: RunContext;
  #connectionId: string | undefined;
  #portal: string | undefined;
  #done: (nowMs: number) => void = () => {};

  constructor(context: RunContext) {
    this.#context = context;
  }

  /** `done` is called once, at once if the host has that profile already. */
  start(
    {host, port}: {host: string; port: number},
    digest: string | undefined,
    nowMs: number,
    done: (nowMs: number) => void,
  ): void {
    this.cancel();
    if (digest === undefined || digest === this.#context.profileDigest) {
      done(nowMs);
      return;
    }
    const portal = `${host}:${port}`;
    this.#done = done;
    const request = encodeProfileRequest(identityOf(this.#context), portal);
    this.#connectionId = this.#context.exchanges.ask(serverAt(this.#context, host, port), request, (end, endedAtMs) => {
      this.#connectionId = undefined;
      if (end.kind === 'response' && end.response.status === 200) {
        this.#portal = portal;
        this.#context.outbox.add({kind: 'install-profile', xml: end.response.body});
      } else {
        const reason = end.kind === 'failed' ? end.failure.reason : `HTTP ${end.response.status}`;
        this.#fail(portal, reason, endedAtMs);
      }
    });
  }

  /** What became of the text: the host has it on disk now, unless it is refused. */
  installed(result: ProfileResult, nowMs: number): void {
    const portal = this.#portal;
    if (portal === undefined) return;
    this.#portal = undefined;
    if (result.kind !== 'read') {
      this.#fail(portal, 'it is no usable profile', nowMs);
      return;
    }
    this.#context.profile = profileOf(result);
    this.#context.profileDigest = result.digest ?? '';
    const intervalS = this.#context.profile.stateSyncProbeIntervalS ?? 0;
    this.#context.outbox.record({kind: 'profile-provisioned', portal, intervalS});
    this.#done(nowMs);
  }

  cancel(): void {
    if (this.#connectionId !== undefined) this.#context.exchanges.abandon(this.#connectionId);
    this.#connectionId = undefined;
    this.#portal = undefined;
  }

  #fail(portal: string, reason: string, nowMs: number): void {
    this.#context.outbox.record({kind: 'provisioning-failed', portal, reason});
    this.#done(nowMs);
  }
}
