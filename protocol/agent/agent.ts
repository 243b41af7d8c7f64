import {
  type AgentCommand,
  type AgentEffect,
  type AgentInput,
  type AgentSettings,
  type AgentStep,
  type AgentView,
  agentSteps,
} from '#protocol/agent/contract.ts';
import {Outbox} from '#protocol/agent/outbox.ts';
import {describeProblem, type ProfileResult} from '#protocol/agent/profile.ts';
import type {Host, StepAction} from '#protocol/agent/run-context.ts';
import {type AgentFiles, earliest, ServiceRun} from '#protocol/agent/service-run.ts';
import type {HostFacts} from '#protocol/posture/requirement.ts';
import type {Role} from '#protocol/role.ts';
import {Steps} from '#protocol/steps.ts';
import {WallClock} from '#protocol/wall-clock.ts';

/**
The endpoint's posture agent, as an installed service: the host's state, its files, and the process that runs. A restart of
the service replaces the process, and with it everything that it knew; facts, link, files, gates and delays stay.
*/
export class Agent implements Role<AgentInput, AgentEffect> {
  readonly #outbox = new Outbox();
  readonly #steps: Steps<AgentStep, StepAction>;
  readonly #host: Host;
  #profile: ProfileResult;
  #run: ServiceRun;
  #lives = 0;
  #booted = false;

  constructor(settings: AgentSettings) {
    this.#steps = new Steps(settings.delaysMs);
    this.#host = {settings, clock: new WallClock(settings), addresses: settings.addresses, facts: settings.facts};
    this.#profile = settings.profile;
    this.#run = this.#newRun({profile: settings.profile, knownPsns: settings.knownPsns});
  }

  handle(input: AgentInput, nowMs: number): AgentEffect[] {
    switch (input.kind) {
      case 'start':
        if (!this.#booted) this.#boot(nowMs);
        break;
      case 'wake':
        break;
      case 'link':
        this.#link(input.up ? input.addresses : [], nowMs);
        break;
      case 'profile-installed':
        if (input.profile.kind === 'read') this.#profile = input.profile;
        this.#run.profileInstalled(input.profile, nowMs);
        break;
      case 'command':
        this.#command(input.id, input.command, nowMs);
        break;
      default:
        this.#run.https(input, nowMs);
    }
    this.#advance(nowMs);
    return this.#outbox.take();
  }

  wakeAtMs(): number | undefined {
    return earliest([this.#steps.wakeAtMs(), this.#run.wakeAtMs()]);
  }

  /** What is due: actions that leave a step, then timers. */
  #advance(nowMs: number): void {
    for (const {action} of this.#steps.leave(nowMs)) action.go(nowMs);
    this.#run.wake(nowMs);
    for (const step of this.#steps.newlyHeld(nowMs)) this.#outbox.record({kind: 'gate-reached', step});
  }

  #newRun(files: AgentFiles): ServiceRun {
    this.#lives += 1;
    return new ServiceRun({host: this.#host, files, steps: this.#steps, outbox: this.#outbox, life: this.#lives});
  }

  #boot(nowMs: number): void {
    this.#booted = true;
    this.#run.boot(this.#profile, nowMs);
  }

  #link(addresses: string[], nowMs: number): void {
    const isChanged = addresses.join(' ') !== this.#host.addresses.join(' ');
    this.#host.addresses = addresses;
    if (!isChanged || !this.#booted) return;
    if (addresses.length > 0) this.#run.linkUp(nowMs);
    else this.#run.linkDown(nowMs);
  }

  #command(id: string, command: AgentCommand, nowMs: number): void {
    const answer = this.#obey(command, nowMs);
    if (answer.kind === 'done') this.#outbox.add({kind: 'reply', id, result: answer.result});
    else this.#outbox.add({kind: 'refuse', id, message: answer.message});
  }

  #obey(command: AgentCommand, nowMs: number): Answer {
    switch (command.name) {
      case 'view':
        return done(this.#view());
      case 'rescan':
        return this.#rescan(nowMs);
      case 'change-facts':
        return this.#changeFacts(command.facts, nowMs);
      case 'replace-profile':
        return this.#replaceProfile(command.profile, nowMs);
      case 'restart-service':
        return this.#restart(command.files, nowMs);
      case 'hold':
      case 'release':
      case 'set-delay':
        return this.#changeStep(command);
      case 'set-clock':
        return this.#setClock(command.offsetMs);
      default:
        return refused(
          `an endpoint has no command ${JSON.stringify((command satisfies never as {name: string}).name)}`,
        );
    }
  }

  #rescan(nowMs: number): Answer {
    const {profile} = this.#run.context;
    if (!profile.enableRescanButton)
      return refused('there is no rescan button: EnableRescanButton is 0 in the profile');
    if (!this.#booted || this.#host.addresses.length === 0)
      return refused('there is no link to scan over: bring it up first');
    this.#run.rescan(nowMs);
    return done();
  }

  #changeFacts(facts: HostFacts, nowMs: number): Answer {
    if (!isFacts(facts)) return refused('facts must be an object of text, numbers, true and false, by name');
    this.#host.facts = {...this.#host.facts, ...facts};
    this.#run.factsChanged(nowMs);
    return done();
  }

  #replaceProfile(profile: ProfileResult, nowMs: number): Answer {
    if (profile.kind === 'refused') {
      const problems = profile.problems.map(describeProblem);
      this.#outbox.record({kind: 'profile-refused', problems});
      return refused(`the profile is refused, the old one stays in force: ${problems.join('; ')}`);
    }
    this.#profile = profile;
    this.#run.replaceProfile(profile, nowMs);
    return done();
  }

  #restart(files: AgentFiles | undefined, nowMs: number): Answer {
    const {knownPsns} = this.#run.context;
    this.#run.end(nowMs);
    this.#profile = files?.profile ?? this.#profile;
    this.#run = this.#newRun({profile: this.#profile, knownPsns: files?.knownPsns ?? knownPsns});
    this.#boot(nowMs);
    return done();
  }

  #changeStep(command: Extract<AgentCommand, {name: 'hold' | 'release' | 'set-delay'}>): Answer {
    const {step} = command;
    if (!agentSteps.includes(step))
      return refused(`an endpoint has no step ${JSON.stringify(step)}: ${agentSteps.join(', ')}`);
    switch (command.name) {
      case 'hold':
        this.#steps.hold(step);
        this.#outbox.record({kind: 'gate-held', step});
        return done();
      case 'release':
        this.#steps.release(step);
        this.#outbox.record({kind: 'gate-released', step});
        return done();
      case 'set-delay':
        if (!isDelay(command.delayMs)) return refused('delayMs must be a number, 0 or more');
        this.#steps.setDelay(step, command.delayMs);
        return done();
    }
  }

  #setClock(offsetMs: number): Answer {
    const problem = this.#host.clock.set(offsetMs);
    if (problem !== undefined) return refused(problem);
    this.#outbox.record({kind: 'clock-set', offsetMs});
    return done();
  }

  #view(): AgentView {
    const {state, status, psn, profile} = this.#run.context;
    return {
      state,
      status,
      sessionId: psn?.sessionId ?? '',
      psn: psn?.fqdn ?? null,
      sync: this.#run.viewSync(),
      profile,
      facts: this.#host.facts,
      held: this.#steps.held(),
    };
  }
}

type Answer = {kind: 'done'; result: unknown} | {kind: 'refused'; message: string};

const done = (result: unknown = null): Answer => ({kind: 'done', result});
const refused = (message: string): Answer => ({kind: 'refused', message});

/** Commands come from outside, where nobody has checked their fields. */
function isFacts(facts: unknown): facts is HostFacts {
  if (typeof facts !== 'object' || facts === null || Array.isArray(facts)) return false;
  return Object.values(facts).every(fact => ['string', 'number', 'boolean'].includes(typeof fact));
}

function isDelay(delayMs: unknown): boolean {
  return typeof delayMs === 'number' && delayMs >= 0 && delayMs < Number.POSITIVE_INFINITY;
}
