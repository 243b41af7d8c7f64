import type {Acl} from '#protocol/dacl/acl.ts';

/** A host on a port: what the switch knows of it, and how far its authentication is (domain.md 5.1, 5.2). */
export interface Session {
  /** The audit-session-id: 24 hexadecimal digits. */
  readonly id: string;
  readonly port: string;
  /** `00:50:56:A8:BE:02` */
  readonly mac: string;
  /** The number within the id; also the Acct-Session-Id. */
  readonly counter: number;
  readonly handle: string;
  readonly startedAtMs: number;
  /** From RADIUS, where it names one; otherwise what was asked for. */
  userName: string;
  /** The method that authenticates it now, or did last. */
  method: AccessMethod;
  attempt: Attempt;
  /** What the last successful authentication gave. It holds while the next one is under way. */
  grant: Grant | null;
  /** A grant has been in force, and nothing has taken it away since. */
  authorized: boolean;
  /** From Start to Stop. `dueAtMs`: the next periodic record. */
  accounting: {startedAtMs: number; dueAtMs: number | null} | null;
}

export type AccessMethod = 'dot1x' | 'mab';

/** How far an authentication is. `none`: the last one is done. */
export type Attempt =
  | {kind: 'none'}
  /** Before its Access-Request (step `reauth`). */
  | {kind: 'waiting'}
  | {kind: 'asking'; abandon: () => void}
  /** 802.1X: it is the host's turn until `dueAtMs`, or, while `abandon` is there, the RADIUS server's. `next`: if it says nothing. */
  | {
      kind: 'eap';
      requests: number;
      dueAtMs: number;
      server: string | null;
      abandon: (() => void) | null;
      next: 'mab' | null;
    }
  /** Before or while the dACL is downloaded. */
  | {kind: 'fetching'; policy: Policy}
  /** Has everything, waits for the step `acl-install`. */
  | {kind: 'installing'; policy: Policy}
  /** `authenticated`: RADIUS said yes, and what it gave could not be applied. */
  | {kind: 'failed'; authenticated: boolean; restartAtMs: number};

/** What an Access-Accept says. */
export interface Policy {
  server: string;
  /** `#ACSACL#-IP-<name>-<hex8>`, or the name that the switch gave to entries of the Accept; null: no list, everything is permitted. */
  acl: string | null;
  /** Likewise, `#ACSACL#-IPV6-<name>-<hex8>`; null: none, and then nothing of IPv6 passes. Ours: no source tells what IOS does. */
  ipv6Acl: string | null;
  /** Those of the two that came entry by entry. */
  perUserAcls: Acl[];
  redirect: Redirect | null;
  userName: string | null;
  /** `device-traffic-class=voice` makes a host a phone. */
  domain: 'DATA' | 'VOICE';
  timeout: SessionTimeout | null;
  /** Class attributes, echoed in accounting. */
  classes: Uint8Array[];
}

/** Session-Timeout and Termination-Action: how long the authorization holds, and what comes then (RFC 2865 5.27, 5.29; RFC 3580 3.17). */
export interface SessionTimeout {
  afterMs: number;
  action: 'reauthenticate' | 'end';
}

/** `url-redirect` and `url-redirect-acl` (domain.md 5.3). */
export interface Redirect {
  url: string;
  /** Name of an access list of the switch's own, in which permit means redirect. */
  acl: string;
}

export interface Grant {
  policy: Policy;
  /** The dACLs of it that were told to be installed. */
  toldAcls: Set<string>;
  /** The kernel has all that the policy asks for, and this was told. */
  confirmed: boolean;
  /** When it is over, or authenticated anew; null: not yet in force, or never. */
  reauthDueAtMs: number | null;
}

/**
24 hexadecimal digits: the NAS address, the session counter, and the switch's uptime in milliseconds (domain.md 5.2). The last
third is uptime and not the time of day: as seconds of an epoch, `679EAF14` would be three years after the log it stands in.
*/
export function auditSessionId(nasAddress: string, counter: number, uptimeMs: number): string {
  const address = nasAddress.split('.').map(byte => Number(byte).toString(16).padStart(2, '0'));
  return (address.join('') + hex8(counter) + hex8(Math.floor(uptimeMs))).toUpperCase();
}

/** The lower 32 bits, as eight upper-case hexadecimal digits. */
export function hex8(value: number): string {
  return (value % 2 ** 32).toString(16).padStart(8, '0').toUpperCase();
}

export function newSession(
  {port, mac, nasAddress}: {port: string; mac: string; nasAddress: string},
  counter: number,
  {uptimeMs, nowMs}: {uptimeMs: number; nowMs: number},
): Session {
  const id = auditSessionId(nasAddress, counter, uptimeMs);
  return {
    id,
    port,
    mac,
    counter,
    handle: `0x${id.slice(-2)}${hex8(counter).slice(-6)}`, // a handle's first byte varies on real switches; its origin is ours
    startedAtMs: nowMs,
    userName: mabUserName(mac),
    method: 'mab',
    attempt: {kind: 'none'},
    grant: null,
    authorized: false,
    accounting: null,
  };
}

/** `mab request format attribute 1` by default: lower case, no separators. */
export function mabUserName(mac: string): string {
  return mac.replaceAll(':', '').toLowerCase();
}

/** The dACLs that a policy names. */
export function aclsIn({acl, ipv6Acl}: Policy): string[] {
  return [acl, ipv6Acl].filter(name => name !== null);
}

/** The dACLs that a session has or is about to have. */
export function aclsOf({grant, attempt}: Session): string[] {
  const policies = [grant?.policy, 'policy' in attempt ? attempt.policy : undefined];
  return policies.flatMap(policy => (policy ? aclsIn(policy) : []));
}

/** `undefined`: that is not known yet. */
export function domainOf({attempt, grant}: Session): Policy['domain'] | undefined {
  return 'policy' in attempt ? attempt.policy.domain : grant?.policy.domain;
}
