import {readDaclVersionName} from '#protocol/dacl/name.ts';
import type {Policy} from '#protocol/nad/session.ts';
import {avPairValue, readAllBytes, readText} from '#protocol/radius/attributes.ts';
import type {RadiusPacket} from '#protocol/radius/packet.ts';

/** What an Access-Accept grants (domain.md 5.3), or why it cannot be used. Attributes that the switch does not know are ignored. */
export function readAccept(accept: RadiusPacket, server: string): {policy: Policy} | {problem: string} {
  const acl = avPairValue(accept, 'ACS:CiscoSecure-Defined-ACL') ?? null;
  if (acl !== null && readDaclVersionName(acl) === undefined) {
    return {
      problem: `the server names a dACL ${JSON.stringify(acl)}; expected #ACSACL#-IP-<name>-<8 hexadecimal digits>`,
    };
  }
  return {
    policy: {
      server,
      acl,
      userName: readText(accept, 'User-Name') ?? null,
      domain: avPairValue(accept, 'device-traffic-class') === 'voice' ? 'VOICE' : 'DATA',
      classes: readAllBytes(accept, 'Class'),
    },
  };
}
