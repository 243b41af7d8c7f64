import type {NadSettings} from '#protocol/nad/contract.ts';
import {mabUserName, type Session} from '#protocol/nad/session.ts';
import {stationAttributes} from '#protocol/nad/station.ts';
import {address, avPair, bytes, number, text} from '#protocol/radius/attributes.ts';
import type {RadiusAttribute} from '#protocol/radius/packet.ts';

/** Service-Type Call-Check: how a RADIUS server tells MAB from a login (domain.md 5.1; msgcat 11027). */
const callCheck = 10;

/** A MAB request as a Catalyst sends it: the MAC is user name and password. `learnt`: the host's address, if known. */
export function mabRequest(session: Session, settings: NadSettings, learnt: string | null): RadiusAttribute[] {
  const user = mabUserName(session.mac);
  return [
    text('User-Name', user),
    text('User-Password', user),
    number('Service-Type', callCheck),
    avPair('service-type=Call Check'),
    ...(learnt === null || !settings.sendsFramedIp ? [] : [address('Framed-IP-Address', learnt)]),
    number('Framed-MTU', 1500),
    ...stationAttributes(session, settings),
    avPair(`audit-session-id=${session.id}`),
    avPair('method=mab'),
  ];
}

/** The request for the text of a dACL, or for its next part if the server gave a `state` (domain.md 5.5). */
export function aclDownloadRequest(acl: string, nasAddress: string, state: Uint8Array | undefined): RadiusAttribute[] {
  return [
    text('User-Name', acl),
    address('NAS-IP-Address', nasAddress),
    avPair('aaa:service=ip_admission'),
    avPair('aaa:event=acl-download'),
    ...(state === undefined ? [] : [bytes('State', state)]),
  ];
}
