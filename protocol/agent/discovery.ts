/**
Discovery. In the redirect flow stage 1 comes first (stage-one.ts); what it does not find, and everything in the redirectless
flow, is for stage 2 of domain.md 4.3: one target after the other, the call home list first, then the PSNs met before. The first
answer that knows a session decides, and names the PSN to which the session belongs (4.4).
*/
import {mainThread} from '#protocol/agent/agent-log.ts';
import type {ExchangeEnd} from '#protocol/agent/exchanges.ts';
import type {CallHome, ProfileResult} from '#protocol/agent/profile.ts';
import {hostAndPort, isHostName} from '#protocol/agent/profile-fields.ts';
import {Provisioning} from '#protocol/agent/provisioning.ts';
import {type ConnectedPsn, identityOf, type RunContext, serverAt} from '#protocol/agent/run-context.ts';
import {StageOne} from '#protocol/agent/stage-one.ts';
import type {DiscoveryReason} from '#protocol/event.ts';
import {type DiscoveryAnswer, decodeDiscoveryAnswer, encodeDiscoveryRequest} from '#protocol/posture/exchange.ts';

/** The client provisioning portal's port, where PSNs of ConnectionData.xml are asked (domain.md 4.3). */
const portalPort = 8443;
/** How many PSNs ConnectionData.xml remembers: ours. */
const rememberedPsns = 10;

export class Discovery {
  readonly #context: RunContext;
  readonly #found: (psn: ConnectedPsn, nowMs: number) => void;
  readonly #stageOne: StageOne;
  readonly #provisioning: Provisioning;
  #connectionId: string | undefined;
  #retryAtMs: number | undefined;
  #failures = 0;

  /** `found`: the agent is to go on with the assessment at that PSN. */
  constructor(context: RunContext, found: (psn: ConnectedPsn, nowMs: number) => void) {
    this.#context = context;
    this.#found = found;
    this.#provisioning = new Provisioning(context);
    this.#stageOne = new StageOne(context, {
      found: (answer, answeredBy, redirect, nowMs) => {
        if (redirect === undefined) this.#goTo(answer, answeredBy, nowMs);
        else this.#provisioning.start(redirect, answer.profile, nowMs, atMs => this.#goTo(answer, answeredBy, atMs));
      },
      failed: (target, failure, nowMs) => this.#tellFailure(target, failure, nowMs),
      exhausted: nowMs => this.#startStageTwo(nowMs),
    });
  }

  start(reason: DiscoveryReason, nowMs: number): void {
    const {outbox, log, host} = this.#context;
    this.cancel();
    if (reason !== 'retry') this.#failures = 0;
    this.#context.state = 'DISCOVERY';
    this.#context.status = 'Unknown';
    this.#context.psn = null;
    const {macs, stageOne} = host.settings;
    const targets = this.#targets();
    outbox.record({
      kind: 'discovery-started',
      reason,
      targets: stageOne ? this.#stageOne.targets(stageOne.gateway) : targets.map(hostAndPort),
    });
    const lists = `MAC List=${macs.join(',')}, IP List=${host.addresses.join(',')}, saved MAC=${macs[0] ?? ''}`;
    log.write({thread: mainThread, from: 'getIpAndMacList', message: lists}, nowMs);
    if (stageOne) this.#stageOne.start(stageOne.gateway);
    else this.#ask(targets, nowMs);
  }

  /** Also for what follows discovery: without a verdict the agent has no server, and tries again after a while. */
  giveUp(nowMs: number): void {
    const {outbox, log, host} = this.#context;
    const retryInMs = Math.max(1, host.settings.timeouts.retryMs) * 2 ** Math.min(this.#failures, 3);
    this.#failures += 1;
    this.#retryAtMs = nowMs + retryInMs;
    this.#context.state = 'IDLE_NO_SERVER';
    this.#context.psn = null;
    outbox.record({kind: 'server-not-found', retryInMs});
    const message = `No policy server detected, next try in ${retryInMs} ms`;
    log.write({thread: mainThread, from: 'SwiftHttpRunner::probeTargets', message, severity: 'Warning'}, nowMs);
  }

  profileInstalled(result: ProfileResult, nowMs: number): void {
    this.#provisioning.installed(result, nowMs);
  }

  cancel(): void {
    this.#provisioning.cancel();
    this.#stageOne.cancel();
    if (this.#connectionId !== undefined) this.#context.exchanges.abandon(this.#connectionId);
    this.#connectionId = undefined;
    this.#retryAtMs = undefined;
  }

  wake(nowMs: number): void {
    if (this.#retryAtMs !== undefined && nowMs >= this.#retryAtMs) this.start('retry', nowMs);
  }

  wakeAtMs(): number | undefined {
    return this.#retryAtMs;
  }

  #startStageTwo(nowMs: number): void {
    const targets = this.#targets();
    this.#context.outbox.record({kind: 'stage-two-started', targets: targets.map(hostAndPort)});
    this.#ask(targets, nowMs);
  }

  #targets(): CallHome[] {
    const {profile, knownPsns} = this.#context;
    const all = [...profile.callHomeList, ...knownPsns.map(host => ({host, port: portalPort}))];
    const names = all.map(target => hostAndPort(target).toLowerCase());
    return all.filter((_, index) => names.indexOf(names[index] ?? '') === index);
  }

  #ask([target, ...rest]: CallHome[], nowMs: number): void {
    this.#connectionId = undefined;
    if (target === undefined) {
      this.giveUp(nowMs);
      return;
    }
    const name = hostAndPort(target);
    const request = encodeDiscoveryRequest(identityOf(this.#context), name);
    const server = serverAt(this.#context, target.host, target.port);
    this.#connectionId = this.#context.exchanges.ask(server, request, (end, endedAtMs) => {
      const answer = readAnswer(end);
      if ('reason' in answer) {
        this.#tellFailure(name, answer, endedAtMs);
        this.#ask(rest, endedAtMs);
      } else {
        this.#goTo(answer, target.host, endedAtMs);
      }
    });
  }

  #goTo({owner, sessionId, probePort}: DiscoveryAnswer, answeredBy: string, nowMs: number): void {
    const {outbox, log, knownPsns} = this.#context;
    const psn: ConnectedPsn = {fqdn: owner, sessionId, probePort};
    this.#connectionId = undefined;
    this.#context.psn = psn;
    this.#context.knownPsns = [...new Set([owner, answeredBy, ...knownPsns])].slice(0, rememberedPsns);
    outbox.record({kind: 'psn-found', psn: owner, sessionId});
    outbox.add({kind: 'remember-psns', psns: this.#context.knownPsns});
    const message = `Policy server found: ${owner}, session=${sessionId}`;
    log.write({thread: mainThread, from: 'SwiftHttpRunner::probeTargets', message}, nowMs);
    this.#found(psn, nowMs);
  }

  #tellFailure(target: string, {reason, detail}: Failure, nowMs: number): void {
    this.#context.outbox.record({kind: 'discovery-target-failed', target, reason, detail});
    const message = `${target} is no policy server for this host: ${reason}, ${detail}`;
    this.#context.log.write({thread: mainThread, from: 'SwiftHttpRunner::probeTargets', message}, nowMs);
  }
}

interface Failure {
  reason: string;
  detail: string;
}

/** An owner that is no host name cannot be connected to, so the answer is none. */
function readAnswer(end: ExchangeEnd): DiscoveryAnswer | Failure {
  if (end.kind === 'failed') return end.failure;
  const answer = decodeDiscoveryAnswer(end.response);
  if (answer !== undefined && isHostName(answer.owner)) return answer;
  return {reason: 'no-session', detail: `HTTP ${end.response.status} without a session`};
}
