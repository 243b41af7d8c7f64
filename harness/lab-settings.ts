/** What can be changed about a lab without changing its topology: dACLs, profile, facts, latencies, secrets. */

import {type Dot1xSettings, healthyDot1x} from '#harness/dot1x-settings.ts';
import {ipv6Dacls} from '#harness/ipv6-dacls.ts';
import type {LinkSetting} from '#harness/link-directions.ts';
import {nodesOf, type Topology} from '#harness/topology.ts';
import type {HostMode} from '#protocol/nad/contract.ts';
import type {HostFacts, Requirement} from '#protocol/posture/requirement.ts';

export type DaclPlace = 'compliant' | 'nonCompliant' | 'unknown';
export type Ipv6DaclPlace = `${DaclPlace}Ipv6`;

export interface LabSettings {
  /** The texts of the three dACLs, by posture status; and of those of IPv6, in a topology that has it. */
  dacl: Record<DaclPlace, string> & Partial<Record<Ipv6DaclPlace, string>>;
  profile: {
    /** A whole ISEPostureCFG.xml, instead of the lab's own; null: the lab's own. */
    xml: string | null;
    /** Elements to set in either, by XML name; null removes the element. */
    fields: Record<string, string | null>;
  };
  endpoint: {
    facts: HostFacts;
    /** ConnectionData.xml: FQDNs of PSNs met before. */
    knownPsns: string[];
    /** The adapter is on a Wi-Fi without 802.1X. */
    wireless: boolean;
    reportToUiDelayMs: number;
    probeHttpDelayMs: number;
    connectTimeoutMs: number;
    responseTimeoutMs: number;
    retryMs: number;
    probeWhenNonCompliant: boolean;
    backupPsnLimit: number;
  };
  nad: {
    coaDelayMs: number;
    reauthDelayMs: number;
    aclDownloadDelayMs: number;
    aclInstallDelayMs: number;
    ipdtDelayMs: number;
    daclFailure: 'deny' | 'permitOpen';
    ipUnknownPolicy: 'notEnforced' | 'anySource';
    /** `authentication host-mode`, and that of ports that have another. */
    hostMode: HostMode;
    hostModes: Record<string, HostMode>;
    /** `Auth-Default-ACL`: what passes before authorization. */
    preAuthAcl: string;
    /** Periodic re-authentication; 0: none. */
    reauthIntervalMs: number;
    radiusTimeoutMs: number;
    radiusAttempts: number;
    deadTimeMs: number;
    /** `radius-server dead-criteria time` and `tries`. */
    deadCriteriaTimeMs: number;
    deadCriteriaTries: number;
    /** The RADIUS secret that the switch has for each PSN, and takes CoA with. */
    secret: string;
    accounting: boolean;
    /** `aaa accounting update newinfo periodic`; 0: on new information only. */
    accountingIntervalMs: number;
    /** The switch tells the PSNs when it starts and reloads. */
    systemAccounting: boolean;
    /** Access-Requests carry the endpoint's address, once it is learnt (attribute 8). */
    framedIp: boolean;
    /** PSNs that may send CoA; null: all of the topology (domain.md 5.8). */
    coaClients: string[] | null;
    /** How far a CoA's Event-Timestamp may be off; 0: any. */
    coaWindowMs: number;
  };
  psn: {
    coaDelayMs: number;
    replicationDelayMs: number;
    replication: boolean;
    /** All PSNs are one node group. */
    nodeGroup: boolean;
    /** *Reauthentication* of the three authorization profiles: their timer in whole seconds; 0: none. */
    reauthTimerMs: number;
    reauthConnectivity: 'DEFAULT' | 'RADIUS_REQUEST';
    /** How the lists reach the switch: by name, to be downloaded, or entry by entry in the Access-Accept (per-user ACL). */
    aclDelivery: 'byName' | 'perUser';
    /** 0: off. */
    postureLeaseMs: number;
    /** The portal's *Bidirectional port*. */
    probePort: number;
    coaTimeoutMs: number;
    coaAttempts: number;
    /** The RADIUS secret that the PSNs have for the switch. */
    secret: string;
    /** Of the user `admin`, for the REST API. */
    apiPassword: string;
    /** PSNs whose server certificate comes from an authority nobody trusts. */
    untrusted: string[];
    /** Names and addresses in the server certificates of all PSNs (SAN); null: in each its own. */
    certificateNames: string[] | null;
    requirements: Requirement[];
    /** PSNs that the other PSNs send their syslog to (domain.md 6.7). */
    syslogTargets: string[];
    syslogPort: number;
    /** Elements in which the profile of client provisioning is another than the endpoints' own; null removes one. */
    profileFields: Record<string, string | null>;
  };
  redirect: {
    /** The redirect flow of domain.md 4.1: the rule for Unknown redirects, and agents begin with stage 1 of discovery. */
    enabled: boolean;
    /** Name of the redirect access list, as the PSNs send it. */
    aclName: string;
    /** Name and text of the one that the switch has; permit means redirect. */
    nadAclName: string;
    acl: string;
    /** *HTTPS port* of the portal that is redirected to. Another than 8443 makes a custom portal, with the bidirectional port below. */
    portalPort: number;
    bidirectionalPort: number;
  };
  /** `dot1x`: 802.1X first, then MAB (domain.md 5.1). */
  auth: 'mab' | 'dot1x';
  dot1x: Dot1xSettings;
  /** How far clocks are ahead of the lab's, in milliseconds, by node; below 0: behind. */
  clocks: Record<string, number>;
  /** How links misbehave from the start, beyond what the topology declares. */
  links: LinkSetting[];
  /** Lab seconds per real second, in containers. */
  timeScale: number;
}

export const domainName = 'posturelab.test';

export function fqdn(node: string): string {
  return `${node}.${domainName}`;
}

/** Every PSN's portal, as the lab's own profile has them (`FQDN:8443`, domain.md 4.3). */
export function callHomeList(topology: Topology): string[] {
  return nodesOf(topology, 'psn').map(([name]) => `${fqdn(name)}:8443`);
}

/** A healthy network: the dACLs that Cisco asks for, and the profile values of TAC 222483's sample. */
export function defaultSettings(topology: Topology): LabSettings {
  const psns = nodesOf(topology, 'psn').map(([, psn]) => psn.address.split('/')[0] ?? '');
  return {
    dacl: {
      compliant: compliantDacl(psns),
      nonCompliant: nonCompliantDacl(psns),
      unknown: unknownDacl(psns),
      ...ipv6Dacls(topology),
    },
    profile: {xml: null, fields: {}},
    endpoint: {
      facts: {firewall: true, 'antivirus.definitionsAgeDays': 1, 'disk.encrypted': true},
      knownPsns: [],
      wireless: false,
      reportToUiDelayMs: 0,
      probeHttpDelayMs: 0,
      connectTimeoutMs: 2000,
      responseTimeoutMs: 5000,
      retryMs: 5000,
      probeWhenNonCompliant: false,
      backupPsnLimit: 2,
    },
    nad: {
      coaDelayMs: 0,
      reauthDelayMs: 0,
      aclDownloadDelayMs: 0,
      aclInstallDelayMs: 0,
      ipdtDelayMs: 0,
      daclFailure: 'deny',
      ipUnknownPolicy: 'notEnforced',
      hostMode: 'multi-auth',
      hostModes: nodesOf(topology, 'nad')[0]?.[1].hostModes ?? {},
      preAuthAcl,
      reauthIntervalMs: 0,
      radiusTimeoutMs: 5000,
      radiusAttempts: 3,
      deadTimeMs: 900_000,
      deadCriteriaTimeMs: 10_000,
      deadCriteriaTries: 3, // with the line above: the sample that domain.md 7.4 cites
      secret: 'posturelab-radius-secret',
      accounting: true,
      accountingIntervalMs: 172_800_000, // TAC 222483
      systemAccounting: false,
      framedIp: true,
      coaClients: null,
      coaWindowMs: 300_000,
    },
    psn: {
      coaDelayMs: 0,
      replicationDelayMs: 0,
      replication: true,
      nodeGroup: false,
      reauthTimerMs: 0,
      reauthConnectivity: 'RADIUS_REQUEST',
      aclDelivery: 'byName',
      postureLeaseMs: 0,
      probePort: 8449,
      coaTimeoutMs: 5000,
      coaAttempts: 3,
      secret: 'posturelab-radius-secret',
      apiPassword: 'posturelab',
      untrusted: [],
      certificateNames: null,
      requirements: [
        {name: 'Firewall_On', fact: 'firewall', operator: 'equals', value: true, enforcement: 'mandatory'},
        {
          name: 'AV_Definitions_Recent',
          fact: 'antivirus.definitionsAgeDays',
          operator: 'atMost',
          value: 7,
          enforcement: 'mandatory',
        },
        {name: 'Disk_Encrypted', fact: 'disk.encrypted', operator: 'equals', value: true, enforcement: 'audit'},
      ],
      syslogTargets: [],
      syslogPort: 20_514, // of ISE's own log collector (recall)
      profileFields: {},
    },
    redirect: {
      enabled: false,
      aclName: 'ACL-POSTURE-REDIRECT',
      nadAclName: 'ACL-POSTURE-REDIRECT',
      acl: redirectAcl(psns),
      portalPort: 8443,
      bidirectionalPort: 8449,
    },
    auth: 'mab',
    dot1x: healthyDot1x,
    clocks: {},
    links: [],
    timeScale: 10,
  };
}

/** One deny a PSN at the top, the rest is free (TAC 222483, domain.md 8.4). */
export function compliantDacl(psnAddresses: string[], probePort = 8449): string {
  return [...denies(psnAddresses, probePort), 'permit ip any any'].join('\n');
}

/** Quarantine: nothing but names and remediation; the probe port closed, because the status is known. */
export function nonCompliantDacl(psnAddresses: string[], probePort = 8449): string {
  return [
    ...denies(psnAddresses, probePort),
    ...basics,
    ...psnAddresses.flatMap(address => [
      `permit tcp any host ${address} eq 8443`,
      `permit tcp any host ${address} eq 8905`,
    ]),
    'deny ip any any',
  ].join('\n');
}

/** What IOS has on a closed port before authorization: DHCP and nothing else (ours after recall; domain.md 5.6 has the name). */
const preAuthAcl = [
  'permit udp any range bootps 65347 any range bootpc 65348',
  'permit udp any any range bootps 65347',
  'deny ip any any',
].join('\n');

/** Before posture: names, DHCP, and the PSNs' portal, posture and probe ports. */
export function unknownDacl(psnAddresses: string[], probePort = 8449): string {
  return [
    ...basics,
    ...psnAddresses.flatMap(address =>
      [8443, 8905, probePort].map(port => `permit tcp any host ${address} eq ${port}`),
    ),
    'permit icmp any any',
    'deny ip any any',
  ].join('\n');
}

/** Web traffic to anybody but the PSNs (domain.md 5.3). */
export function redirectAcl(psnAddresses: string[]): string {
  return [...psnAddresses.map(address => `deny ip any host ${address}`), 'permit tcp any any eq www'].join('\n');
}

const basics = ['permit udp any any eq domain', 'permit udp any eq bootpc any eq bootps'];

function denies(psnAddresses: string[], probePort: number): string[] {
  return psnAddresses.map(address => `deny tcp any host ${address} eq ${probePort}`);
}
