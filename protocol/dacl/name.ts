/**
How ISE names a downloadable ACL, and how IOS prints that name (domain.md 5.4). For IPv6 it is `IPV6` in the place of `IP`, as public
samples of IOS XE print it (`xACSACLx-IPV6-PERMIT_ALL_IPV6_TRAFFIC-5f4ab0a2`).
*/
import type {Acl} from '#protocol/dacl/acl.ts';

const familyWords: Record<Acl['family'], string> = {ipv4: 'IP', ipv6: 'IPV6'};

/** `#ACSACL#-IP-<name>-<hex8>`; the version is the Unix time, in seconds, of the last edit. */
export function daclVersionName(name: string, savedAtS: number, family: Acl['family'] = 'ipv4'): string {
  const version = (Math.trunc(savedAtS) >>> 0).toString(16).padStart(8, '0');
  return `#ACSACL#-${familyWords[family]}-${name}-${version}`;
}

/** The parts of a name that ISE made; `undefined`: the text is no such name. */
export function readDaclVersionName(text: string): {name: string; version: string; family: Acl['family']} | undefined {
  const [, word, name, version] = /^#ACSACL#-(IP|IPV6)-(.+)-([0-9a-f]{8})$/i.exec(text) ?? [];
  if (word === undefined || name === undefined || version === undefined) return undefined;
  return {name, version: version.toLowerCase(), family: word.toUpperCase() === familyWords.ipv6 ? 'ipv6' : 'ipv4'};
}

/**
`FastEthernet0/12#v4#<hex8>`: how IOS XE names a list that came entry by entry in an Access-Accept (after recall). `digest`: eight
hexadecimal digits that stand for the entries, which is ours, so that the same list again is the same one.
*/
export function perUserAclName(interfaceName: string, digest: string, family: Acl['family']): string {
  return `${interfaceName}#${perUserWords[family]}#${digest}`;
}

const perUserWords: Record<Acl['family'], string> = {ipv4: 'v4', ipv6: 'v6'};

/** Of what family a list is that a RADIUS server gave, by name or entry by entry; `undefined`: the list is the switch's own. */
export function serverAclFamily(name: string): Acl['family'] | undefined {
  if (isPerUserAcl(name)) return name.includes(`#${perUserWords.ipv6}#`) ? 'ipv6' : 'ipv4';
  return readDaclVersionName(name)?.family;
}

/** Whether a list's name says that it came entry by entry. */
export function isPerUserAcl(name: string): boolean {
  return /^[^#]+#v[46]#[0-9a-f]{8}$/.test(name);
}

/** As IOS prints it: `#` cannot stand in a dACL's name and becomes `x`, so `xACSACLx-IP-<name>-<hex8>`. */
export function iosAclName(name: string): string {
  return isPerUserAcl(name) ? name : name.replaceAll('#', 'x');
}
