/** What the redirect flow adds to the plans of the roles. Pure. */
import type {LabSettings} from '#harness/lab-settings.ts';
import {isHostName} from '#protocol/agent/profile-fields.ts';
import {enrollHost} from '#protocol/agent/stage-one.ts';
import {defaultPortalName, type Portal} from '#protocol/psn/portals.ts';

const customPortalName = 'Custom Portal';

export function customPortalsOf({redirect}: LabSettings): Portal[] {
  const {enabled, portalPort: httpsPort, bidirectionalPort} = redirect;
  if (!enabled || httpsPort === defaultPortalPort) return [];
  return [{name: customPortalName, id: 'c7d1e0b2-8f3a-4c55-a1f6-90e4d2b7c802', httpsPort, bidirectionalPort}];
}

const defaultPortalPort = 8443;

/** Name of the portal that the rule for Unknown redirects to. */
export function redirectPortalOf(settings: LabSettings): string {
  return customPortalsOf(settings).length === 0 ? defaultPortalName : customPortalName;
}

/** What DNS knows besides the PSNs: the hosts that stage 1 asks for, which are nowhere (RFC 5737). */
export function namesOf({profile}: LabSettings): Record<string, string> {
  const discoveryHost = profile.fields['DiscoveryHost'];
  return {
    [enrollHost]: '192.0.2.80',
    ...(discoveryHost && isHostName(discoveryHost) ? {[discoveryHost.toLowerCase()]: '192.0.2.81'} : {}),
  };
}
