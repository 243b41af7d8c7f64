import type {HttpRequest} from '#protocol/http.ts';
import {decodeIdentity} from '#protocol/posture/exchange.ts';
import {readMac} from '#protocol/psn/mac-address.ts';
import type {PsnSession, SessionCache} from '#protocol/psn/session-cache.ts';
import {formatIpAddress, parseIpAddress} from '#protocol/radius/ip-address.ts';

/** Whose session an agent's request is about, by what the node's own cache knows: id, then address, then MAC (domain.md 4.4). */
export function sessionOf(request: HttpRequest, sessions: SessionCache): PsnSession | undefined {
  const {sessionId, addresses} = decodeIdentity(request);
  return sessions.find({sessionId, addresses: addresses.map(canonicalAddress), macs: macsOf(request)});
}

/** As the RADIUS side writes them; what is none is left out. */
export function macsOf(request: HttpRequest): string[] {
  return decodeIdentity(request)
    .macs.map(readMac)
    .filter(mac => mac !== undefined);
}

/** As the RADIUS side writes it; what is no address finds no session. */
function canonicalAddress(text: string): string {
  const bytes = parseIpAddress(text);
  return bytes === undefined ? text : formatIpAddress(bytes);
}
