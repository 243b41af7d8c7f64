import type {Impairment} from '#protocol/link/impairment.ts';
import type {PostureStatus} from '#protocol/posture/status.ts';

/**
What happens in a lab, told in the past tense. A role records an event without `atMs` and `node`; whoever carries the role
adds both. The kinds are a contract (design.md 4): fields may be added, not renamed.
*/
export type LabEvent = LabEventBody & {atMs: number; node: string};

export type LabEventKind = LabEventBody['kind'];

export type EventOf<Kind extends LabEventKind> = Extract<LabEvent, {kind: Kind}>;

export type LabEventBody = EndpointEvent | NadEvent | PsnEvent | DeskSwitchEvent | HarnessEvent;

/** Told by the endpoint's agent (domain.md 2 to 4). */
export type EndpointEvent =
  | {kind: 'service-started'; profile: 'read' | 'defaults'; intervalS: number; transitionDelayS: number}
  | {kind: 'profile-refused'; problems: string[]}
  /** 802.1X from the supplicant's side. `reason`: what it has against the other side's certificate, or empty. */
  | {kind: 'eap-succeeded'}
  | {kind: 'eap-failed'; reason: string}
  /** DHCP (RFC 2131): the host has an address, for longer, no more; or three questions in a row have found no answer. */
  | {kind: 'lease-obtained'; address: string; server: string; leaseS: number}
  | {kind: 'lease-renewed'; address: string; server: string; leaseS: number}
  | {kind: 'lease-lost'; address: string}
  | {kind: 'lease-unanswered'; attempts: number}
  | {kind: 'network-changed'; change: 'link-up' | 'link-down'}
  /** The host is on a Wi-Fi on which its profile wants no scan (domain.md 11.33). */
  | {kind: 'scan-not-required'}
  | {kind: 'discovery-started'; reason: DiscoveryReason; targets: string[]}
  | {kind: 'discovery-target-failed'; target: string; reason: string; detail: string}
  /** Stage 1 has led to a switch that redirects (domain.md 4.2). */
  | {kind: 'redirect-received'; target: string; url: string}
  | {kind: 'profile-provisioned'; portal: string; intervalS: number}
  | {kind: 'provisioning-failed'; portal: string; reason: string}
  /** Nothing came of stage 1. */
  | {kind: 'stage-two-started'; targets: string[]}
  | {kind: 'psn-found'; psn: string; sessionId: string}
  | {kind: 'server-not-found'; retryInMs: number}
  | {kind: 'requirement-checked'; requirement: string; passed: boolean; mandatory: boolean}
  | {kind: 'remediation-started'; requirements: string[]; timeoutMs: number}
  | {kind: 'report-sent'; psn: string}
  | {kind: 'status-shown'; status: PostureStatus; sessionId: string}
  | {kind: 'sync-started'; targets: string[]; port: number; intervalMs: number; delayMs: number}
  | {kind: 'sync-off'; reason: 'interval-absent' | 'interval-zero' | 'latched'}
  | {kind: 'probe-sent'; round: number; target: string; port: number}
  | {kind: 'probe-blocked'; round: number; target: string; reason: string}
  | {kind: 'probe-answered'; round: number; target: string; status: PostureStatus}
  | {kind: 'probe-unusable'; round: number; target: string; httpStatus: number; detail: string}
  | {kind: 'sync-round-finished'; round: number; answered: boolean}
  | {kind: 'posture-change-seen'; target: string; from: PostureStatus; to: PostureStatus}
  | {kind: 'discovery-restarted'; target: string; reason: 'posture-status-changed'}
  | {kind: 'sync-stopped'; reason: SyncStopReason}
  | {kind: 'sync-disabled'; target: string; reason: 'wrong-configuration'};

export type DiscoveryReason =
  | 'service-start'
  | 'link-up'
  | 'rescan'
  | 'posture-status-changed'
  | 'profile-replaced'
  | 'facts-changed'
  | 'retry';

export type SyncStopReason =
  | 'posture-status-changed'
  | 'wrong-configuration'
  | 'network-change'
  | 'rescan'
  | 'service-stop'
  | 'profile-replaced'
  | 'reassessment';

/** Told by the switch (domain.md 5). `port` is the kernel's name of the port, such as `fa0-12`. */
export type NadEvent =
  | {kind: 'link-up'; port: string}
  | {kind: 'link-down'; port: string}
  | {kind: 'authentication-started'; port: string; mac: string; sessionId: string; method: 'mab' | 'dot1x'}
  /** One host too many for the port's host mode: the port is shut (err-disabled) until somebody opens it again. */
  | {kind: 'security-violation'; port: string; mac: string}
  /** The host does not speak EAP, or has stopped: the next method's turn comes. */
  | {kind: 'dot1x-timed-out'; port: string; mac: string; sessionId: string}
  | {
      kind: 'session-authorized';
      port: string;
      mac: string;
      sessionId: string;
      acl: string | null;
      ipv6Acl?: string;
      server: string;
    }
  | {kind: 'authorization-failed'; port: string; mac: string; sessionId: string; reason: string}
  | {kind: 'acl-download-started'; acl: string; server: string}
  | {kind: 'acl-downloaded'; acl: string; entries: number; rounds: number; server: string}
  | {kind: 'acl-download-failed'; acl: string; reason: string}
  /** A fact from the kernel: committed with the number `generation` in one transaction, and that number read back. */
  | {kind: 'acl-installed'; acl: string; port: string; address: string; sessionId: string; generation: number}
  | {kind: 'acl-withdrawn'; acl: string; port: string; address: string; sessionId: string; generation: number}
  | {kind: 'acl-install-failed'; acl: string; port: string; message: string}
  /** As `acl-installed`, for the access list that says what is redirected. */
  | {kind: 'redirect-installed'; acl: string; port: string; address: string; sessionId: string; generation: number}
  | {kind: 'redirect-withdrawn'; acl: string; port: string; address: string; sessionId: string; generation: number}
  /** RADIUS calls for a redirect by an access list that the switch does not have, so nothing is redirected. */
  | {kind: 'redirect-acl-missing'; acl: string; port: string; sessionId: string}
  | {kind: 'http-redirected'; host: string; address: string; sessionId: string; url: string}
  | {kind: 'address-learnt'; port: string; mac: string; address: string}
  | {kind: 'coa-received'; command: string; sessionId: string; from: string}
  | {kind: 'coa-answered'; code: 'CoA-ACK' | 'CoA-NAK' | 'Disconnect-ACK' | 'Disconnect-NAK'; errorCause?: number}
  | {kind: 'datagram-discarded'; from: string; reason: string}
  | {kind: 'session-ended'; port: string; mac: string; sessionId: string; cause: string}
  /** A request was given up at one server and goes to the next. */
  | {kind: 'radius-server-failed'; server: string; next: string | null}
  /** From now on no server is asked before it, or it is again. `log`: the line of IOS. */
  | {kind: 'radius-server-dead'; server: string; log: string}
  | {kind: 'radius-server-alive'; server: string; log: string}
  /** `sessionId` is empty for the switch itself. */
  | {kind: 'accounting-sent'; status: AccountingStatus; sessionId: string}
  | {kind: 'accounting-unanswered'; status: AccountingStatus; sessionId: string};

export type AccountingStatus = 'Start' | 'Interim-Update' | 'Stop' | 'Accounting-On' | 'Accounting-Off';

/** Told by a policy node (domain.md 6). */
export type PsnEvent =
  | {kind: 'node-ready'; role: 'psn'}
  | {kind: 'session-created'; sessionId: string; mac: string; origin: 'authentication' | 'accounting' | 'replication'}
  | {
      kind: 'access-accepted';
      sessionId: string;
      mac: string;
      rule: string;
      profile: string;
      acl: string | null;
      ipv6Acl?: string;
      status: PostureStatus;
    }
  | {kind: 'access-rejected'; sessionId: string; mac: string; reason: string}
  | {kind: 'acl-served'; acl: string; rounds: number; entries: number}
  | {kind: 'acl-refused'; acl: string; code: number; reason: string}
  | {kind: 'accounting-received'; status: string; sessionId: string}
  | {
      kind: 'discovery-answered';
      sessionId: string | null;
      owner: string | null;
      found: 'local' | 'replicated' | 'peer' | 'none';
    }
  /** The agent's ISEPostureCFG.xml is not the one that client provisioning has (domain.md 8.1, 11.6). */
  | {kind: 'provisioning-mismatch'; sessionId: string; mac: string}
  | {kind: 'posture-reported'; sessionId: string; mac: string; passed: boolean}
  /** t1 of domain.md 7.2: the session's status is this from now on, whatever the switch does. */
  | {kind: 'posture-settled'; sessionId: string; mac: string; status: PostureStatus}
  | {kind: 'coa-sent'; packet: 'CoA-Request' | 'Disconnect-Request'; command: string; sessionId: string}
  | {kind: 'coa-acknowledged'; packet: 'CoA-Request' | 'Disconnect-Request'; sessionId: string}
  | {kind: 'coa-refused'; packet: 'CoA-Request' | 'Disconnect-Request'; sessionId: string; errorCause: number | null}
  | {kind: 'coa-unanswered'; packet: 'CoA-Request' | 'Disconnect-Request'; sessionId: string}
  | {kind: 'session-terminated'; sessionId: string; mac: string; by: string}
  | {kind: 'session-removed'; sessionId: string; mac: string; cause: string}
  /** A peer has the news. `status`: that of the session in it; null: of its end. */
  | {kind: 'session-replicated'; sessionId: string; to: string; status: PostureStatus | null}
  /** `terminates`: so many posture-pending sessions of its, if this node is the one to do it. */
  | {kind: 'group-member-failed'; member: string; terminates: number}
  | {kind: 'group-member-back'; member: string}
  | {kind: 'probe-received'; from: string; sessionId: string | null; status: PostureStatus}
  | {kind: 'alarm-raised'; alarm: string; severity: 'Warning' | 'Critical' | 'Info'; details: Record<string, string>}
  /** Another node's syslog came to this one, which is its logging target. */
  | {kind: 'syslog-received'; from: string; line: string}
  | {kind: 'configuration-changed'; what: string}
  | {kind: 'radius-request-dropped'; from: string; reason: string};

/** Told by a desk switch that has its power from the port. */
export type DeskSwitchEvent = {kind: 'power-lost'} | {kind: 'power-restored'};

/** Told by whoever carries a role, or by the harness. */
export type HarnessEvent =
  | {kind: 'gate-reached'; step: string}
  | {kind: 'gate-held'; step: string}
  | {kind: 'gate-released'; step: string}
  | {kind: 'node-stopped'; how: string}
  | {kind: 'node-started'}
  /** In force for what `from` sends on the link. `method`: what does it; `simulated` in virtual time. */
  | {kind: 'link-impaired'; link: string; from: string; method: ImpairmentMethod; impairment: Impairment}
  | {kind: 'link-restored'; link: string; from: string}
  | {kind: 'gap-measured'; openMs: number; attempts: number; resolutionMs: number}
  /** A node's clock is so far ahead of the lab's from now on; below 0: behind. Events themselves go by the lab's. */
  | {kind: 'clock-set'; offsetMs: number}
  | {kind: 'fault'; message: string};

/** What makes a link misbehave: the kernel's netem, or the relay of images/wire. */
export type ImpairmentMethod = 'netem' | 'relay' | 'simulated';
