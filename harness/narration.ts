/** Events told to people: who did what, and why it matters. One sentence each; fields as engineers know them. */

import type {EventOf, LabEvent, LabEventKind} from '#protocol/event.ts';
import {describeImpairment} from '#protocol/link/impairment.ts';

export interface Told {
  what: string;
  /** Said the first time only. */
  why?: string;
  mood: 'plain' | 'good' | 'bad' | 'quiet';
}

type Tellers = {[Kind in LabEventKind]?: (event: EventOf<Kind>) => Told};

/** `undefined` for events that a story does not need. */
export function narrate(event: LabEvent): Told | undefined {
  const tell = tellers[event.kind] as ((event: LabEvent) => Told) | undefined;
  return tell?.(event);
}

const plain = (what: string, why?: string): Told => ({what, mood: 'plain', ...(why ? {why} : {})});
const good = (what: string, why?: string): Told => ({what, mood: 'good', ...(why ? {why} : {})});
const bad = (what: string, why?: string): Told => ({what, mood: 'bad', ...(why ? {why} : {})});
const quiet = (what: string, why?: string): Told => ({what, mood: 'quiet', ...(why ? {why} : {})});

const tellers: Tellers = {
  'authentication-started': ({mac, port, method}) =>
    plain(`sees ${mac} on ${port} and starts ${method}`, 'a closed port lets nothing through until RADIUS has spoken'),
  'security-violation': ({mac, port}) => bad(`shuts ${port}: ${mac} is one host too many`),
  'power-lost': () => bad('is dark: the port that gives it power is down', 'its hosts lose their carrier with it'),
  'power-restored': () => plain('has power again'),
  'dot1x-timed-out': ({mac}) => bad(`gets no EAP from ${mac}: MAB's turn`),
  'eap-succeeded': () => quiet('is authenticated by 802.1X'),
  'eap-failed': ({reason}) => bad(`fails to authenticate${reason === '' ? '' : `: ${reason}`}`),
  'lease-obtained': ({address, server}) => plain(`has ${address} by DHCP from ${server}`),
  'lease-renewed': ({address}) => quiet(`may keep ${address}`),
  'lease-lost': ({address}) => bad(`has ${address} no more`, 'a host without an address is off the network'),
  'lease-unanswered': ({attempts}) =>
    bad(`gets no address: ${attempts} DHCPDISCOVERs, no answer`, 'what the port lets through must include DHCP'),
  'access-accepted': ({status, rule, acl}) =>
    plain(
      `accepts: posture ${status}, rule ${rule}, dACL ${shortAcl(acl)}`,
      'posture status picks the rule, the rule picks the dACL',
    ),
  'acl-withdrawn': ({acl, address}) => quiet(`has ${shortAcl(acl)} in force for ${address} no more`),
  'access-rejected': ({mac, reason}) => bad(`refuses ${mac}: ${reason}`),
  'authorization-failed': ({mac, port, reason}) => bad(`keeps ${mac} out on ${port}: ${reason}`),
  'acl-refused': ({acl, code, reason}) => bad(`does not hand out ${shortAcl(acl)}: ${code} ${reason}`),
  'datagram-discarded': ({from, reason}) => bad(`drops what came from ${from}: ${reason}`),
  'radius-request-dropped': ({from, reason}) => bad(`drops what came from ${from}: ${reason}`),
  'acl-downloaded': ({acl, entries, rounds}) =>
    quiet(
      `downloads ${shortAcl(acl)}: ${counted(entries, 'entry', 'entries')} in ${counted(rounds, 'round', 'rounds')}`,
    ),
  'acl-installed': ({acl, address, generation}) =>
    plain(
      `has ${shortAcl(acl)} in force for ${address} (nftables generation ${generation})`,
      'a fact read back from the kernel, not a hope',
    ),
  'discovery-started': ({reason}) => plain(`looks for a policy node (${reason})`),
  'redirect-installed': ({acl, address}) =>
    plain(`redirects web traffic of ${address} by ${acl}`, 'in a redirect list, permit means redirect'),
  'redirect-withdrawn': ({address}) => quiet(`redirects ${address} no more`),
  'redirect-acl-missing': ({acl}) =>
    bad(`has no access list ${acl}: nothing is redirected`, 'RADIUS sends the name only, the list is the switch’s own'),
  'redirect-received': ({target, url}) => plain(`asks ${target} and is redirected to ${url}`),
  'scan-not-required': () => plain('scans nothing: the profile wants none on such a Wi-Fi'),
  'profile-provisioned': ({portal, intervalS}) =>
    plain(`installs the ISEPostureCFG.xml of ${portal}: probe interval ${intervalS} s`),
  'provisioning-failed': ({portal, reason}) => bad(`gets no profile from ${portal}: ${reason}`),
  'provisioning-mismatch': ({mac}) =>
    bad(`sees that ${mac} has another profile than client provisioning`, 'what the client has counts, not the GUI'),
  'stage-two-started': ({targets}) =>
    plain(`is redirected nowhere, and ${targets.length === 0 ? 'has nobody to ask' : `asks ${targets.join(', ')}`}`),
  'discovery-target-failed': ({target, reason, detail}) => quiet(`gets nothing from ${target}: ${reason}, ${detail}`),
  'psn-found': ({psn}) => plain(`finds ${psn}`),
  'requirement-checked': ({requirement, passed}) => quiet(`checks ${requirement}: ${passed ? 'passed' : 'failed'}`),
  'remediation-started': ({requirements}) => plain(`asks its user to mend ${requirements.join(', ')}`),
  'posture-settled': ({status}) =>
    plain(
      `settles the session as ${status} (t1)`,
      'from here on a probe that gets through is answered with this status',
    ),
  'coa-sent': ({packet, command}) =>
    plain(`sends ${packet} ${command}`, 'the switch still enforces the old dACL until this has worked'),
  'coa-acknowledged': ({packet}) => quiet(`has its ${packet} acknowledged`),
  'coa-refused': ({packet, errorCause}) => bad(`has its ${packet} refused, Error-Cause ${errorCause}`),
  'coa-unanswered': ({packet}) => bad(`gets no answer to its ${packet}`),
  'status-shown': ({status}) => (status === 'Compliant' ? good(`shows ${status} (t2)`) : plain(`shows ${status}`)),
  'sync-started': ({targets, intervalMs, delayMs}) =>
    plain(
      `starts state synchronization: every ${intervalMs / 1000} s to ${targets.join(', ')}, first after ${delayMs / 1000} s`,
    ),
  'probe-blocked': ({target}) => good(`probes ${target}: silence`, 'blocked is healthy: the dACL swallowed the probe'),
  'probe-answered': ({target, status}) =>
    status === 'Compliant'
      ? bad(`probes ${target}: answered ${status}`, 'the probe should not have got through')
      : plain(
          `probes ${target}: answered ${status}`,
          'the PSN does not know this endpoint as Compliant: its session was lost',
        ),
  'session-terminated': ({by}) =>
    plain(`ends the session (${by})`, 'nothing tells the agent; it goes on believing Compliant'),
  'session-ended': ({cause, port}) => plain(`drops the session on ${port} (${cause})`),
  'configuration-changed': ({what}) => plain(`takes an administrator's change: ${what}`),
  'discovery-restarted': () => good('restarts discovery', 'state synchronization has done its work'),
  'alarm-raised': ({alarm, severity, details}) =>
    bad(
      `raises ALARM ${severity}: ${alarm} (${Object.entries(details)
        .map(([name, value]) => `${name}=${value}`)
        .join(', ')})`,
    ),
  'sync-disabled': () =>
    bad('disables state synchronization', 'only a restart of the service brings it back (TAC 222483)'),
  'service-started': ({intervalS, transitionDelayS}) =>
    quiet(`service starts: probe interval ${intervalS} s, network transition delay ${transitionDelayS} s`),
  'gate-reached': ({step}) => plain(`stands still at ${step}: the gate is closed`),
  'gate-released': ({step}) => plain(`goes on: the gate at ${step} is open`),
  'server-not-found': () => bad('finds no policy node'),
  'network-changed': ({change}) => plain(`sees ${change}`),
  'radius-server-failed': ({server, next}) =>
    bad(
      `gives up ${server}, asks ${next ?? 'nobody else'}`,
      'the next request may go to it first again, until it is dead',
    ),
  'radius-server-dead': ({server}) =>
    bad(`takes ${server} for dead`, 'no request goes to it until its dead time is over'),
  'radius-server-alive': ({server}) => plain(`takes ${server} for alive`),
  'group-member-failed': ({member, terminates}) =>
    bad(`misses ${member} in its node group, terminates ${counted(terminates, 'session', 'sessions')}`),
  'group-member-back': ({member}) => plain(`hears ${member} again in its node group`),
  'clock-set': ({offsetMs}) => plain(`has its clock ${offsetMs / 1000} s off`),
  'node-stopped': ({how}) => bad(`is gone (${how})`),
  'node-started': () => plain('is back'),
  'link-impaired': ({link, from, impairment}) => bad(`${link}, from ${from}: ${describeImpairment(impairment)}`),
  'link-restored': ({link, from}) => good(`${link}, from ${from}: good again`),
  fault: ({message}) => bad(`FAULT in posturelab itself: ${message}`),
};

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

/** `#ACSACL#-IP-Posture_Compliant-636b75ac` without what every name has. */
function shortAcl(acl: string | null): string {
  return acl === null ? 'none' : acl.replace(/^#ACSACL#-IP-/, '');
}
