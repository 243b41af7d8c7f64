/** Names of hosts and ports as RADIUS attributes have them. */
import type {NadSettings} from '#protocol/nad/contract.ts';
import type {Session} from '#protocol/nad/session.ts';
import {address, number, text} from '#protocol/radius/attributes.ts';
import type {RadiusAttribute} from '#protocol/radius/packet.ts';

/** NAS-Port-Type of a wired port (RFC 2865 5.41). */
const ethernet = 15;

/** Where the session's host is: attributes that authentication and accounting have in common. */
export function stationAttributes(session: Session, settings: NadSettings): RadiusAttribute[] {
  const name = interfaceOf(settings, session.port);
  return [
    text('Called-Station-Id', portMac(settings, session.port)),
    text('Calling-Station-Id', hyphenated(session.mac)),
    address('NAS-IP-Address', settings.nasAddress),
    number('NAS-Port', nasPort(name)),
    text('NAS-Port-Id', name),
    number('NAS-Port-Type', ethernet),
  ];
}

/** The CLI's name of a port. */
export function interfaceOf({accessPorts}: NadSettings, port: string): string {
  return accessPorts.find(candidate => candidate.port === port)?.interface ?? port;
}

/** `00-50-56-A8-BE-02` */
function hyphenated(mac: string): string {
  return mac.replaceAll(':', '-');
}

/** `FastEthernet0/12` is 50012, `GigabitEthernet1/0/12` is 50112, as Catalysts count (after recall). */
function nasPort(name: string): number {
  const numbers = (/[\d/]+$/.exec(name)?.[0] ?? '').split('/').map(Number);
  return 50_000 + 100 * (numbers.length > 1 ? (numbers[0] ?? 0) : 0) + (numbers.at(-1) ?? 0);
}

/** The port's own MAC. Ours: locally administered, made of the NAS address and the port's place, so that it is the same in every run. */
function portMac({nasAddress, accessPorts}: NadSettings, port: string): string {
  const place = accessPorts.findIndex(candidate => candidate.port === port) + 1;
  return [0x02, ...nasAddress.split('.').map(Number), place % 256]
    .map(byte => byte.toString(16).padStart(2, '0').toUpperCase())
    .join('-');
}
