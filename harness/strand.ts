/**
Which events of a lab are in an order of their own: a strand, things that one actor does one after the other. Switch and PSN do as many
things at once as there are hosts, so where there are several each host has strands of its own there.
*/
import {familyOf} from '#protocol/dacl/ip-address.ts';
import type {LabEvent} from '#protocol/event.ts';
import {isLinkLocal} from '#protocol/nad/host.ts';

type Kinds = readonly LabEvent['kind'][];

/** What a node does for itself. What is in no strand depends on speed: how often discovery was tried before somebody answered, when a peer was told. */
const own = {
  agent: [
    'service-started',
    'profile-refused',
    'network-changed',
    'scan-not-required',
    'profile-provisioned',
    'provisioning-failed',
    'psn-found',
    'requirement-checked',
    'remediation-started',
    'report-sent',
    'status-shown',
    'sync-started',
    'sync-off',
    'probe-sent',
    'probe-blocked',
    'probe-answered',
    'probe-unusable',
    'sync-round-finished',
    'posture-change-seen',
    'discovery-restarted',
    'sync-stopped',
    'sync-disabled',
  ],
  lease: ['lease-obtained', 'lease-renewed', 'lease-lost'],
  supplicant: ['eap-succeeded', 'eap-failed'],
  gates: ['gate-held', 'gate-reached', 'gate-released'],
} as const satisfies Record<string, Kinds>;

/** What switch and PSN do for hosts. */
const forHosts = {
  session: [
    'link-up',
    'link-down',
    'authentication-started',
    'dot1x-timed-out',
    'security-violation',
    'session-authorized',
    'authorization-failed',
    'acl-installed',
    'acl-install-failed',
    'redirect-installed',
    'redirect-acl-missing',
    'coa-received',
    'coa-answered',
    'session-ended',
  ],
  withdrawal: ['acl-withdrawn', 'redirect-withdrawn'],
  download: ['acl-download-started', 'acl-downloaded', 'acl-download-failed'],
  accounting: ['accounting-sent', 'accounting-unanswered', 'accounting-received'],
  cache: ['session-created', 'session-removed'],
  radius: ['access-accepted', 'access-rejected', 'acl-served', 'acl-refused'],
  posture: ['provisioning-mismatch', 'posture-reported', 'posture-settled'],
  coa: ['coa-sent', 'coa-acknowledged', 'coa-refused', 'coa-unanswered', 'session-terminated'],
  probes: ['probe-received', 'alarm-raised'],
} as const satisfies Record<string, Kinds>;

/**
Where several hosts have a dACL, one download serves all who wait for it, and who comes later finds it there, or gone with the last
who had it: how often it is fetched is a matter of speed.
*/
const fetches = 'fetches of ';
export const isOfFetches = (strand: string): boolean => strand.includes(` ${fetches}`);

/** Who takes part in a timeline, and which strand each of its events belongs to. */
export class Strands {
  readonly #macs = new Map<string, string>();
  readonly #late: ReadonlySet<string>;
  readonly #severalHosts: boolean;

  constructor(timeline: readonly LabEvent[]) {
    for (const event of timeline) {
      if ('sessionId' in event && 'mac' in event && event.sessionId !== null)
        this.#macs.set(event.sessionId, event.mac);
    }
    this.#severalHosts = new Set(this.#macs.values()).size > 1;
    this.#late = lateAddresses(timeline);
  }

  /** `undefined`: it belongs to none. */
  of(event: LabEvent): string | undefined {
    const mine = nameIn(own, event);
    if (mine !== undefined) return `${event.node} ${mine}`;
    const name = nameIn(forHosts, event);
    if (name === undefined || this.#tellsLateAddress(event) || isAtLinkLocal(event)) return undefined;
    const strand = `${event.node} ${name}`;
    if ('address' in event && this.#late.has(event.address)) return `${strand} at ${event.address}`;
    if (!this.#severalHosts) return strand;
    const host = this.#subjectOf(event);
    if (host === undefined && 'acl' in event) return `${event.node} ${fetches}${event.acl}`;
    return `${strand} of ${host ?? ('port' in event ? event.port : 'all')}`;
  }

  /** Whose session it is; `undefined`: nobody's that the timeline knows. */
  hostOf(sessionId: string): string | undefined {
    return this.#severalHosts ? this.#macs.get(sessionId) : undefined;
  }

  #subjectOf(event: LabEvent): string | undefined {
    if ('mac' in event) return event.mac;
    return 'sessionId' in event && event.sessionId !== null ? this.#macs.get(event.sessionId) : undefined;
  }

  /** With the Start, or by an Interim-Update of its own. */
  #tellsLateAddress(event: LabEvent): boolean {
    return this.#late.size > 0 && 'status' in event && event.status === 'Interim-Update';
  }
}

/**
An address that a host comes to have while the switch authenticates it (by DHCP, by SLAAC) is learnt before the session is authorized or
after: its kernel and RADIUS do not know of each other. So what is in force at it has no order with the session. With IPv6 that goes for
the IPv4 address as well: what begins the authentication is the kernel's first word of IPv6, long before the agent's of IPv4.
*/
function lateAddresses(timeline: readonly LabEvent[]): Set<string> {
  const leased = timeline.filter(event => event.kind === 'lease-obtained');
  const learnt = timeline.filter(event => event.kind === 'address-learnt');
  const hasIpv6 = learnt.some(({address}) => familyOf(address) === 'ipv6');
  return new Set([...leased, ...(hasIpv6 ? learnt : [])].map(({address}) => address));
}

/** A kernel whose carrier was gone, or that was silent, tells its neighbours of its link-local address again, or does not (seen in containers). */
function isAtLinkLocal(event: LabEvent): boolean {
  return 'address' in event && isLinkLocal(event.address);
}

function nameIn(strands: Record<string, Kinds>, {kind}: LabEvent): string | undefined {
  return Object.entries(strands).find(([, kinds]) => kinds.includes(kind))?.[0];
}
