import type {NadSettings} from '#protocol/nad/contract.ts';
import {hex8, type Session} from '#protocol/nad/session.ts';
import {ciscoVendor} from '#protocol/radius/attribute-names.ts';
import {avPairValue, readAddress, readAvPairs, readText} from '#protocol/radius/attributes.ts';
import {errorCauses} from '#protocol/radius/error-cause.ts';
import type {RadiusPacket} from '#protocol/radius/packet.ts';

/** What a CoA-Request or Disconnect-Request asks for (domain.md 5.8). */
export type CoaCommand = 'terminate' | 'reauthenticate' | 'bounce-host-port' | 'disable-host-port';

/** `isRerun`: re-authentication begins with the first method, not with the one that authenticated last. */
export interface CoaOrder {
  command: CoaCommand;
  isRerun: boolean;
}

export type CoaReading = ({ok: true} & CoaOrder) | {ok: false; errorCause: number};

/** Session identification of a request; every attribute that is there must fit (RFC 5176 3). */
export interface SessionMatch {
  sessionId: string | undefined;
  acctSessionId: string | undefined;
  /** As 12 upper-case hexadecimal digits, however it was written. */
  mac: string | undefined;
}

/** Attributes that would change the authorization in a way this switch has not (RFC 5176 3: such a request is refused). */
const unsupported: readonly number[] = [
  11, // Filter-Id
  27, // Session-Timeout
  28, // Idle-Timeout
  64, // Tunnel-Type
  65, // Tunnel-Medium-Type
  81, // Tunnel-Private-Group-ID
  92, // NAS-Filter-Rule
];
const serviceType = 6;
const knownPairs: readonly string[] = ['audit-session-id', 'subscriber:command', 'subscriber:reauthenticate-type'];
const commands: readonly string[] = ['reauthenticate', 'bounce-host-port', 'disable-host-port'] satisfies CoaCommand[];
const reauthenticateTypes: readonly string[] = ['last', 'rerun'];

/**
Reads what is asked, or why it cannot be done whatever sessions there are. Re-authentication without a type is that of type `last`.
*/
export function readCoaOrder(request: RadiusPacket, {nasAddress, hostname}: NadSettings): CoaReading {
  const refuse = (errorCause: number): CoaReading => ({ok: false, errorCause});
  if ((readAddress(request, 'NAS-IP-Address') ?? nasAddress) !== nasAddress)
    return refuse(errorCauses.nasIdentificationMismatch);
  if ((readText(request, 'NAS-Identifier') ?? hostname) !== hostname)
    return refuse(errorCauses.nasIdentificationMismatch);
  const standard = request.attributes.filter(({vendor}) => vendor === undefined);
  if (standard.some(({type}) => type === serviceType)) return refuse(errorCauses.unsupportedService);
  if (standard.some(({type}) => unsupported.includes(type))) return refuse(errorCauses.unsupportedAttribute);
  if (!hasOnlyKnownPairs(request)) return refuse(errorCauses.unsupportedAttribute);

  const {sessionId, acctSessionId, mac} = readSessionMatch(request);
  if (sessionId === undefined && acctSessionId === undefined && mac === undefined)
    return refuse(errorCauses.missingAttribute);
  if (request.code === 'Disconnect-Request') return {ok: true, command: 'terminate', isRerun: false};

  const command = avPairValue(request, 'subscriber:command');
  if (command === undefined) return refuse(errorCauses.missingAttribute);
  if (!isCommand(command)) return refuse(errorCauses.unsupportedAttribute);
  const type = avPairValue(request, 'subscriber:reauthenticate-type');
  if (type !== undefined && !reauthenticateTypes.includes(type)) return refuse(errorCauses.unsupportedAttribute);
  return {ok: true, command, isRerun: type === 'rerun'};
}

export function readSessionMatch(request: RadiusPacket): SessionMatch {
  return {
    sessionId: avPairValue(request, 'audit-session-id'),
    acctSessionId: readText(request, 'Acct-Session-Id'),
    mac: readText(request, 'Calling-Station-Id')
      ?.replaceAll(/[^0-9a-f]/gi, '')
      .toUpperCase(),
  };
}

export function fits(session: Session, {sessionId, acctSessionId, mac}: SessionMatch): boolean {
  return (
    (sessionId === undefined || session.id === sessionId.toUpperCase()) &&
    (acctSessionId === undefined || hex8(session.counter) === acctSessionId.toUpperCase()) &&
    (mac === undefined || session.mac.replaceAll(':', '') === mac)
  );
}

function hasOnlyKnownPairs(request: RadiusPacket): boolean {
  const pairs = readAvPairs(request);
  const ciscoAttributes = request.attributes.filter(({vendor}) => vendor === ciscoVendor);
  return pairs.length === ciscoAttributes.length && pairs.every(pair => knownPairs.includes(pair.split('=')[0] ?? ''));
}

function isCommand(text: string): text is CoaCommand {
  return commands.includes(text);
}
