/** An agent on a bench: virtual time, and a network that is a function from request to answer. */
import {Agent} from '#protocol/agent/agent.ts';
import type {AgentCommand, AgentEffect, AgentInput, AgentSettings, AgentView} from '#protocol/agent/contract.ts';
import {defaultProfile, type Profile, type ProfileResult} from '#protocol/agent/profile.ts';
import type {EndpointEvent, HarnessEvent} from '#protocol/event.ts';
import type {HttpRequest, HttpResponse, HttpsFailure} from '#protocol/http.ts';
import {
  decodeIdentity,
  decodeReport,
  encodeDiscoveryAnswer,
  encodeRequirementsAnswer,
  encodeStatusAnswer,
  questionOf,
} from '#protocol/posture/exchange.ts';
import {isCompliant, type Requirement} from '#protocol/posture/requirement.ts';
import type {PostureStatus} from '#protocol/posture/status.ts';

export const sessionId = 'C0A8FF0C00000012679EAF14';
export const psn1 = 'psn1.posturelab.test';
export const psn2 = 'psn2.posturelab.test';

export const firewallOn: Requirement = {
  name: 'Firewall_On',
  fact: 'firewall',
  operator: 'equals',
  value: true,
  enforcement: 'mandatory',
};

export type BenchEvent = (EndpointEvent | HarnessEvent) & {atMs: number};
export type EventOf<Kind extends BenchEvent['kind']> = Extract<BenchEvent, {kind: Kind}>;

/** What the network does with a connection to `host:port`: `undefined` lets it through. */
export type Network = (host: string, port: number) => HttpsFailure | undefined;
export type Answer = (request: HttpRequest, host: string, port: number) => HttpResponse | HttpsFailure;

/** Ours of the network: what opens takes one millisecond, what answers another; a timeout takes as long as the agent gives. */
export class AgentBench {
  readonly events: BenchEvent[] = [];
  readonly log: string[] = [];
  readonly effects: AgentEffect[] = [];
  readonly requests: {host: string; port: number; request: HttpRequest}[] = [];
  network: Network = (_, port) => (port === 8449 ? blocked : undefined);
  psn = new BenchPsn();
  answer: Answer = (request, host) => this.psn.answer(request, host);
  nowMs = 0;
  readonly #agent: Agent;
  readonly #servers = new Map<string, {host: string; port: number}>();
  #queue: {atMs: number; input: AgentInput}[] = [];
  #commands = 0;

  constructor(settings: Partial<AgentSettings> = {}) {
    this.#agent = new Agent({...benchSettings(), ...settings});
  }

  /** Starts the service and lets the agent become what it becomes within a second. */
  static started(settings: Partial<AgentSettings> = {}, prepare: (bench: AgentBench) => void = () => {}): AgentBench {
    const bench = new AgentBench(settings);
    prepare(bench);
    bench.give({kind: 'start'});
    bench.elapse(1000);
    return bench;
  }

  give(input: AgentInput): AgentEffect[] {
    const effects = this.#agent.handle(input, this.nowMs);
    for (const effect of effects) this.#carryOut(effect);
    return effects;
  }

  /** The answer to a command; one that is refused comes as its message. */
  tell(command: AgentCommand): unknown {
    this.#commands += 1;
    const id = `command-${this.#commands}`;
    const answers = this.give({kind: 'command', id, command}).filter(
      effect => effect.kind === 'reply' || effect.kind === 'refuse',
    );
    const [answer] = answers;
    if (answers.length !== 1 || answer?.id !== id) throw new Error(`${command.name} had ${answers.length} answers`);
    return answer.kind === 'reply' ? answer.result : answer.message;
  }

  view(): AgentView {
    return this.tell({name: 'view'}) as AgentView;
  }

  elapse(ms: number): void {
    const endMs = this.nowMs + ms;
    for (let turns = 0; ; turns += 1) {
      if (turns > 100_000) throw new Error(`the agent is busy without end at ${this.nowMs} ms`);
      const wakeAtMs = this.#agent.wakeAtMs() ?? Number.POSITIVE_INFINITY;
      const next = this.#queue.toSorted((a, b) => a.atMs - b.atMs)[0];
      const atMs = Math.min(wakeAtMs, next?.atMs ?? Number.POSITIVE_INFINITY);
      if (atMs > endMs) break;
      this.nowMs = Math.max(this.nowMs, atMs);
      if (next !== undefined && next.atMs <= wakeAtMs) {
        this.#queue.splice(this.#queue.indexOf(next), 1);
        this.give(next.input);
      } else {
        this.give({kind: 'wake'});
      }
    }
    this.nowMs = endMs;
  }

  of<Kind extends BenchEvent['kind']>(kind: Kind, afterMs = -1): EventOf<Kind>[] {
    return this.events.filter((event): event is EventOf<Kind> => event.kind === kind && event.atMs > afterMs);
  }

  /** Kinds of the events since an instant, in order. */
  kinds(afterMs = -1): string[] {
    return this.events.filter(event => event.atMs > afterMs).map(event => event.kind);
  }

  /** `Class::method 0xTHREAD` of the lines since a line number; [Error] and [Warning] are kept. */
  logged(fromLine = 0): string[] {
    return this.log.slice(fromLine).map(line => {
      const [, severity, method, thread] = /\[(\w+)\] aciseagent Function: (\S+) Thread Id: (\S+)/.exec(line) ?? [];
      return `${severity === 'Information' ? '' : `[${severity}] `}${method} ${thread}`;
    });
  }

  wakeAtMs(): number | undefined {
    return this.#agent.wakeAtMs();
  }

  #carryOut(effect: AgentEffect): void {
    this.effects.push(effect);
    switch (effect.kind) {
      case 'record':
        this.events.push({...effect.event, atMs: this.nowMs});
        break;
      case 'log':
        this.log.push(effect.line);
        break;
      case 'https-open': {
        const {connectionId, host, port, timeoutMs} = effect;
        this.#servers.set(connectionId, {host, port});
        const failure = this.network(host, port);
        if (failure === undefined) this.#later({kind: 'https-opened', connectionId}, 1);
        else this.#later({kind: 'https-failed', connectionId, failure}, failure.reason === 'timeout' ? timeoutMs : 1);
        break;
      }
      case 'https-send': {
        const {connectionId, request} = effect;
        const server = this.#servers.get(connectionId) ?? {host: '', port: 0};
        this.requests.push({...server, request});
        const answer = this.answer(request, server.host, server.port);
        if ('reason' in answer) this.#later({kind: 'https-failed', connectionId, failure: answer}, 1);
        else this.#later({kind: 'https-response', connectionId, response: answer}, 1);
        break;
      }
      case 'http-ask': {
        const {connectionId, host, port, request, timeoutMs} = effect;
        this.requests.push({host, port, request});
        const answer = this.network(host, port) ?? this.answer(request, host, port);
        if ('reason' in answer) {
          const inMs = answer.reason === 'timeout' ? timeoutMs : 1;
          this.#later({kind: 'http-failed', connectionId, failure: answer}, inMs);
        } else {
          this.#later({kind: 'http-response', connectionId, response: answer}, 2);
        }
        break;
      }
      case 'https-abandon':
        this.#queue = this.#queue.filter(
          ({input}) => !('connectionId' in input && input.connectionId === effect.connectionId),
        );
        break;
      default:
    }
  }

  #later(input: AgentInput, inMs: number): void {
    this.#queue.push({atMs: this.nowMs + inMs, input});
  }
}

/** A policy node of one session. */
export class BenchPsn {
  status: PostureStatus = 'Unknown';
  /** What a probe is answered with, if not with `status`. */
  probeStatus: PostureStatus | undefined;
  requirements: Requirement[] = [firewallOn];
  owner = psn1;
  probePort = 8449;

  answer(request: HttpRequest, host: string): HttpResponse {
    switch (questionOf(request)) {
      case 'discovery':
      case 'status':
        this.status = 'Unknown';
        return encodeDiscoveryAnswer({sessionId, owner: this.owner, status: this.status, probePort: this.probePort});
      case 'requirements':
        return encodeRequirementsAnswer(this.requirements);
      case 'report':
        this.status = isCompliant(decodeReport(request).results) ? 'Compliant' : 'NonCompliant';
        return encodeStatusAnswer(this.status, decodeIdentity(request).sessionId, host);
      case 'probe':
        return encodeStatusAnswer(this.probeStatus ?? this.status, sessionId, host);
      case undefined:
        return {status: 404, headers: {}, body: ''};
    }
  }
}

export const blocked: HttpsFailure = {reason: 'timeout', detail: 'no handshake'};
export const open: Network = () => undefined;

export const profile = (fields: Partial<Profile> = {}): ProfileResult => ({
  kind: 'read',
  profile: {
    ...defaultProfile,
    stateSyncProbeIntervalS: 10,
    networkTransitionDelayS: 3,
    callHomeList: [
      {host: psn1, port: 8443},
      {host: psn2, port: 8443},
    ],
    ...fields,
  },
  problems: [],
  unknown: [],
});

export function benchSettings(): AgentSettings {
  return {
    macs: ['00:50:56:A8:BE:02'],
    addresses: ['192.168.255.193'],
    facts: {firewall: true},
    profile: profile(),
    wireless: false,
    stageOne: null,
    knownPsns: [],
    labEpochMs: Date.UTC(2022, 10, 9, 12, 22, 0),
    clockOffsetMs: 0,
    timeouts: {connectMs: 2000, responseMs: 5000, retryMs: 5000},
    backupPsnLimit: 2,
    probeWhenNonCompliant: false,
    delaysMs: {'report-to-ui': 0, 'probe-http': 0},
  };
}
