import type {Acl} from '#protocol/dacl/acl.ts';
import {readDaclVersionName} from '#protocol/dacl/name.ts';
import {readPerUserAcl} from '#protocol/nad/per-user-acl.ts';
import type {Policy, Redirect, SessionTimeout} from '#protocol/nad/session.ts';
import {avPairValue, readAllBytes, readNumber, readText} from '#protocol/radius/attributes.ts';
import type {RadiusPacket} from '#protocol/radius/packet.ts';

/** What an Access-Accept grants (domain.md 5.3), or why it cannot be used. Attributes that the switch does not know are ignored. */
export function readAccept(
  accept: RadiusPacket,
  {server, interfaceName}: {server: string; interfaceName: string},
): {policy: Policy} | {problem: string} {
  const ipv4 = readList(accept, interfaceName, 'ipv4');
  if ('problem' in ipv4) return ipv4;
  const ipv6 = readList(accept, interfaceName, 'ipv6');
  if ('problem' in ipv6) return ipv6;
  const redirect = readRedirect(accept);
  if (redirect !== null && !isRedirectUrl(redirect.url)) {
    return {problem: `the server redirects to ${JSON.stringify(redirect.url)}; expected https://<psn>:<port>/…`};
  }
  return {
    policy: {
      server,
      acl: ipv4.name,
      ipv6Acl: ipv6.name,
      perUserAcls: [ipv4.perUser, ipv6.perUser].filter(acl => acl !== null),
      userName: readText(accept, 'User-Name') ?? null,
      domain: avPairValue(accept, 'device-traffic-class') === 'voice' ? 'VOICE' : 'DATA',
      redirect,
      timeout: readTimeout(accept),
      classes: readAllBytes(accept, 'Class'),
    },
  };
}

const namePairs: Record<Acl['family'], string> = {
  ipv4: 'ACS:CiscoSecure-Defined-ACL',
  ipv6: 'ipv6:CiscoSecure-Defined-ACL',
};

/**
The list of a family, by name or entry by entry. A server that gives both means two different things for the same packets: that the switch
takes neither is ours, no source tells what IOS does.
*/
function readList(
  accept: RadiusPacket,
  interfaceName: string,
  family: Acl['family'],
): {name: string | null; perUser: Acl | null} | {problem: string} {
  const named = avPairValue(accept, namePairs[family]) ?? null;
  const problem = named === null ? undefined : nameProblem(named, family);
  if (problem !== undefined) return {problem};
  const perUser = readPerUserAcl(accept, interfaceName, family);
  if ('problem' in perUser) return perUser;
  if (perUser.acl === null) return {name: named, perUser: null};
  if (named === null) return {name: perUser.acl.name, perUser: perUser.acl};
  return {
    problem: `the server names the dACL ${named} and gives entries of its own beside it; expected one of the two`,
  };
}

function nameProblem(acl: string, family: Acl['family']): string | undefined {
  if (readDaclVersionName(acl)?.family === family) return undefined;
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
