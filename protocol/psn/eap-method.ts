import type {MessageCode} from '#protocol/psn/message-codes.ts';
import {joinEapMessage} from '#protocol/radius/eap-message.ts';
import type {RadiusPacket} from '#protocol/radius/packet.ts';

/** An EAP method as the live log speaks of it; the step codes are ISE's (after recall). */
export interface EapMethod {
  name: 'PEAP' | 'EAP-TLS';
  /** In an EAP packet's fifth byte (IANA EAP registry). */
  type: number;
  steps: readonly number[];
  /** Why it fails if the client does not trust this node. */
  rejectedByClient: MessageCode;
}

export const eapMethods: readonly EapMethod[] = [
  {name: 'PEAP', type: 25, steps: [12300, 12306], rejectedByClient: 12321},
  {name: 'EAP-TLS', type: 13, steps: [12500, 12506], rejectedByClient: 12520},
];

/** The method that the supplicant's packet belongs to, if it is one of those. */
export function eapMethodOf(packet: RadiusPacket): EapMethod | undefined {
  const type = joinEapMessage(packet)?.[4];
  return eapMethods.find(method => method.type === type);
}

/** ISE's code for what FreeRADIUS says in words (its `Module-Failure-Message`, seen with version 3.2.1). */
export function eapFailureCode(method: EapMethod | undefined, said: string): MessageCode {
  if (/MS-CHAP2-Response is incorrect/i.test(said)) return 22040;
  if (/No NT-Password|No Auth-Type|user not found/i.test(said)) return 22056;
  if (/expired/i.test(said)) return 12516;
  if (/Alert read/i.test(said)) return method?.rejectedByClient ?? 11500;
  if (/unknown CA|issuer certificate|self.signed/i.test(said)) return 12514;
  return 11500;
}
