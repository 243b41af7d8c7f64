import {versionNameOf} from '#protocol/psn/authorization.ts';
import {CommandError} from '#protocol/psn/command-error.ts';
import type {Dacl, Policy} from '#protocol/psn/contract.ts';

/**
The policy with a dACL saved. Every save makes a new version, even with the same text (domain.md 5.4): the instant is the one given,
so that all nodes of a deployment name the same version, or now if it is not later than the last save.

A name is one dACL's, whatever its type. Throws `CommandError` if the name is none that ISE takes (domain.md 6.8), or too long to be
sent, or the text is empty.
*/
export function saveDacl(policy: Policy, {name, text, savedAtS, daclType}: Dacl, nowS: number): Policy {
  if (!/^[A-Za-z0-9_.-]+$/.test(name)) {
    throw new CommandError(
      `${JSON.stringify(name)} is no name of a dACL: use letters, digits, underscore, dot and hyphen`,
    );
  }
  if (text.trim() === '') throw new CommandError(`the dACL ${name} has no entry: an empty one would deny everything`);
  const last = policy.dacls.find(dacl => dacl.name === name)?.savedAtS ?? 0;
  const saved: Dacl = {
    name,
    ...(daclType === undefined ? {} : {daclType}),
    text,
    savedAtS: savedAtS > last ? savedAtS : Math.max(nowS, last + 1),
  };
  const pairBytes = `${daclType === 'IPV6' ? 'ipv6' : 'ACS'}:CiscoSecure-Defined-ACL=${versionNameOf(saved)}`.length;
  if (pairBytes > longestPairBytes) {
    throw new CommandError(
      `the name of the dACL ${name} is ${pairBytes - longestPairBytes} characters too long to be sent`,
    );
  }
  const isThere = policy.dacls.some(dacl => dacl.name === name);
  const dacls = isThere ? policy.dacls.map(dacl => (dacl.name === name ? saved : dacl)) : [...policy.dacls, saved];
  return {...policy, dacls};
}

/** Profiles may go on naming it: that is the mistake of domain.md 11.18. Throws `CommandError` if there is no such dACL. */
export function deleteDacl(policy: Policy, name: string): Policy {
  if (!policy.dacls.some(dacl => dacl.name === name)) {
    throw new CommandError(`there is no dACL ${name}; there are ${namesOf(policy.dacls)}`);
  }
  return {...policy, dacls: policy.dacls.filter(dacl => dacl.name !== name)};
}

/** ISE's field takes 1 to 65535 seconds (recall). */
export const longestReauthS = 65_535;

/** Throws `CommandError` if a rule names a profile that is not there, or a group that is not there, or a profile's timer is none that ISE takes. */
export function savePolicy(
  policy: Policy,
  changes: Partial<Pick<Policy, 'profiles' | 'rules' | 'requirements' | 'identityGroups'>>,
): Policy {
  const saved = {...policy, ...changes};
  for (const {name, reauth} of saved.profiles) {
    if (reauth === undefined) continue;
    const {timerS} = reauth;
    if (Number.isInteger(timerS) && timerS >= 1 && timerS <= longestReauthS) continue;
    throw new CommandError(
      `profile ${name} re-authenticates every ${timerS} s; expected a whole number, 1 to ${longestReauthS}`,
    );
  }
  for (const {name, identityGroup} of saved.rules) {
    const groups = saved.identityGroups ?? [];
    if (identityGroup === undefined || groups.some(group => group.name === identityGroup)) continue;
    throw new CommandError(`rule ${name} names the identity group ${identityGroup}; there are ${namesOf(groups)}`);
  }
  for (const rule of saved.rules) {
    if (saved.profiles.some(({name}) => name === rule.profile) || rule.profile === 'DenyAccess') continue;
    throw new CommandError(`rule ${rule.name} names the profile ${rule.profile}; there are ${namesOf(saved.profiles)}`);
  }
  return saved;
}

/** What a vendor-specific attribute leaves for its value (RFC 2865 section 5.26). */
const longestPairBytes = 247;

const namesOf = (named: readonly {name: string}[]): string => named.map(({name}) => name).join(', ') || 'none';
