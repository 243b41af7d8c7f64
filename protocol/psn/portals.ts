import type {PsnPorts, PsnSettings} from '#protocol/psn/contract.ts';

/** A client provisioning portal (domain.md 8.3). */
export interface Portal {
  name: string;
  /** UUID, named in redirect URLs. */
  id: string;
  httpsPort: number;
  /** Where state synchronization probes go; null: no profile enables them, closed. */
  bidirectionalPort: number | null;
}

/** Of the default portal, whose bidirectional port is locked. Name and id are ours. */
export const defaultPortalName = 'Client Provisioning Portal (default)';
const defaultPortalId = '5a1c9f3e-62d4-4b7e-9d10-2f8e7c6b4a01';

/** The default portal, then custom ones. */
export function portalsOf({ports, customPortals}: Pick<PsnSettings, 'ports' | 'customPortals'>): [Portal, ...Portal[]] {
  const {portal: httpsPort, probe: bidirectionalPort} = ports;
  return [{name: defaultPortalName, id: defaultPortalId, httpsPort, bidirectionalPort}, ...customPortals];
}

/** Every port that a node listens on for HTTPS, each once. */
export function httpsPortsOf(settings: Pick<PsnSettings, 'ports' | 'customPortals'>): number[] {
  const ofPortals = portalsOf(settings).flatMap(({httpsPort, bidirectionalPort}) => [httpsPort, bidirectionalPort]);
  const {posture, messaging, nodeGroup, api} = settings.ports;
  const all = [...ofPortals, posture, messaging, nodeGroup, api];
  return [...new Set(all.filter(port => port !== null))];
}

/** Where only other nodes of the deployment get in. */
export function isForNodes(port: number, {messaging, nodeGroup}: PsnPorts): boolean {
  return port === messaging || port === nodeGroup;
}

/** Every port that a node has a UDP socket at; 0: any, for what it sends of itself. */
export function udpPortsOf({authentication, accounting, syslog}: PsnPorts): number[] {
  return [authentication, accounting, 0, ...(syslog === null ? [] : [syslog])];
}
