/** What the policy nodes' administrator has set up: dACLs, profiles, rules. Pure. */
import type {DaclPlace, LabSettings} from '#harness/lab-settings.ts';
import {redirectPortalOf} from '#harness/redirect-plan.ts';
import type {AuthorizationProfile, AuthorizationRule, Policy} from '#protocol/psn/contract.ts';

/** Names of the dACLs of every lab. */
export const daclNames = {
  compliant: 'Posture_Compliant',
  nonCompliant: 'Posture_NonCompliant',
  unknown: 'Posture_Unknown',
  compliantIpv6: 'Posture_Compliant_IPv6',
  nonCompliantIpv6: 'Posture_NonCompliant_IPv6',
  unknownIpv6: 'Posture_Unknown_IPv6',
} as const;

/** `phones`: their MACs. */
export function policyOf(settings: LabSettings, phones: readonly string[]): Policy {
  const {dacl, psn, redirect} = settings;
  const timerS = Math.ceil(psn.reauthTimerMs / 1000);
  const reauth = timerS === 0 ? {} : {reauth: {timerS, connectivity: psn.reauthConnectivity}};
  const savedAtS = 0x636b_75ac; // the version suffix of TAC 222483
  const ipv6Dacls = (['compliantIpv6', 'nonCompliantIpv6', 'unknownIpv6'] as const).flatMap(place => {
    const text = dacl[place] ?? '';
    return text === '' ? [] : [{name: daclNames[place], daclType: 'IPV6' as const, text, savedAtS}];
  });
  const lists = (place: DaclPlace) => {
    if (psn.aclDelivery === 'perUser') {
      const text = dacl[`${place}Ipv6`] ?? '';
      return {daclName: null, perUserAcl: dacl[place], ...(text === '' ? {} : {perUserIpv6Acl: text})};
    }
    const ipv6 = ipv6Dacls.find(({name}) => name === daclNames[`${place}Ipv6`]);
    return {daclName: daclNames[place], ...(ipv6 ? {ipv6DaclName: ipv6.name} : {})};
  };
  return {
    dacls: [
      {name: daclNames.compliant, text: dacl.compliant, savedAtS},
      {name: daclNames.nonCompliant, text: dacl.nonCompliant, savedAtS},
      {name: daclNames.unknown, text: dacl.unknown, savedAtS},
      ...ipv6Dacls,
      ...(phones.length > 0 ? [permitAll] : []),
    ],
    profiles: [
      {name: 'Posture-Compliant-AP', access: 'ACCESS_ACCEPT', ...lists('compliant'), ...reauth},
      {name: 'Posture-NonCompliant-AP', access: 'ACCESS_ACCEPT', ...lists('nonCompliant'), ...reauth},
      {
        name: 'Posture-Unknown-AP',
        access: 'ACCESS_ACCEPT',
        ...lists('unknown'),
        ...reauth,
        ...(redirect.enabled ? {redirect: {acl: redirect.aclName, portal: redirectPortalOf(settings)}} : {}),
      },
      ...(phones.length > 0 ? [phoneProfile] : []),
    ],
    rules: [
      ...(phones.length > 0 ? [phoneRule] : []),
      {name: 'Posture-Compliant', postureStatus: 'Compliant', profile: 'Posture-Compliant-AP'},
      {name: 'Posture-NonCompliant', postureStatus: 'NonCompliant', profile: 'Posture-NonCompliant-AP'},
      {name: 'Posture-Unknown', postureStatus: 'Unknown', profile: 'Posture-Unknown-AP'},
    ],
    requirements: psn.requirements,
    ...(phones.length > 0 ? {identityGroups: [{name: phoneGroup, macs: [...phones]}]} : {}),
  };
}

/** What every ISE has for phones from its installation on, by the names that it has there (recall). */
export const phoneGroup = 'Cisco-IP-Phone';
const permitAll = {name: 'PERMIT_ALL_IPV4_TRAFFIC', text: 'permit ip any any', savedAtS: 0x57f6_b0d3};
const phoneProfile: AuthorizationProfile = {
  name: 'Cisco_IP_Phones',
  access: 'ACCESS_ACCEPT',
  daclName: permitAll.name,
  voiceDomainPermission: true,
};
const phoneRule: AuthorizationRule = {
  name: 'Profiled Cisco IP Phones',
  identityGroup: phoneGroup,
  postureStatus: null,
  profile: phoneProfile.name,
};
