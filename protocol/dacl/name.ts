/** How ISE names a downloadable ACL, and how IOS prints that name (domain.md 5.4). */

/** `#ACSACL#-IP-<name>-<hex8>`; the version is the Unix time, in seconds, of the last edit. */
export function daclVersionName(name: string, savedAtS: number): string {
  const version = (Math.trunc(savedAtS) >>> 0).toString(16).padStart(8, '0');
  return `#ACSACL#-IP-${name}-${version}`;
}

/** The two halves of a name that ISE made; `undefined`: the text is no such name. */
export function readDaclVersionName(text: string): {name: string; version: string} | undefined {
  const [, name, version] = /^#ACSACL#-IP-(.+)-([0-9a-f]{8})$/i.exec(text) ?? [];
  return name === undefined || version === undefined ? undefined : {name, version: version.toLowerCase()};
}

/** As IOS prints it: `#` cannot stand in its names and becomes `x`, so `xACSACLx-IP-<name>-<hex8>`. */
export function iosAclName(name: string): string {
  return name.replaceAll('#', 'x');
}
