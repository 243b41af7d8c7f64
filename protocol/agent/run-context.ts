import type {AgentLog} from '#protocol/agent/agent-log.ts';
import type {AgentSettings, AgentState, AgentStep} from '#protocol/agent/contract.ts';
import type {Exchanges, Server} from '#protocol/agent/exchanges.ts';
import type {Outbox} from '#protocol/agent/outbox.ts';
import type {Profile} from '#protocol/agent/profile.ts';
import type {AgentIdentity} from '#protocol/posture/exchange.ts';
import type {HostFacts} from '#protocol/posture/requirement.ts';
import type {PostureStatus} from '#protocol/posture/status.ts';
import type {Steps} from '#protocol/steps.ts';
import type {WallClock} from '#protocol/wall-clock.ts';

/** What is true of the host, whatever its agent's service does. */
export interface Host {
  readonly settings: AgentSettings;
  readonly clock: WallClock;
  /** Addresses of the wired adapter; none without a link. */
  addresses: string[];
  facts: HostFacts;
}

/** What the parts of one run of the service share: its own state, and its ways out. */
export interface RunContext {
  readonly host: Host;
  readonly outbox: Outbox;
  readonly log: AgentLog;
  readonly exchanges: Exchanges;
  readonly steps: Steps<AgentStep, StepAction>;
  state: AgentState;
  /** What the agent holds itself to be, as shown to the user. */
  status: PostureStatus;
  profile: Profile;
  /** Of the file that it was read from; empty if there is none, or none that can be used. */
  profileDigest: string;
  /** FQDNs, latest first; ConnectionData.xml. */
  knownPsns: string[];
  /** The PSN that owns the session, since discovery found it. */
  psn: ConnectedPsn | null;
}

export interface ConnectedPsn {
  fqdn: string;
  sessionId: string;
  probePort: number;
}

/** What stands at a step until it may go on; `subject` says what for. */
export interface StepAction {
  subject: object;
  go(nowMs: number): void;
}

export function identityOf({host, psn, profileDigest: profile}: RunContext): AgentIdentity {
  return {macs: host.settings.macs, addresses: host.addresses, sessionId: psn?.sessionId ?? '', profile};
}

export function serverAt({profile}: RunContext, host: string, port: number): Server {
  return {host, port, serverNameRules: profile.serverNameRules};
}
