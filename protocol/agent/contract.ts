/** The endpoint's agent as seen from outside: what it is given, what it takes in, what it asks for. */
import type {Profile, ProfileResult} from '#protocol/agent/profile.ts';
import type {EndpointEvent, HarnessEvent} from '#protocol/event.ts';
import type {HttpRequest, HttpResponse, HttpsFailure} from '#protocol/http.ts';
import type {HostFacts} from '#protocol/posture/requirement.ts';
import type {PostureStatus} from '#protocol/posture/status.ts';
import type {CommonEffect, CommonInput} from '#protocol/role.ts';

export interface AgentSettings {
  /** MAC addresses of all adapters, upper case with colons; the first is the wired one. */
  macs: string[];
  /** None: the wired adapter has no link yet. */
  addresses: string[];
  /** The adapter is on a Wi-Fi without 802.1X, where the profile's `OperateOnNonDot1XWireless` decides (domain.md 11.33). */
  wireless: boolean;
  facts: HostFacts;
  profile: ProfileResult;
  /**
  In the redirect flow, stage 1 of discovery comes first, and its probes begin with the default gateway (domain.md 4.1, 4.2); null:
  the redirectless flow, which has stage 2 only.
  */
  stageOne: {gateway: string} | null;
  /** `ConnectionData.xml`: FQDNs of PSNs seen before, latest first. */
  knownPsns: string[];
  /** Unix time in milliseconds at lab time 0; the log's dates come from it. */
  labEpochMs: number;
  /** How far the node's clock is ahead of the lab's at first; below 0: behind (protocol/wall-clock.ts). */
  clockOffsetMs: number;
  timeouts: AgentTimeouts;
  /** domain.md 3.3: with an empty backup list, the connected PSN plus this many others (TAC 222483: any two). */
  backupPsnLimit: number;
  /** domain.md 3.6, 11.32. */
  probeWhenNonCompliant: boolean;
  delaysMs: Record<AgentStep, number>;
}

/** All in lab milliseconds. None of them is documented; the values are ours (domain.md 12.6). */
export interface AgentTimeouts {
  /** TCP and TLS handshake of any HTTPS connection. */
  connectMs: number;
  /** From request to response, once connected. */
  responseMs: number;
  /** Pause before discovery is tried again when no PSN answered; doubled each time up to eight-fold. */
  retryMs: number;
}

/**
Where an agent can be slowed down or stopped. `report-to-ui`: between the PSN's verdict and showing it (t1 to t2 of
domain.md 7.2); `probe-http`: between a probe's connection and its request (ts to tr, the "probe in progress" of R4).
*/
export type AgentStep = (typeof agentSteps)[number];

export const agentSteps = ['report-to-ui', 'probe-http'] as const;

export type AgentInput =
  | CommonInput<AgentCommand>
  /** Carrier of the wired adapter, with the addresses it has now. */
  | {kind: 'link'; up: boolean; addresses: string[]}
  /** What became of `install-profile`: the file that is there now, or why it is not. */
  | {kind: 'profile-installed'; profile: ProfileResult}
  | {kind: 'https-opened'; connectionId: string}
  | {kind: 'https-response'; connectionId: string; response: HttpResponse}
  | {kind: 'https-failed'; connectionId: string; failure: HttpsFailure}
  | {kind: 'http-response'; connectionId: string; response: HttpResponse}
  | {kind: 'http-failed'; connectionId: string; failure: HttpsFailure};

export type AgentCommand =
  /** *Scan again*, if the profile's `EnableRescanButton` lets the user have that button. */
  | {name: 'rescan'}
  /** Facts by name; those that are not named stay as they are. Nothing but a remediation in progress takes notice by itself. */
  | {name: 'change-facts'; facts: HostFacts}
  /** Client provisioning has brought another ISEPostureCFG.xml. One with an error is refused, and the old one stays in force. */
  | {name: 'replace-profile'; profile: ProfileResult}
  /** The process ends and starts anew: all it knows is what its files say, as last given or remembered if `files` is absent. */
  | {name: 'restart-service'; files?: {profile: ProfileResult; knownPsns: string[]}}
  | {name: 'hold'; step: AgentStep}
  | {name: 'release'; step: AgentStep}
  | {name: 'set-delay'; step: AgentStep; delayMs: number}
  | {name: 'set-clock'; offsetMs: number}
  | {name: 'view'};

export type AgentEffect =
  | CommonEffect<EndpointEvent | HarnessEvent>
  /** Open TCP and TLS to `host:port`; answered by `https-opened` or `https-failed`. `serverNameRules`: profile field.
  `clockOffsetMs`: how far the clock is off that certificates are judged by. */
  | {
      kind: 'https-open';
      connectionId: string;
      host: string;
      port: number;
      serverNameRules: string[];
      timeoutMs: number;
      clockOffsetMs: number;
    }
  /** Send over an opened connection; answered by `https-response` or `https-failed`; the connection is closed after it. */
  | {kind: 'https-send'; connectionId: string; request: HttpRequest; timeoutMs: number}
  /** One request without TLS, from connection to answer; answered by `http-response` or `http-failed`. */
  | {kind: 'http-ask'; connectionId: string; host: string; port: number; request: HttpRequest; timeoutMs: number}
  /** Give up on a connection, with TLS or without: nothing more is heard of it. */
  | {kind: 'https-abandon'; connectionId: string}
  /** One line of `AnyConnect_ISEPosture.txt`, complete but for the line end. */
  | {kind: 'log'; line: string}
  /** Write `ISEPostureCFG.xml`, if it is one; answered by `profile-installed`. */
  | {kind: 'install-profile'; xml: string}
  /** Write `ConnectionData.xml`. */
  | {kind: 'remember-psns'; psns: string[]}
  /** Make the network learn this host again, as an operating system does after link up (DHCP, gratuitous ARP). */
  | {kind: 'announce'};

/** What `view` answers: the agent as its user and an engineer would want to see it. */
export interface AgentView {
  state: AgentState;
  /** What the agent holds itself to be; Unknown until a verdict, and again while discovery or assessment runs. */
  status: PostureStatus;
  sessionId: string;
  psn: string | null;
  /** `rounds`: begun since state sync was last started. */
  sync: {state: SyncState; intervalS: number; targets: string[]; rounds: number; latched: boolean};
  profile: Profile;
  facts: HostFacts;
  held: AgentStep[];
}

/** domain.md 2.2. */
export type AgentState =
  | 'BOOT'
  | 'DISCOVERY'
  | 'ASSESS'
  | 'REMEDIATE'
  | 'WAIT_RESULT'
  | 'COMPLIANT'
  | 'NONCOMPLIANT'
  | 'IDLE_NO_SERVER'
  /** Ours: the profile wants no scan on this network (domain.md 11.33). */
  | 'SCAN_NOT_REQUIRED';

/** domain.md 2.3, without CHANGED and MISCONFIG, in which nothing rests. */
export type SyncState = 'OFF' | 'STOPPED' | 'ARMED' | 'PROBING' | 'WAITING' | 'DISABLED_UNTIL_RESTART';
