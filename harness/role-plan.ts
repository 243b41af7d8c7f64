/** From a topology and settings to what each role is given: the same in containers and in virtual time. Pure. */

import {deskPlan} from '#harness/desk-switch.ts';
import type {Dot1xSettings} from '#harness/dot1x-settings.ts';
import {hostModesFor} from '#harness/host-mode-plan.ts';
import {NoSuchNodeError} from '#harness/lab.ts';
import {callHomeList, fqdn, type LabSettings} from '#harness/lab-settings.ts';
import {policyOf} from '#harness/policy-plan.ts';
import {profileXml} from '#harness/profile-xml.ts';
import {labEpochS} from '#harness/psn-handle.ts';
import {customPortalsOf, namesOf} from '#harness/redirect-plan.ts';
import {routerLinkLocal, slaacAddresses} from '#harness/slaac.ts';
import {syslogTargetsOf} from '#harness/syslog-plan.ts';
import {accessPorts, type NodeOfKind, nodesOf, type Topology} from '#harness/topology.ts';
import type {DeskSwitchSettings} from '#images/desk-switch/settings.ts';
import type {EndpointNodeSettings} from '#images/endpoint/settings.ts';
import type {NadNodeSettings} from '#images/nad/settings.ts';
import type {NadSettings} from '#protocol/nad/contract.ts';
import type {PsnSettings} from '#protocol/psn/contract.ts';

/** An endpoint's settings but for what its operating system trusts, and with the kind of certificate it has for itself. */
export type EndpointPlan = Omit<EndpointNodeSettings, 'ca' | 'supplicant'> & {supplicant: SupplicantPlan | null};

export type SupplicantPlan = Pick<Dot1xSettings, 'eap' | 'user' | 'password' | 'clientCertificate'>;

export type RolePlan =
  | {node: string; kind: 'endpoint'; settings: EndpointPlan}
  | {node: string; kind: 'nad'; settings: NadNodeSettings}
  | {node: string; kind: 'psn'; settings: PsnPlan}
  | {node: string; kind: 'desk-switch'; settings: DeskSwitchSettings};

export type PsnPlan = PsnSettings & {ipv6Address: string | null};

/** One plan a node, in the order of declaration. */
export function planRoles(topology: Topology, settings: LabSettings): RolePlan[] {
  const profiles = profilesOf(topology, settings);
  refuseUnknownClocks(topology, settings);
  return Object.entries(topology.nodes).map(([node, declared]): RolePlan => {
    if (declared.kind === 'desk-switch')
      return {node, kind: 'desk-switch', settings: deskPlan(topology, node, declared)};
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
          ipv6Names: ipv6HostsOf(topology),
          leases: nodesOf(topology, 'endpoint')
            .filter(([, endpoint]) => endpoint.dhcp === true)
            .map(([, endpoint]) => ({mac: endpoint.mac, address: addressOf(endpoint)})),
        },
      };
    return {
      node,
      kind: 'psn',
      settings: {
        ...planPsn(topology, node, declared, settings),
        clockOffsetMs,
        ipv6Address: declared.ipv6Address === undefined ? null : withoutLength(declared.ipv6Address),
        agentProfile: profiles.provisioned,
      },
    };
  });
}

function refuseUnknownClocks({nodes}: Topology, {clocks}: LabSettings): void {
  const withClock = Object.keys(nodes).filter(node => nodes[node]?.kind !== 'desk-switch');
  for (const node of Object.keys(clocks)) if (!withClock.includes(node)) throw new NoSuchNodeError(node, withClock);
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
    slaac: slaacOf(topology, endpoint),
    hosts: hostsOf(topology),
    phone: endpoint.phone ?? false,
    supplicant:
      endpoint.phone !== true && settings.auth === 'dot1x' && settings.dot1x.supplicant === 'running'
        ? settings.dot1x
        : null,
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

/** null: it has no IPv6. */
function slaacOf(topology: Topology, {ipv6, mac}: NodeOfKind<'endpoint'>): EndpointPlan['slaac'] {
  const [[, nad] = []] = nodesOf(topology, 'nad');
  return ipv6 === undefined || nad?.ipv6Address === undefined
    ? null
    : slaacAddresses(mac, withoutLength(nad.ipv6Address));
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
    ipv6Addresses: nad.ipv6Address === undefined ? [] : [routerLinkLocal, withoutLength(nad.ipv6Address)],
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
    hostModes: hostModesFor(accessPorts(topology, node), settings.hostModes),
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
    policy: policyOf(settings, phonesOf(topology)),
    replication: own.replication,
    coa: {timeoutMs: own.coaTimeoutMs, attempts: own.coaAttempts},
    postureLeaseMs: own.postureLeaseMs,
    sessionLimit: 100_000,
    labEpochMs: labEpochS * 1000,
    delaysMs: {coa: own.coaDelayMs, replication: own.replicationDelayMs},
    persisted: null,
  };
}

/** Their MACs. */
function phonesOf(topology: Topology): string[] {
  return nodesOf(topology, 'endpoint').flatMap(([, {mac, phone}]) => (phone ? [mac] : []));
}

/** A switch that has been without power counts its uptime anew, and with it the last third of its audit-session-ids (domain.md 5.2). */
export function switchRestarted<Settings extends NadSettings>(settings: Settings, nowMs: number): Settings {
  return {...settings, uptimeMs: -nowMs};
}

/** Between the two RADIUS servers of a PSN, and between a switch's authenticator and its proxy: it never leaves a container. */
const loopbackSecret = 'posturelab-loopback-secret';

/** What the endpoints begin with, and what client provisioning has for them. */
function profilesOf(topology: Topology, {profile, psn}: LabSettings): {installed: string; provisioned: string} {
  const installed = profileXml(profile, callHomeList(topology));
  if (Object.keys(psn.profileFields).length === 0) return {installed, provisioned: installed};
  const fields = {...profile.fields, ...psn.profileFields};
  return {installed, provisioned: profileXml({...profile, fields}, callHomeList(topology))};
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

/** The same of IPv6: those that have it. */
export function ipv6HostsOf(topology: Topology): Record<string, string> {
  return Object.fromEntries(
    nodesOf(topology, 'psn').flatMap(([name, {ipv6Address}]) =>
      ipv6Address === undefined ? [] : [[fqdn(name), withoutLength(ipv6Address)]],
    ),
  );
}

/** A node's address without its prefix length. */
export function addressOf(node: {address: string}): string {
  return withoutLength(node.address);
}

function withoutLength(address: string): string {
  return address.split('/')[0] ?? '';
}
