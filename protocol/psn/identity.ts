import {readMac} from '#protocol/psn/mac-address.ts';
import type {MessageCode} from '#protocol/psn/message-codes.ts';
import {readBytes, readNumber, readText} from '#protocol/radius/attributes.ts';
import type {RadiusPacket} from '#protocol/radius/packet.ts';
import {readUserPassword} from '#protocol/radius/user-password.ts';

/** Who asks for access, if it is somebody this node knows. */
export type Identity =
  | {kind: 'known'; mac: string; userName: string; steps: MessageSteps}
  | {kind: 'unknown'; mac: string; userName: string; code: MessageCode};

type MessageSteps = readonly number[];

const callCheck = 10;

/**
Endpoints are known by their MAC address (MAB, domain.md 5.1): a User-Name that is a MAC equal to Calling-Station-Id, or to
User-Password as clients without a port send it. A request that shows a password and does not ask for Call-Check is judged by
the password alone. EAP is for others to end (eap-termination.ts).
*/
export function identify(packet: RadiusPacket, secret: string): Identity {
  const userName = readText(packet, 'User-Name') ?? '';
  const calling = readMac(readText(packet, 'Calling-Station-Id') ?? '');
  const mac = readMac(userName);
  const unknown = (code: MessageCode): Identity => ({kind: 'unknown', mac: mac ?? calling ?? '', userName, code});
  if (readBytes(packet, 'EAP-Message') !== undefined) return unknown(11509);
  if (mac === undefined) return unknown(22056);

  const password = readUserPassword(packet, secret);
  const asksForCallCheck = readNumber(packet, 'Service-Type') === callCheck;
  const isHostLookup = asksForCallCheck || password === undefined;
  if (isHostLookup && calling === mac) {
    return {kind: 'known', mac, userName, steps: [asksForCallCheck ? 11027 : 11028, 22037]};
  }
  if (password !== undefined && readMac(password) === mac) return {kind: 'known', mac, userName, steps: [22037]};
  return unknown(isHostLookup ? 22056 : 22040);
}
