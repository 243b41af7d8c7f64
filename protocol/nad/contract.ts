/** The switch's control half as seen from outside: what it is given, what it takes in, what it asks for. */
import type {Acl} from '#protocol/dacl/acl.ts';
import type {HarnessEvent, NadEvent} from '#protocol/event.ts';
import type {HttpRequest, HttpResponse} from '#protocol/http.ts';
import type {CommonEffect, CommonInput, Endpoint} from '#protocol/role.ts';

export interface NadSettings {
  hostname: string;
  /** NAS-IP-Address, the source of every RADIUS packet, and the first half of every audit-session-id. */
  nasAddress: string;
  /** The switch's own on the access VLAN, link-local included; none: there is no IPv6, and no neighbour discovery is looked at. */
  ipv6Addresses: string[];
  /** Access ports, by the kernel's name (`fa0-12`) and the CLI's (`FastEthernet0/12`). */
  accessPorts: {port: string; interface: string}[];
  /** In the order in which they are tried. */
  radiusServers: RadiusServer[];
  /**
  `radius-server timeout`, `retransmit` (which does not count the first transmission, as `attempts` does), `deadtime` and `dead-criteria`.
  */
  radius: {timeoutMs: number; attempts: number; deadTimeMs: number; deadCriteria: {timeMs: number; tries: number}};
  /** `aaa server radius dynamic-author`: who may send CoA, with which secret (domain.md 5.8). */
  coaClients: {address: string; secret: string}[];
  coaPort: number;
  /**
  How far a CoA's Event-Timestamp may be from the switch's own time (RFC 5176 6.3, which recommends 300 s and silence); 0: any time will
  do. Whether IOS looks at it is not known to us.
  */
  coaWindowMs: number;
  /** `authentication periodic` with `authentication timer reauthenticate`, in lab milliseconds; 0: no periodic re-authentication. */
  reauthIntervalMs: number;
  /** `authentication host-mode` of the access ports: who may be on one at the same time. `hostModes`: ports that have another. */
  hostMode: HostMode;
  hostModes: Record<string, HostMode>;
  /** 802.1X before MAB on every access port; null: MAB alone. */
  dot1x: Dot1xSettings | null;
  /** In force on a port before authorization: the text of `Auth-Default-ACL` (domain.md 5.6). */
  preAuthAcl: string;
  /**
  Access lists of the switch's own for URL redirection, by the name under which RADIUS calls for them: permit means redirect, deny
  means leave alone (domain.md 5.3).
  */
  redirectAcls: {name: string; text: string}[];
  /** domain.md 5.7. */
  daclFailure: 'deny' | 'permitOpen';
  /** domain.md 5.6: what holds while the endpoint's address is not yet known. */
  ipUnknownPolicy: 'notEnforced' | 'anySource';
  /** Whether there is accounting at all (domain.md 11.27). */
  sendsAccounting: boolean;
  /** `aaa accounting system default start-stop`: tells when the switch starts and reloads. */
  sendsSystemAccounting: boolean;
  /** `radius-server attribute 8 include-in-access-req`: Framed-IP-Address, and what there is of IPv6, once it is learnt. */
  sendsFramedIp: boolean;
  /** `aaa accounting update newinfo periodic`, in lab milliseconds (172 800 000 in TAC 222483); 0: on new information only. */
  accountingIntervalMs: number;
  /** How long the switch was up at lab time 0, in milliseconds (below 0 if it started later): the last third of audit-session-ids (domain.md 5.2). */
  uptimeMs: number;
  /** Unix time in milliseconds at lab time 0; `show clock` and accounting's Event-Timestamp come from it. */
  labEpochMs: number;
  /** How far the node's clock is ahead of the lab's at first; below 0: behind (protocol/wall-clock.ts). */
  clockOffsetMs: number;
  delaysMs: Record<NadStep, number>;
}

/** One host; any number of hosts, of which one may be a phone; one host and one phone. */
export type HostMode = 'single-host' | 'multi-auth' | 'multi-domain';

/** In the words of IOS. */
export type MethodOrder = 'dot1x mab' | 'mab dot1x';

export interface Dot1xSettings {
  /** `authentication order`: which method a host is tried with first. */
  order: MethodOrder;
  /** `authentication priority`: with `dot1x mab`, a host that begins EAP takes over what MAB has or is about. */
  priority: MethodOrder;
  /** What the authenticator (hostapd) has for a RADIUS secret towards the switch, which it takes for its server. */
  authenticatorSecret: string;
  /** `dot1x timeout tx-period`: how long a host has to answer before it is asked again. */
  txPeriodMs: number;
  /** `dot1x max-reauth-req`: how often it is asked again before the next method's turn comes. */
  maxReauthRequests: number;
}

export interface RadiusServer {
  name: string;
  address: string;
  authPort: number;
  acctPort: number;
  secret: string;
}

/**
Where a switch can be slowed down or stopped (domain.md 7.5). `coa`: between CoA-Request and its answer; `reauth`: before the
Access-Request of an authentication or re-authentication; `acl-download`: before asking for a dACL; `acl-install`: between
having the dACL and its being in force; `ipdt`: before a new address is learnt.
*/
export type NadStep = 'coa' | 'reauth' | 'acl-download' | 'acl-install' | 'ipdt';

export type NadInput =
  | CommonInput<NadCommand>
  | {kind: 'link'; port: string; up: boolean}
  /**
  A frame that entered an access port and tells who is there. `address`: the sender's, if the frame is an ARP or neighbour discovery; null
  for one that only asks whether an address is free (ARP probe, duplicate address detection) and for any other frame. The switch learns
  addresses from these two only (domain.md 5.6), but starts a session on any.
  */
  | {kind: 'frame'; port: string; mac: string; address: string | null}
  | {kind: 'datagram'; localPort: number; from: Endpoint; bytes: Uint8Array}
  /** A RADIUS request of the authenticator, which speaks EAP with the hosts and knows no other server than the switch. */
  | {kind: 'authenticator-request'; from: Endpoint; bytes: Uint8Array}
  /** The kernel has the transaction: committed and read back. */
  | {kind: 'enforced'; transactionId: string; generation: number}
  | {kind: 'enforcement-failed'; transactionId: string; message: string}
  /** HTTP that a redirect has caught, whatever host it was meant for; answered by `http-respond`. */
  | {kind: 'http-request'; requestId: string; from: Endpoint; request: HttpRequest};

export type NadCommand =
  | {name: 'hold'; step: NadStep}
  | {name: 'release'; step: NadStep}
  | {name: 'set-delay'; step: NadStep; delayMs: number}
  /** `shutdown` and `no shutdown` of a port. */
  | {name: 'set-port'; port: string; up: boolean}
  | {name: 'clear-session'; port: string}
  /** What `reload` does before the power goes; answered when nothing is left to be told. */
  | {name: 'prepare-reload'}
  | {name: 'set-clock'; offsetMs: number}
  | {name: 'view'};

export type NadEffect =
  | CommonEffect<NadEvent | HarnessEvent>
  /** `localPort` 0: the RADIUS client's own socket; otherwise the CoA port. */
  | {kind: 'send'; localPort: number; to: Endpoint; bytes: Uint8Array}
  /** One kernel transaction, all or nothing; answered by `enforced` or `enforcement-failed`. */
  | {kind: 'enforce'; transactionId: string; changes: EnforcementChange[]}
  /** Makes the authenticator ask the host who it is, anew if it has been asked before. `quietMs`: its pause after a failure. */
  | {kind: 'start-eap'; port: string; mac: string; quietMs: number}
  | {kind: 'answer-authenticator'; to: Endpoint; bytes: Uint8Array}
  | {kind: 'set-port'; port: string; up: boolean}
  | {kind: 'http-respond'; requestId: string; response: HttpResponse}
  /** IP device tracking asks, by ARP or neighbour solicitation, whether a host is still there; if so, its answer comes back as a `frame`. */
  | {kind: 'probe-address'; port: string; mac: string; address: string};

/** What is in force on the ports. An ACL is installed once, by name, and serves every address that is bound to it. */
export type EnforcementChange =
  | {kind: 'install-acl'; acl: Acl; isForRedirect?: boolean}
  | {kind: 'remove-acl'; name: string}
  /**
  From now on packets from `address` entering `port` meet ACL `acl`, and no longer the one bound there before; `address`
  null: every IPv4 address not bound itself; `anyIpv6` (host.ts): every IPv6 address not bound itself.
  */
  | {kind: 'bind'; port: string; address: string | null; acl: string}
  | {kind: 'unbind'; port: string; address: string | null}
  /**
  TCP from `address` entering `port` that ACL `acl`, which is for redirect, permits goes to the switch's own HTTP server instead;
  the rest meets the ACL that is bound.
  */
  | {kind: 'redirect'; port: string; address: string; acl: string}
  | {kind: 'end-redirect'; port: string; address: string};

export interface NadSessionView {
  port: string;
  interface: string;
  mac: string;
  address: string | null;
  /** Those good beyond the link first. */
  ipv6Addresses: string[];
  userName: string;
  authorized: boolean;
  domain: 'DATA' | 'VOICE';
  /** Of its port. */
  hostMode: HostMode;
  sessionId: string;
  acctSessionId: string;
  handle: string;
  startedAtMs: number;
  accountingDueAtMs: number | null;
  /** The server's Session-Timeout; null: the switch's own `reauthIntervalMs` counts. */
  timeoutMs: number | null;
  /** When its authorization is over, or authenticated anew. */
  reauthDueAtMs: number | null;
  /** After a failed authentication: when the switch tries again. */
  restartDueAtMs: number | null;
  /** The server's answer is there, and its dACL is not in force yet. */
  applyingPolicy: boolean;
  /** The dACL as ISE names it (`#ACSACL#-IP-X-636b75ac`) or as the switch names one of the Accept's entries, once it is in force; null when none is. */
  acl: string | null;
  /** The dACL that the server gave and the switch holds for the session, in force or not (domain.md 11.21). */
  assignedAcl: string | null;
  /** Likewise, of IPv6. */
  ipv6Acl: string | null;
  assignedIpv6Acl: string | null;
  /** As RADIUS gave it, whether or not the switch has an access list of that name. */
  redirect: {url: string; acl: string} | null;
  server: string;
  methods: {method: 'dot1x' | 'mab'; state: 'Authc Success' | 'Authc Failed' | 'Running' | 'Stopped' | 'Not run'}[];
}

export interface NadView {
  hostname: string;
  reauthIntervalMs: number;
  sessions: NadSessionView[];
  /** Installed ACLs, in the order of installation. */
  acls: Acl[];
  bindings: {port: string; address: string | null; acl: string}[];
  ports: {port: string; interface: string; up: boolean; shutdown: boolean; errDisabled: boolean}[];
  /** What IP device tracking knows (`show ip device tracking all`). */
  tracking: {port: string; interface: string; mac: string; address: string; state: 'ACTIVE' | 'INACTIVE'}[];
  servers: NadServerView[];
  coa: {requests: number; acks: number; naks: number; discarded: number};
  generation: number;
  held: NadStep[];
  accountingIntervalMs: number;
  /** As in the settings: both at lab time 0. */
  uptimeMs: number;
  labEpochMs: number;
}

export interface NadServerView {
  name: string;
  address: string;
  authPort: number;
  acctPort: number;
  state: 'up' | 'dead';
  stateSinceMs: number;
  /** How often it was marked dead. */
  deaths: number;
  /** Both services together. */
  requests: number;
  timeouts: number;
  authentication: ServiceCounters & {accepts: number; rejects: number; challenges: number};
  accounting: ServiceCounters & {starts: number; interims: number; stops: number; responses: number};
}

/** `requests` does not count retransmissions; `timeouts` counts each time an answer did not come in time. */
export interface ServiceCounters {
  requests: number;
  timeouts: number;
  retransmissions: number;
  failovers: number;
}

/** Packets that met an entry of an installed ACL; `line` null is the implicit deny. */
export interface AceCount {
  acl: string;
  line: number | null;
  packets: number;
}
