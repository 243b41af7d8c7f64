import {readDaclVersionName} from '#protocol/dacl/name.ts';
import type {Policy, Redirect, SessionTimeout} from '#protocol/nad/session.ts';
import {avPairValue, readAllBytes, readNumber, readText} from '#protocol/radius/attributes.ts';
import type {RadiusPacket} from '#protocol/radius/packet.ts';

/** What an Access-Accept grants (domain.md 5.3), or why it cannot be used. Attributes that the switch does not know are ignored. */
export function readAccept(accept: RadiusPacket, server: string): {policy: Policy} | {problem: string} {
  const acl = avPairValue(accept, 'ACS:CiscoSecure-Defined-ACL') ?? null;
  const ipv6Acl = avPairValue(accept, 'ipv6:CiscoSecure-Defined-ACL') ?? null;
  const problem = nameProblem(acl, 'ipv4') ?? nameProblem(ipv6Acl, 'ipv6');
  if (problem !== undefined) return {problem};
  const redirect = readRedirect(accept);
  if (redirect !== null && !isRedirectUrl(redirect.url)) {
    return {problem: `the server redirects to ${JSON.stringify(redirect.url)}; expected https://<psn>:<port>/…`};
  }
  return {
    policy: {
      server,
      acl,
      ipv6Acl,
      userName: readText(accept, 'User-Name') ?? null,
      domain: avPairValue(accept, 'device-traffic-class') === 'voice' ? 'VOICE' : 'DATA',
      redirect,
      timeout: readTimeout(accept),
      classes: readAllBytes(accept, 'Class'),
    },
  };
}

function nameProblem(acl: string | null, family: 'ipv4' | 'ipv6'): string | undefined {
  if (acl === null || readDaclVersionName(acl)?.family === family) return undefined;
  const word = family === 'ipv4' ? 'IP' : 'IPV6';
  return `the server names a dACL ${JSON.stringify(acl)}; expected #ACSACL#-${word}-<name>-<8 hexadecimal digits>`;
}

/** Without one of the two there is no redirect. */
function readRedirect(accept: RadiusPacket): Redirect | null {
  const url = avPairValue(accept, 'url-redirect');
  const acl = avPairValue(accept, 'url-redirect-acl');
  return url === undefined || acl === undefined ? null : {url, acl};
}

/** RADIUS-Request (1) of Termination-Action; without it, and with Default (0), the session ends. */
const radiusRequest = 1;

/** A timeout of 0 is none (ours). */
function readTimeout(accept: RadiusPacket): SessionTimeout | null {
  const afterS = readNumber(accept, 'Session-Timeout') ?? 0;
  if (afterS === 0) return null;
  const isRenewed = readNumber(accept, 'Termination-Action') === radiusRequest;
  return {afterMs: afterS * 1000, action: isRenewed ? 'reauthenticate' : 'end'};
}

/** It becomes a header of HTTP and a line of the CLI: no blanks, no line ends. */
function isRedirectUrl(url: string): boolean {
  return /^https?:\/\/[\x21-\x7e]+$/.test(url);
}
