import {AgentLog, mainThread} from '#protocol/agent/agent-log.ts';
import {Assessment} from '#protocol/agent/assessment.ts';
import type {AgentStep} from '#protocol/agent/contract.ts';
import {Discovery} from '#protocol/agent/discovery.ts';
import {Exchanges, type HttpsInput} from '#protocol/agent/exchanges.ts';
import type {Outbox} from '#protocol/agent/outbox.ts';
import {describeProblem, type ProfileResult, profileOf} from '#protocol/agent/profile.ts';
import type {ConnectedPsn, Host, RunContext, StepAction} from '#protocol/agent/run-context.ts';
import {StateSync} from '#protocol/agent/state-sync.ts';
import type {DiscoveryReason} from '#protocol/event.ts';
import type {PostureStatus} from '#protocol/posture/status.ts';
import type {Steps} from '#protocol/steps.ts';

/** What the service's files say when its process starts. */
export interface AgentFiles {
  profile: ProfileResult;
  knownPsns: string[];
}

/**
One life of the agent's service process: the states of domain.md 2.2, with state sync beside them. The latch lives here, so
it goes with the process and with nothing else (3.9).
*/
export class ServiceRun {
  readonly #context: RunContext;
  readonly #discovery: Discovery;
  readonly #assessment: Assessment;
  readonly #sync: StateSync;

  /** `life` counts the processes of one host; `steps` and `host` outlive them. */
  constructor({
    host,
    files,
    steps,
    outbox,
    life,
  }: {
    host: Host;
    files: AgentFiles;
    steps: Steps<AgentStep, StepAction>;
    outbox: Outbox;
    life: number;
  }) {
    const context: RunContext = {
      host,
      steps,
      outbox,
      log: new AgentLog(outbox, host.clock),
      exchanges: new Exchanges(outbox, host, `${life}/`),
      state: 'BOOT',
      status: 'Unknown',
      profile: profileOf(files.profile),
      profileDigest: digestOf(files.profile),
      knownPsns: files.knownPsns,
      psn: null,
    };
    this.#context = context;
    this.#assessment = new Assessment(context, {
      settled: (status, psn, nowMs) => this.#show(status, psn, nowMs),
      failed: nowMs => this.#discovery.giveUp(nowMs),
    });
    this.#discovery = new Discovery(context, (psn, nowMs) => this.#assessment.start(psn, nowMs));
    this.#sync = new StateSync(context, nowMs => this.#discover('posture-status-changed', nowMs));
  }

  get context(): Readonly<RunContext> {
    return this.#context;
  }

  boot(result: ProfileResult, nowMs: number): void {
    const {outbox, profile, host} = this.#context;
    this.#tellProfile(result, nowMs);
    outbox.record({
      kind: 'service-started',
      profile: result.kind === 'read' ? 'read' : 'defaults',
      intervalS: profile.stateSyncProbeIntervalS ?? 0,
      transitionDelayS: profile.networkTransitionDelayS,
    });
    if (host.addresses.length === 0) return;
    outbox.add({kind: 'announce'});
    this.#discover('service-start', nowMs);
  }

  /** The process ends; its sockets with it. */
  end(nowMs: number): void {
    this.#sync.stop('service-stop', nowMs);
    this.#discovery.cancel();
    this.#assessment.cancel();
    this.#context.exchanges.abandonAll();
    this.#context.steps.drop(() => true);
  }

  linkUp(nowMs: number): void {
    this.#context.outbox.record({kind: 'network-changed', change: 'link-up'});
    this.#context.outbox.add({kind: 'announce'});
    this.#sync.stop('network-change', nowMs);
    this.#discover('link-up', nowMs);
  }

  /** A probe under way is left to fail. */
  linkDown(nowMs: number): void {
    this.#context.outbox.record({kind: 'network-changed', change: 'link-down'});
    this.#sync.stop('network-change', nowMs);
    this.#discovery.cancel();
    this.#assessment.cancel();
    this.#context.state = 'IDLE_NO_SERVER';
    this.#context.status = 'Unknown';
    this.#context.psn = null;
  }

  rescan(nowMs: number): void {
    this.#sync.stop('rescan', nowMs);
    this.#discover('rescan', nowMs);
  }

  /** `result` is not a refused one. */
  replaceProfile(result: ProfileResult, nowMs: number): void {
    this.#tellProfile(result, nowMs);
    this.#context.profile = profileOf(result);
    this.#context.profileDigest = digestOf(result);
    this.#sync.stop('profile-replaced', nowMs);
    if (this.#context.host.addresses.length > 0) this.#discover('profile-replaced', nowMs);
  }

  /** Client provisioning brought it in the course of discovery, which goes on. */
  profileInstalled(result: ProfileResult, nowMs: number): void {
    this.#tellProfile(result, nowMs);
    this.#discovery.profileInstalled(result, nowMs);
  }

  factsChanged(nowMs: number): void {
    this.#assessment.factsChanged(nowMs);
  }

  https(input: HttpsInput, nowMs: number): void {
    this.#context.exchanges.handle(input, nowMs);
  }

  wake(nowMs: number): void {
    this.#discovery.wake(nowMs);
    this.#assessment.wake(nowMs);
    this.#sync.wake(nowMs);
  }

  wakeAtMs(): number | undefined {
    const instants = [this.#discovery.wakeAtMs(), this.#assessment.wakeAtMs(), this.#sync.wakeAtMs()];
    return earliest(instants);
  }

  viewSync() {
    return this.#sync.view();
  }

  #discover(reason: DiscoveryReason, nowMs: number): void {
    this.#assessment.cancel();
    const {host, profile} = this.#context;
    if (host.settings.wireless && !profile.operateOnNonDot1XWireless) this.#standBy(nowMs);
    else this.#discovery.start(reason, nowMs);
  }

  #standBy(nowMs: number): void {
    this.#discovery.cancel();
    this.#context.state = 'SCAN_NOT_REQUIRED';
    this.#context.status = 'Unknown';
    this.#context.psn = null;
    this.#context.outbox.record({kind: 'scan-not-required'});
    const message = uiStatus(3, 'System scan not required on current Wi-Fi.');
    this.#context.log.write({thread: mainThread, from: 'Authenticator::sendUIStatus', message}, nowMs);
  }

  /** t2 of domain.md 7.2. */
  #show(status: PostureStatus, psn: ConnectedPsn, nowMs: number): void {
    const {outbox, log, host} = this.#context;
    const isCompliant = status === 'Compliant';
    this.#context.state = isCompliant ? 'COMPLIANT' : 'NONCOMPLIANT';
    this.#context.status = status;
    outbox.record({kind: 'status-shown', status, sessionId: psn.sessionId});
    log.write(
      {
        thread: mainThread,
        from: 'Authenticator::sendUIStatus',
        message: uiStatus(compliantNumbers[status], `${status}.`),
      },
      nowMs,
    );
    if (isCompliant || host.settings.probeWhenNonCompliant) this.#sync.start(psn, nowMs);
  }

  #tellProfile(result: ProfileResult, nowMs: number): void {
    const {outbox, log} = this.#context;
    const problems = result.kind === 'absent' ? [] : result.problems.map(describeProblem);
    if (result.kind === 'refused') outbox.record({kind: 'profile-refused', problems});
    for (const problem of problems) {
      log.write({thread: mainThread, from: 'loadXMLCfgFile', message: problem, severity: 'Warning'}, nowMs);
    }
    log.write({thread: mainThread, from: 'loadXMLCfgFile', message: profileMessages[result.kind]}, nowMs);
  }
}

function digestOf(result: ProfileResult): string {
  return result.kind === 'read' ? (result.digest ?? '') : '';
}

/** The first is from a real client (domain.md 9.2), the others are ours. */
const profileMessages = {
  read: 'ISEPostureCFG.xml present. Using it for config',
  refused: 'ISEPostureCFG.xml refused. Using defaults for config',
  absent: 'ISEPostureCFG.xml not present. Using defaults for config',
} as const;

/** Ours, but for 3, which a real client says where no scan is required (domain.md 9.2). */
const compliantNumbers: Record<PostureStatus, number> = {Unknown: 0, Pending: 0, Compliant: 1, NonCompliant: 2};

/** The shape is a real client's (domain.md 9.2). */
function uiStatus(compliant: number, description: string): string {
  return (
    `MSG_SU_STEP_STATUS, {Status:6,Compliant:${compliant},RemStatus:0,Phase:0,StepNumber:-1,Progress:-1,Attention:0,` +
    `Cancellable:0,Restartable:0,ErrorMessage:1,Description1:"${description}",Description2:""}`
  );
}

export function earliest(instants: readonly (number | undefined)[]): number | undefined {
  const given = instants.filter(instant => instant !== undefined);
  return given.length === 0 ? undefined : Math.min(...given);
}
