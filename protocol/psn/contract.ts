/** A policy node as seen from outside: what it is given, what it takes in, what it asks for. */
import type {HarnessEvent, PsnEvent} from '#protocol/event.ts';
import type {HttpRequest, HttpResponse, HttpsFailure} from '#protocol/http.ts';
import type {Requirement} from '#protocol/posture/requirement.ts';
import type {PostureStatus} from '#protocol/posture/status.ts';
import type {Portal} from '#protocol/psn/portals.ts';
import type {CommonEffect, CommonInput, Endpoint} from '#protocol/role.ts';

export interface PsnSettings {
  name: string;
  fqdn: string;
  address: string;
  ports: PsnPorts;
  /** ISEPostureCFG.xml that client provisioning has for agents; null: none. */
  agentProfile: string | null;
  /** `isPersona`: this node has the MnT persona. `credentials`: of HTTP Basic, as they are sent. */
  mnt: {isPersona: boolean; credentials: string};
  /** Portals besides the default one, with ports of their own from 8000 to 8999 (domain.md 8.3). */
  customPortals: Portal[];
  /** Remote logging targets, by UDP (domain.md 6.7). */
  syslogTargets: Endpoint[];
  /** The other nodes of the deployment. */
  peers: {name: string; fqdn: string; address: string}[];
  networkDevices: NetworkDevice[];
  /** The RADIUS server on this node's loopback that ends EAP, and the users it knows; null: EAP is not allowed here. */
  eapServer: {port: number; secret: string; users: {name: string; password: string}[]} | null;
  policy: Policy;
  /** Posture status shared with the peers (RADIUS Session Directory; domain.md 4.4, 11.28). */
  replication: boolean;
  coa: {timeoutMs: number; attempts: number};
  /** Sessions the node keeps at most; the oldest goes first (domain.md 6.1). */
  /** Posture lease (domain.md 2.5): how long an endpoint that was Compliant is taken for it in new authentications; 0: off. */
  postureLeaseMs: number;
  sessionLimit: number;
  labEpochMs: number;
  /** How far the node's clock is ahead of the lab's at first; below 0: behind (protocol/wall-clock.ts). */
  clockOffsetMs: number;
  delaysMs: Record<PsnStep, number>;
  /** What ISE keeps over a restart, as last persisted; null on the first start. */
  persisted: PersistentState | null;
}

export interface PsnPorts {
  authentication: number;
  accounting: number;
  /** Client provisioning portal, *HTTPS port*. */
  portal: number;
  /** Posture discovery and report. */
  posture: number;
  /** Portal's *Bidirectional port*, where state synchronization probes go; null: no profile enables PSS, port closed. */
  probe: number | null;
  /** Node to node. */
  messaging: number;
  /** Heartbeat of the node group; null: the node is in none. */
  nodeGroup: number | null;
  /** REST API, through ISE's gateway (domain.md 1.2). */
  api: number;
  /** UDP, where this node is a logging target of others; null: it is not. */
  syslog: number | null;
}

export interface NetworkDevice {
  name: string;
  address: string;
  secret: string;
  coaPort: number;
}

/** What an administrator edits. */
export interface Policy {
  dacls: Dacl[];
  profiles: AuthorizationProfile[];
  /** First match wins. */
  rules: AuthorizationRule[];
  requirements: Requirement[];
  /** Endpoint identity groups, with the MACs of their members; left out: none. How ISE's profiler fills them is not emulated. */
  identityGroups?: IdentityGroup[];
}

export interface IdentityGroup {
  /** Such as `Cisco-IP-Phone`. */
  name: string;
  macs: string[];
}

export interface Dacl {
  name: string;
  /**
  Left out: IPV4 (domain.md 6.8). ISE's third kind, IP_AGNOSTIC, is not here: no source tells how its entries are sent.
  */
  daclType?: 'IPV4' | 'IPV6';
  /** As typed; entry n is sent as `ip:inacl#n=`, or `ipv6:inacl#n=`. */
  text: string;
  /** Unix time in seconds of the last save: the version suffix (domain.md 5.4). */
  savedAtS: number;
}

export interface AuthorizationProfile {
  name: string;
  access: 'ACCESS_ACCEPT' | 'ACCESS_REJECT';
  daclName: string | null;
  /** A dACL of type IPV6, sent beside the other one (domain.md 5.3, 6.8); left out: none. */
  ipv6DaclName?: string;
  /**
  *Advanced Attributes Settings*, `cisco-av-pair=ip:inacl#n=…` and `ipv6:inacl#n=…`: entries that stand in the Access-Accept itself, a line
  each. Nothing is downloaded; they and a dACL's name are two things.
  */
  perUserAcl?: string;
  perUserIpv6Acl?: string;
  /** *Web Redirection: Client Provisioning*: name of the switch's access list, and of the portal (domain.md 5.3, 6.8). */
  redirect?: {acl: string; portal: string};
  /** *Reauthentication*: the timer, and whether connectivity is kept meanwhile (`RADIUS_REQUEST`) or the session ends (domain.md 6.8). */
  reauth?: {timerS: number; connectivity: 'DEFAULT' | 'RADIUS_REQUEST'};
  /** *Voice Domain Permission*: sends `device-traffic-class=voice`, which makes the endpoint a phone to the switch (domain.md 5.3). */
  voiceDomainPermission?: boolean;
}

export interface AuthorizationRule {
  name: string;
  /** `Session:PostureStatus EQUALS`; `Unknown` also matches Pending (domain.md 6.4); null: always. */
  postureStatus: PostureStatus | null;
  /** `IdentityGroup:Name EQUALS`; left out: of any group, or none. */
  identityGroup?: string;
  profile: string;
}

/**
Where a PSN can be slowed down or stopped. `coa`: between the status change (t1) and the CoA-Request (t3); `replication`:
before a change is told to the peers.
*/
export type PsnStep = 'coa' | 'replication';

export type PsnInput =
  | CommonInput<PsnCommand>
  | {kind: 'datagram'; localPort: number; from: Endpoint; bytes: Uint8Array}
  /** What the EAP server answered. */
  | {kind: 'eap-server-datagram'; bytes: Uint8Array}
  | {kind: 'https-request'; requestId: string; localPort: number; from: Endpoint; request: HttpRequest}
  | {kind: 'https-response'; connectionId: string; response: HttpResponse}
  | {kind: 'https-failed'; connectionId: string; failure: HttpsFailure};

export type PsnCommand =
  /**
  What an administrator does to a live session (domain.md 5.8, 11.12a and b). `terminate`: the session leaves the cache with the
  Disconnect-ACK. `bounce` and `disable`: with the Accounting-Stop of the port. `delete`: at once, the record only, nothing sent.
  */
  | {name: 'end-session'; mac: string; how: 'terminate' | 'bounce' | 'disable' | 'delete'}
  | {name: 'reauthenticate'; mac: string; type: 'default' | 'last' | 'rerun'}
  /** `savedAtS` is taken if it is later than the last save; otherwise the node's own time is. */
  | {name: 'save-dacl'; dacl: Dacl}
  | {name: 'delete-dacl'; dacl: string}
  | {
      name: 'save-policy';
      profiles?: AuthorizationProfile[];
      rules?: AuthorizationRule[];
      requirements?: Requirement[];
      identityGroups?: IdentityGroup[];
    }
  /** What client provisioning has for agents from now on, until the node is started again. */
  | {name: 'save-agent-profile'; xml: string}
  /** A call of the MnT REST API, as `authorization` allows; answered by status and body. */
  | {name: 'mnt-call'; path: string}
  | {name: 'set-replication'; enabled: boolean}
  | {name: 'set-clock'; offsetMs: number}
  /** Settled like a reported status: with a CoA, if it is another than before. */
  | {name: 'set-posture-status'; mac: string; status: PostureStatus}
  | {name: 'hold'; step: PsnStep}
  | {name: 'release'; step: PsnStep}
  | {name: 'set-delay'; step: PsnStep; delayMs: number}
  | {name: 'view'};

export type PsnEffect =
  | CommonEffect<PsnEvent | HarnessEvent>
  /** `localPort` 0: the socket that the node orders CoA from, and sends syslog. */
  | {kind: 'send'; localPort: number; to: Endpoint; bytes: Uint8Array}
  | {kind: 'ask-eap-server'; bytes: Uint8Array}
  | {kind: 'https-respond'; requestId: string; response: HttpResponse}
  /** To a peer; answered by `https-response` or `https-failed`. `clockOffsetMs`: of the clock that certificates are judged by. */
  | {
      kind: 'https-call';
      connectionId: string;
      host: string;
      port: number;
      request: HttpRequest;
      timeoutMs: number;
      clockOffsetMs: number;
    }
  | {kind: 'persist'; state: PersistentState};

/** What ISE keeps over a restart. The session cache is not among it. */
export interface PersistentState {
  policy: Policy;
  endpoints: {mac: string; postureLeaseUntilMs: number | null; lastSeenAtMs: number}[];
  alarms: Alarm[];
  liveLog: LiveLogEntry[];
}

/** Fields by ISE's alarm API where it has them (domain.md 6.6). */
export interface Alarm {
  alarmName: string;
  severity: 'Warning' | 'Critical' | 'Info';
  loggedAtMs: number;
  iseNode: string;
  description: string;
  suggestedActions: string;
  details: Record<string, string>;
}

/** One row of RADIUS live logs, with ISE's message code (domain.md 6.7). */
export interface LiveLogEntry {
  atMs: number;
  code: number;
  text: string;
  attributes: Record<string, string>;
}

export interface PsnSessionView {
  sessionId: string;
  mac: string;
  addresses: string[];
  nasAddress: string;
  nasPortId: string;
  userName: string;
  postureStatus: PostureStatus;
  postureAssessmentStatus: 'NotApplicable' | PostureStatus;
  rule: string;
  profile: string;
  acl: string | null;
  owner: string;
  accounting: 'none' | 'started' | 'stopped';
  createdAtMs: number;
  changedAtMs: number;
}

export interface PsnView {
  name: string;
  fqdn: string;
  replication: boolean;
  sessions: PsnSessionView[];
  policy: Policy;
  alarms: Alarm[];
  liveLog: LiveLogEntry[];
  /** MACs whose agent last reported with another profile than client provisioning has. */
  provisioningMismatches: string[];
  counters: {
    authentications: number;
    downloads: number;
    accounting: number;
    coa: number;
    probes: number;
    dropped: number;
  };
  held: PsnStep[];
}
