/**
Stage 1 of discovery (domain.md 4.2): four probes at once. Three are plain HTTP to hosts that need not exist, for the switch to catch
and redirect: the default gateway, the enroll host, the profile's discovery host. The fourth goes to the PSN met last. A redirect
names PSN and session; what else the agent must know it asks there. The first PSN that answers ends the stage.

A plain probe that meets silence is repeated once: the port may have been closed still. Ours; how long the real stage lasts is not
documented (domain.md 12.8).
*/
import type {ExchangeEnd} from '#protocol/agent/exchanges.ts';
import {isHostName} from '#protocol/agent/profile-fields.ts';
import {identityOf, type RunContext, serverAt} from '#protocol/agent/run-context.ts';
import {
  type DiscoveryAnswer,
  decodeDiscoveryAnswer,
  encodeDiscoveryRequest,
  encodeRedirectProbe,
  encodeStatusRequest,
} from '#protocol/posture/exchange.ts';
import {decodeRedirectUrl, type RedirectUrl} from '#protocol/posture/redirect-url.ts';

/** Cisco's own, which agents try without being told (domain.md 4.2). */
export const enrollHost = 'enroll.cisco.com';
const portalPort = 8443;
const attempts = 2;

export interface StageOneListener {
  /** `redirect`: by which the PSN was found, if by one. */
  found(answer: DiscoveryAnswer, answeredBy: string, redirect: RedirectUrl | undefined, nowMs: number): void;
  failed(target: string, failure: {reason: string; detail: string}, nowMs: number): void;
  /** Nothing came of any probe. */
  exhausted(nowMs: number): void;
}

export class StageOne {
  readonly #context: RunContext;
  readonly #listener: StageOneListener;
  readonly #connectionIds = new Set<string>();
  readonly #followed = new Set<string>();

  constructor(context: RunContext, listener: StageOneListener) {
    this.#context = context;
    this.#listener = listener;
  }

  /** As `discovery-started` tells them. */
  targets(gateway: string): string[] {
    return [
      ...this.#httpTargets(gateway).map(host => `http://${host}`),
      ...this.#lastPsn().map(host => `https://${host}`),
    ];
  }

  start(gateway: string): void {
    this.cancel();
    this.#followed.clear();
    for (const host of this.#httpTargets(gateway)) this.#probe(host, attempts);
    for (const host of this.#lastPsn()) this.#askLastPsn(host);
  }

  cancel(): void {
    for (const connectionId of this.#connectionIds) this.#context.exchanges.abandon(connectionId);
    this.#connectionIds.clear();
  }

  #httpTargets(gateway: string): string[] {
    const {discoveryHost} = this.#context.profile;
    return [...new Set([gateway, enrollHost, ...(isHostName(discoveryHost) ? [discoveryHost] : [])])];
  }

  #lastPsn(): string[] {
    return this.#context.knownPsns.slice(0, 1);
  }

  #probe(host: string, attemptsLeft: number): void {
    const target = `http://${host}`;
    const request = encodeRedirectProbe(host);
    const id = this.#context.exchanges.askPlainly({host, port: 80}, request, (end, nowMs) => {
      this.#connectionIds.delete(id);
      if (end.kind === 'failed' && end.failure.reason === 'timeout' && attemptsLeft > 1) {
        this.#probe(host, attemptsLeft - 1);
        return;
      }
      const location = locationOf(end);
      const redirect = location === undefined ? undefined : decodeRedirectUrl(location);
      if (location === undefined || redirect === undefined || !isHostName(redirect.host)) {
        this.#failed(target, failureOf(end), nowMs);
        return;
      }
      this.#context.outbox.record({kind: 'redirect-received', target, url: location});
      this.#follow(redirect, nowMs);
    });
    this.#connectionIds.add(id);
  }

  /** Probes that are redirected to one place need one answer from there. */
  #follow(redirect: RedirectUrl, nowMs: number): void {
    const {host, port, sessionId} = redirect;
    const place = `${host}:${port} ${sessionId}`;
    if (this.#followed.has(place)) {
      this.#endIfExhausted(nowMs);
      return;
    }
    this.#followed.add(place);
    const request = encodeDiscoveryRequest({...identityOf(this.#context), sessionId}, `${host}:${port}`);
    const id = this.#context.exchanges.ask(serverAt(this.#context, host, port), request, (end, endedAtMs) => {
      this.#take(id, {target: `https://${host}:${port}`, host, redirect}, end, endedAtMs);
    });
    this.#connectionIds.add(id);
  }

  #askLastPsn(host: string): void {
    const request = encodeStatusRequest(identityOf(this.#context), `${host}:${portalPort}`);
    const id = this.#context.exchanges.ask(serverAt(this.#context, host, portalPort), request, (end, nowMs) => {
      this.#take(id, {target: `https://${host}`, host, redirect: undefined}, end, nowMs);
    });
    this.#connectionIds.add(id);
  }

  #take(
    id: string,
    {target, host, redirect}: {target: string; host: string; redirect: RedirectUrl | undefined},
    end: ExchangeEnd,
    nowMs: number,
  ): void {
    this.#connectionIds.delete(id);
    const answer = end.kind === 'response' ? decodeDiscoveryAnswer(end.response) : undefined;
    if (answer === undefined || !isHostName(answer.owner)) {
      this.#failed(target, failureOf(end), nowMs);
      return;
    }
    this.cancel();
    this.#listener.found(answer, host, redirect, nowMs);
  }

  #failed(target: string, failure: {reason: string; detail: string}, nowMs: number): void {
    this.#listener.failed(target, failure, nowMs);
    this.#endIfExhausted(nowMs);
  }

  #endIfExhausted(nowMs: number): void {
    if (this.#connectionIds.size === 0) this.#listener.exhausted(nowMs);
  }
}

function locationOf(end: ExchangeEnd): string | undefined {
  if (end.kind === 'failed' || end.response.status < 300 || end.response.status > 399) return undefined;
  return end.response.headers['location'];
}

function failureOf(end: ExchangeEnd): {reason: string; detail: string} {
  if (end.kind === 'failed') return end.failure;
  const {status} = end.response;
  return {reason: 'no-session', detail: `HTTP ${status} without a session, and no redirect to a PSN`};
}
