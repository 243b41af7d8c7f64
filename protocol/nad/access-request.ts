import type {NadSettings} from '#protocol/nad/contract.ts';
import {framedAddresses, type HostAddresses} from '#protocol/nad/framed-addresses.ts';
import {mabUserName, type Session} from '#protocol/nad/session.ts';
import {stationAttributes} from '#protocol/nad/station.ts';
import {address, avPair, bytes, number, readBytes, readNumber, text} from '#protocol/radius/attributes.ts';
import {joinEapMessage, splitEapMessage} from '#protocol/radius/eap-message.ts';
import type {RadiusAttribute, RadiusPacket} from '#protocol/radius/packet.ts';

/** Service-Type Call-Check: how a RADIUS server tells MAB from a login (domain.md 5.1; msgcat 11027). */
const callCheck = 10;
const framed = 2;

/** A MAB request as a Catalyst sends it: the MAC is user name and password. `learnt`: the host's addresses, as far as they are known. */
export function mabRequest(session: Session, settings: NadSettings, learnt: HostAddresses): RadiusAttribute[] {
  const user = mabUserName(session.mac);
  return [
    text('User-Name', user),
    text('User-Password', user),
    number('Service-Type', callCheck),
    avPair('service-type=Call Check'),
    ...(settings.sendsFramedIp ? framedAddresses(learnt, settings) : []),
    number('Framed-MTU', 1500),
    ...stationAttributes(session, settings),
    avPair(`audit-session-id=${session.id}`),
    avPair('method=mab'),
  ];
}

/**
A supplicant's EAP packet on its way to a RADIUS server: name, State and EAP as the authenticator gave them, the rest as a Catalyst
has it. hostapd's own station attributes are those of a wireless access point.
*/
export function dot1xRequest(
  request: RadiusPacket,
  session: Session,
  settings: NadSettings,
  learnt: HostAddresses,
): RadiusAttribute[] {
  const state = readBytes(request, 'State');
  return [
    bytes('User-Name', readBytes(request, 'User-Name') ?? new Uint8Array()),
    number('Service-Type', framed),
    avPair('service-type=Framed'),
    ...(settings.sendsFramedIp ? framedAddresses(learnt, settings) : []),
    number('Framed-MTU', readNumber(request, 'Framed-MTU') ?? 1500),
    ...splitEapMessage(joinEapMessage(request) ?? new Uint8Array()),
    ...stationAttributes(session, settings),
    avPair(`audit-session-id=${session.id}`),
    avPair('method=dot1x'),
    ...(state === undefined ? [] : [bytes('State', state)]),
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
