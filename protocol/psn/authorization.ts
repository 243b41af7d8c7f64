import {daclVersionName} from '#protocol/dacl/name.ts';
import type {PostureStatus} from '#protocol/posture/status.ts';
import type {AuthorizationProfile, AuthorizationRule, Dacl, Policy} from '#protocol/psn/contract.ts';
import type {MessageCode} from '#protocol/psn/message-codes.ts';
import {perUserPairs} from '#protocol/psn/per-user-acl.ts';

/** What the rules say for one posture status. `acl`, `ipv6Acl`: the dACLs' names with their versions, as the switch gets them. */
export type Authorization =
  | {
      kind: 'accept';
      rule: string;
      profile: string;
      acl: string | null;
      ipv6Acl?: string;
      /** Entries of its own, as pairs. */
      pairs?: string[];
      redirect?: NonNullable<AuthorizationProfile['redirect']>;
      reauth?: NonNullable<AuthorizationProfile['reauth']>;
      isVoice?: true;
    }
  | {kind: 'reject'; rule: string; profile: string; code: MessageCode};

/** `mac` left out: of an endpoint in no group. First match wins (domain.md 6.4). A profile that names a deleted dACL authorizes nobody (domain.md 11.18). */
export function authorize(policy: Policy, status: PostureStatus, mac?: string): Authorization {
  const {name: rule, profile: profileName} = ruleFor(policy, status, mac);
  const reject = (code: MessageCode): Authorization => ({kind: 'reject', rule, profile: profileName, code});
  const profile = policy.profiles.find(candidate => candidate.name === profileName);
  if (profile === undefined) return reject(profileName === denyAccess.profile ? 15039 : 15019);
  if (profile.access === 'ACCESS_REJECT') return reject(15039);
  const {redirect, reauth, voiceDomainPermission} = profile;
  const further = {
    ...(redirect === undefined ? {} : {redirect}),
    ...(reauth === undefined ? {} : {reauth}),
    ...(voiceDomainPermission ? {isVoice: true as const} : {}),
  };
  const acl = profile.daclName === null ? null : sentName(policy, profile.daclName, 'IPV4');
  const ipv6Acl = profile.ipv6DaclName === undefined ? null : sentName(policy, profile.ipv6DaclName, 'IPV6');
  if (acl === undefined || ipv6Acl === undefined) return reject(11023);
  const pairs = perUserPairs(profile);
  if (pairs === undefined) return reject(11053);
  const ipv6 = ipv6Acl === null ? {} : {ipv6Acl};
  const own = pairs.length === 0 ? {} : {pairs};
  return {kind: 'accept', rule, profile: profileName, acl, ...ipv6, ...own, ...further};
}

/** `undefined`: there is no such dACL of that type. */
function sentName(policy: Policy, name: string, type: 'IPV4' | 'IPV6'): string | undefined {
  const dacl = policy.dacls.find(candidate => candidate.name === name && (candidate.daclType ?? 'IPV4') === type);
  return dacl && versionNameOf(dacl);
}

export function versionNameOf({name, savedAtS, daclType}: Dacl): string {
  return daclVersionName(name, savedAtS, familyOf(daclType));
}

export function familyOf(type: Dacl['daclType']): 'ipv4' | 'ipv6' {
  return type === 'IPV6' ? 'ipv6' : 'ipv4';
}

/** The rule that speaks for an endpoint with a status; what no rule speaks for falls to the built-in one. */
export function ruleFor(policy: Policy, status: PostureStatus, mac?: string): AuthorizationRule {
  const groups = (policy.identityGroups ?? []).filter(({macs}) => mac !== undefined && macs.includes(mac));
  const isMember = (group: string | undefined) => group === undefined || groups.some(({name}) => name === group);
  const found = policy.rules.find(rule => isMember(rule.identityGroup) && matches(rule.postureStatus, status));
  return found ?? denyAccess;
}

/** ISE's built-in last rule (domain.md 6.4). */
const denyAccess: AuthorizationRule = {name: 'Default', postureStatus: null, profile: 'DenyAccess'};

function matches(wanted: PostureStatus | null, status: PostureStatus): boolean {
  return wanted === null || wanted === status || (wanted === 'Unknown' && status === 'Pending');
}
