import {daclVersionName} from '#protocol/dacl/name.ts';
import type {PostureStatus} from '#protocol/posture/status.ts';
import type {AuthorizationProfile, AuthorizationRule, Policy} from '#protocol/psn/contract.ts';
import type {MessageCode} from '#protocol/psn/message-codes.ts';

/** What the rules say for one posture status. `acl`: the dACL's name with its version, as the switch gets it. */
export type Authorization =
  | {
      kind: 'accept';
      rule: string;
      profile: string;
      acl: string | null;
      redirect?: NonNullable<AuthorizationProfile['redirect']>;
      reauth?: NonNullable<AuthorizationProfile['reauth']>;
    }
  | {kind: 'reject'; rule: string; profile: string; code: MessageCode};

/** First match wins (domain.md 6.4). A profile that names a deleted dACL authorizes nobody (domain.md 11.18). */
export function authorize(policy: Policy, status: PostureStatus): Authorization {
  const {name: rule, profile: profileName} = ruleFor(policy, status);
  const reject = (code: MessageCode): Authorization => ({kind: 'reject', rule, profile: profileName, code});
  const profile = policy.profiles.find(candidate => candidate.name === profileName);
  if (profile === undefined) return reject(profileName === denyAccess.profile ? 15039 : 15019);
  if (profile.access === 'ACCESS_REJECT') return reject(15039);
  const {redirect, reauth} = profile;
  const further = {...(redirect === undefined ? {} : {redirect}), ...(reauth === undefined ? {} : {reauth})};
  if (profile.daclName === null) return {kind: 'accept', rule, profile: profileName, acl: null, ...further};
  const dacl = policy.dacls.find(candidate => candidate.name === profile.daclName);
  if (dacl === undefined) return reject(11023);
  return {kind: 'accept', rule, profile: profileName, acl: daclVersionName(dacl.name, dacl.savedAtS), ...further};
}

/** The rule that speaks for a status; what no rule speaks for falls to the built-in one. */
export function ruleFor(policy: Policy, status: PostureStatus): AuthorizationRule {
  return policy.rules.find(rule => matches(rule.postureStatus, status)) ?? denyAccess;
}

/** ISE's built-in last rule (domain.md 6.4). */
const denyAccess: AuthorizationRule = {name: 'Default', postureStatus: null, profile: 'DenyAccess'};

function matches(wanted: PostureStatus | null, status: PostureStatus): boolean {
  return wanted === null || wanted === status || (wanted === 'Unknown' && status === 'Pending');
}
