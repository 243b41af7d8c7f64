/** From a topology and settings to what each role is given: the same in containers and in virtual time. Pure. */

import type {Dot1xSettings} from '#harness/dot1x-settings.ts';
import {NoSuchNodeError} from '#harness/lab.ts';
import {callHomeList, fqdn, type LabSettings} from '#harness/lab-settings.ts';
import {profileXml} from '#harness/profile-xml.ts';
import {labEpochS} from '#harness/psn-handle.ts';
import {customPortalsOf, namesOf, redirectPortalOf} from '#harness/redirect-plan.ts';
import {syslogTargetsOf} from '#harness/syslog-plan.ts';
import {accessPorts, type NodeOfKind, nodesOf, type Topology} from '#harness/topology.ts';
import type {EndpointNodeSettings} from '#images/endpoint/settings.ts';
import type {NadNodeSettings} from '#images/nad/settings.ts';
import type {NadSettings} from '#protocol/nad/contract.ts';
import type {Policy, PsnSettings} from '#protocol/psn/contract.ts';

/** An endpoint's settings but for what its operating system trusts, and with the kind of certificate it has for itself. */
export type EndpointPlan = Omit<EndpointNodeSettings, 'ca' | 'supplicant'> & {supplicant: SupplicantPlan | null};

export type SupplicantPlan = Pick<Dot1xSettings, 'eap' | 'user' | 'password' | 'clientCertificate'>;

export type RolePlan =
  | {node: string; kind: 'endpoint'; settings: EndpointPlan}
  | {node: string; kind: 'nad'; settings: NadNodeSettings}
  | {node: string; kind: 'psn'; settings: PsnSettings};

/** One plan a node, in the order of declaration. */
export function planRoles(topology: Topology, settings: LabSettings): RolePlan[] {
  const profiles = profilesOf(topology, settings);
  refuseUnknownClocks(topology, settings);
  return Object.entries(topology.nodes).map(([node, declared]): RolePlan => {
    const clockOffsetMs = settings.clocks[node] ?? 0;
    if (declared.kind === 'endpoint')
      return {
        node,
        kind: 'endpoint',
        settings: {...planEndpoint(topology, declared, settings), clockOffsetMs, profileXml: profiles.installed},
      };
    if (declared.kind === 'nad')
      return {
        node,
        kind: 'nad',
        settings: {
          ...planNad(topology, node, declared, settings),
          clockOffsetMs,
          names: {...namesOf(settings), ...hostsOf(topology)},
          leases: nodesOf(topology, 'endpoint')
            .filter(([, endpoint]) => endpoint.dhcp === true)
            .map(([, endpoint]) => ({mac: endpoint.mac, address: addressOf(endpoint)})),
        },
      };
    return {
      node,
      kind: 'psn',
      settings: {...planPsn(topology, node, declared, settings), clockOffsetMs, agentProfile: profiles.provisioned},
    };
  });
}

function refuseUnknownClocks({nodes}: Topology, {clocks}: LabSettings): void {
  for (const node of Object.keys(clocks))
    if (!Object.hasOwn(nodes, node)) throw new NoSuchNodeError(node, Object.keys(nodes));
}

function planEndpoint(
  topology: Topology,
  endpoint: NodeOfKind<'endpoint'>,
  settings: LabSettings,
): Omit<EndpointPlan, 'profileXml' | 'clockOffsetMs'> {
  const {facts, wireless, knownPsns, probeWhenNonCompliant, backupPsnLimit} = settings.endpoint;
  return {
    macs: [endpoint.mac],
    addresses: [addressOf(endpoint)],
    interface: 'eth0',
    gateway: endpoint.gateway,
    dhcp: endpoint.dhcp ?? false,
    hosts: hostsOf(topology),
    supplicant: settings.auth === 'dot1x' && settings.dot1x.supplicant === 'running' ? settings.dot1x : null,
    stageOne: settings.redirect.enabled ? {gateway: endpoint.gateway} : null,
    facts: {...facts, ...endpoint.facts},
    knownPsns,
    wireless,
    labEpochMs: labEpochS * 1000,
    timeouts: {
      connectMs: settings.endpoint.connectTimeoutMs,
      responseMs: settings.endpoint.responseTimeoutMs,
      retryMs: settings.endpoint.retryMs,
    },
    backupPsnLimit,
    probeWhenNonCompliant,
    delaysMs: {'report-to-ui': settings.endpoint.reportToUiDelayMs, 'probe-http': settings.endpoint.probeHttpDelayMs},
  };
}

function planNad(
  topology: Topology,
  node: string,
  nad: NodeOfKind<'nad'>,
  {nad: settings, auth, dot1x, redirect}: LabSettings,
): Omit<NadSettings, 'clockOffsetMs'> {
  const addresses = new Map(nodesOf(topology, 'psn').map(([name, psn]) => [name, addressOf(psn)]));
  return {
    hostname: node,
    nasAddress: addressOf(nad),
    accessPorts: accessPorts(topology, node).map(port => ({port, interface: iosInterface(port)})),
    radiusServers: nad.radiusServers.map(name => ({
      name,
      address: addresses.get(name) ?? '',
      authPort: 1812,
      acctPort: 1813,
      secret: settings.secret,
    })),
    radius: {
      timeoutMs: settings.radiusTimeoutMs,
      attempts: settings.radiusAttempts,
      deadTimeMs: settings.deadTimeMs,
      deadCriteria: {timeMs: settings.deadCriteriaTimeMs, tries: settings.deadCriteriaTries},
    },
    coaClients: [...addresses]
      .filter(([name]) => settings.coaClients === null || settings.coaClients.includes(name))
      .map(([, address]) => ({address, secret: settings.secret})),
    coaPort: 1700,
    coaWindowMs: settings.coaWindowMs,
    hostMode: settings.hostMode,
    reauthIntervalMs: settings.reauthIntervalMs,
    dot1x:
      auth === 'dot1x'
        ? {
            authenticatorSecret: loopbackSecret,
            order: dot1x.order,
            priority: dot1x.priority,
            txPeriodMs: dot1x.txPeriodMs,
            maxReauthRequests: dot1x.maxReauthRequests,
          }
        : null,
    preAuthAcl: settings.preAuthAcl,
    redirectAcls: redirect.enabled ? [{name: redirect.nadAclName, text: redirect.acl}] : [],
    daclFailure: settings.daclFailure,
    ipUnknownPolicy: settings.ipUnknownPolicy,
    sendsAccounting: settings.accounting,
    sendsSystemAccounting: settings.systemAccounting,
    sendsFramedIp: settings.framedIp,
    accountingIntervalMs: settings.accountingIntervalMs,
    uptimeMs: 0x679e_0000,
    labEpochMs: labEpochS * 1000,
    delaysMs: {
      coa: settings.coaDelayMs,
      reauth: settings.reauthDelayMs,
      'acl-download': settings.aclDownloadDelayMs,
      'acl-install': settings.aclInstallDelayMs,
      ipdt: settings.ipdtDelayMs,
    },
  };
}

function planPsn(
  topology: Topology,
  node: string,
  psn: NodeOfKind<'psn'>,
  settings: LabSettings,
): Omit<PsnSettings, 'agentProfile' | 'clockOffsetMs'> {
  const {psn: own} = settings;
  const psns = nodesOf(topology, 'psn');
  return {
    name: node,
    fqdn: fqdn(node),
    address: addressOf(psn),
    ports: {
      authentication: 1812,
      accounting: 1813,
      portal: 8443,
      posture: 8905,
      probe: own.probePort,
      messaging: 8671,
      nodeGroup: own.nodeGroup ? 7800 : null,
      api: 443,
      syslog: own.syslogTargets.includes(node) ? own.syslogPort : null,
    },
    mnt: {
      isPersona: psns[0]?.[0] === node,
      credentials: Buffer.from(`admin:${own.apiPassword}`).toString('base64'),
    },
    customPortals: customPortalsOf(settings),
    peers: psns
      .filter(([name]) => name !== node)
      .map(([name, peer]) => ({name, fqdn: fqdn(name), address: addressOf(peer)})),
    syslogTargets: syslogTargetsOf(own, node, new Map(psns.map(([name, peer]) => [name, addressOf(peer)]))),
    networkDevices: nodesOf(topology, 'nad').map(([name, nad]) => ({
      name,
      address: addressOf(nad),
      secret: own.secret,
      coaPort: 1700,
    })),
    eapServer:
      settings.auth === 'dot1x'
        ? {
            port: 18120,
            secret: loopbackSecret,
            users: [{name: settings.dot1x.user, password: settings.dot1x.storedPassword}],
          }
        : null,
    policy: policyOf(settings),
    replication: own.replication,
    coa: {timeoutMs: own.coaTimeoutMs, attempts: own.coaAttempts},
    postureLeaseMs: own.postureLeaseMs,
    sessionLimit: 100_000,
    labEpochMs: labEpochS * 1000,
    delaysMs: {coa: own.coaDelayMs, replication: own.replicationDelayMs},
    persisted: null,
  };
}

/** A switch that has been without power counts its uptime anew, and with it the last third of its audit-session-ids (domain.md 5.2). */
export function switchRestarted<Settings extends NadSettings>(settings: Settings, nowMs: number): Settings {
  return {...settings, uptimeMs: -nowMs};
}

/** Between the two RADIUS servers of a PSN, and between a switch's authenticator and its proxy: it never leaves a container. */
const loopbackSecret = 'posturelab-loopback-secret';

/** Names of the three dACLs, profiles and rules of every lab. */
export const daclNames = {
  compliant: 'Posture_Compliant',
  nonCompliant: 'Posture_NonCompliant',
  unknown: 'Posture_Unknown',
} as const;

/** What the endpoints begin with, and what client provisioning has for them. */
function profilesOf(topology: Topology, {profile, psn}: LabSettings): {installed: string; provisioned: string} {
  const installed = profileXml(profile, callHomeList(topology));
  if (Object.keys(psn.profileFields).length === 0) return {installed, provisioned: installed};
  const fields = {...profile.fields, ...psn.profileFields};
  return {installed, provisioned: profileXml({...profile, fields}, callHomeList(topology))};
}

function policyOf(settings: LabSettings): Policy {
  const {dacl, psn, redirect} = settings;
  const timerS = Math.ceil(psn.reauthTimerMs / 1000);
  const reauth = timerS === 0 ? {} : {reauth: {timerS, connectivity: psn.reauthConnectivity}};
  const savedAtS = 0x636b_75ac; // the version suffix of TAC 222483
  return {
    dacls: [
      {name: daclNames.compliant, text: dacl.compliant, savedAtS},
      {name: daclNames.nonCompliant, text: dacl.nonCompliant, savedAtS},
      {name: daclNames.unknown, text: dacl.unknown, savedAtS},
    ],
    profiles: [
      {name: 'Posture-Compliant-AP', access: 'ACCESS_ACCEPT', daclName: daclNames.compliant, ...reauth},
      {name: 'Posture-NonCompliant-AP', access: 'ACCESS_ACCEPT', daclName: daclNames.nonCompliant, ...reauth},
      {
        name: 'Posture-Unknown-AP',
        access: 'ACCESS_ACCEPT',
        daclName: daclNames.unknown,
        ...reauth,
        ...(redirect.enabled ? {redirect: {acl: redirect.aclName, portal: redirectPortalOf(settings)}} : {}),
      },
    ],
    rules: [
      {name: 'Posture-Compliant', postureStatus: 'Compliant', profile: 'Posture-Compliant-AP'},
      {name: 'Posture-NonCompliant', postureStatus: 'NonCompliant', profile: 'Posture-NonCompliant-AP'},
      {name: 'Posture-Unknown', postureStatus: 'Unknown', profile: 'Posture-Unknown-AP'},
    ],
    requirements: psn.requirements,
  };
}

const interfaceTypes: Record<string, string> = {fa: 'FastEthernet', gi: 'GigabitEthernet', te: 'TenGigabitEthernet'};

/** `fa0-12` as the CLI has it: `FastEthernet0/12`. Names of another shape stay as they are. */
function iosInterface(port: string): string {
  const [, type = '', rest = ''] = /^([a-z]+)(\d.*)$/.exec(port) ?? [];
  const long = interfaceTypes[type];
  return long === undefined ? port : `${long}${rest.replaceAll('-', '/')}`;
}

/** The PSNs, FQDN to address. */
export function hostsOf(topology: Topology): Record<string, string> {
  return Object.fromEntries(nodesOf(topology, 'psn').map(([name, psn]) => [fqdn(name), addressOf(psn)]));
}

/** A node's address without its prefix length. */
export function addressOf(node: {address: string}): string {
  return node.address.split('/')[0] ?? '';
}
