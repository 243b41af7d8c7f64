/** Names of sessions as they travel in RADIUS (domain.md 5.2). */
import type {RandomBytes} from '#protocol/role.ts';

/**
What a session id may be: 1 to 64 printable ASCII characters without blank and colon, because it also travels in Class, in HTTP
headers and in URLs. The length is ours; a switch's own has 24 characters, ISE's 51. `undefined`: not usable.
*/
export function readSessionId(text: string | undefined): string | undefined {
  return text !== undefined && /^[\x21-\x39\x3b-\x7e]{1,64}$/.test(text) ? text : undefined;
}

/** An id for a request that carries none: the PSN's IPv4 address in hex, then 43 characters of chance. */
export function generateSessionId(psnAddress: string, randomBytes: RandomBytes): string {
  const chance = btoa(String.fromCharCode(...randomBytes(32))).replace('=', '');
  return hexOfIpv4(psnAddress) + chance.replaceAll('+', '_');
}

/** Whether an id was made by `generateSessionId` of this PSN, not by a switch. */
export function isGenerated(sessionId: string, psnAddress: string): boolean {
  return sessionId.length === 51 && sessionId.startsWith(hexOfIpv4(psnAddress));
}

/** `CACS:<session id>:<node>/<n>/<m>`, which the switch echoes in accounting. */
export function encodeClass({
  sessionId,
  node,
  run,
  count,
}: {
  sessionId: string;
  node: string;
  run: number;
  count: number;
}) {
  return `CACS:${sessionId}:${node}/${run}/${count}`;
}

export function sessionIdOfClass(text: string): string | undefined {
  return readSessionId(/^CACS:([^:]*):/.exec(text)?.[1]);
}

function hexOfIpv4(address: string): string {
  const octets = address.split('.').map(Number);
  if (octets.length !== 4) return '00000000';
  return octets.map(octet => octet.toString(16).padStart(2, '0')).join('');
}
