import {computeAuthenticator} from '#protocol/radius/authenticator.ts';
import {computeMessageAuthenticator} from '#protocol/radius/message-authenticator.ts';
import type {RadiusAttribute, RadiusCode, RadiusPacket} from '#protocol/radius/packet.ts';
import {assemblePacket, messageAuthenticatorOffset} from '#protocol/radius/packet-assembly.ts';
import type {RequestCode} from '#protocol/radius/request.ts';
import {
  authenticatorFault,
  messageAuthenticatorFault,
  type ReadPacket,
  readPacket,
} from '#protocol/radius/verification.ts';

export type ResponseCode = Exclude<RadiusCode, RequestCode>;

const proxyState = 33;

/**
Encodes and signs the response to `request`, with a Message-Authenticator as its first attribute and the request's Proxy-State
attributes as its last (RFC 2865 section 5.33).

Throws `OversizePacketError` over 4096 bytes, and `OversizeAttributeError` if a value does not fit its attribute.
*/
export function encodeResponse(options: {
  request: RadiusPacket;
  code: ResponseCode;
  attributes: RadiusAttribute[];
  secret: string;
}): Uint8Array {
  const {request, code, secret} = options;
  const echoed = request.attributes.filter(({type, vendor}) => type === proxyState && vendor === undefined);
  const bytes = assemblePacket(code, request.identifier, request.authenticator, [...options.attributes, ...echoed]);
  bytes.set(computeMessageAuthenticator(bytes, secret), messageAuthenticatorOffset);
  bytes.set(computeAuthenticator(bytes, secret), 4);
  return bytes;
}

/**
Decodes what came back, and verifies that it answers this request: same identifier, valid Response Authenticator, and a valid
Message-Authenticator, which Access-Accept, -Reject and -Challenge must have, because without it they can be forged (BlastRADIUS,
CVE-2024-3596). Never throws.
*/
export function readResponse(
  bytes: Uint8Array,
  request: {identifier: number; authenticator: Uint8Array; secret: string},
): ReadPacket {
  return readPacket(bytes, ({code, identifier}, copy) => {
    if (code.endsWith('-Request')) return `${code} is not a response`;
    if (identifier !== request.identifier) return `it answers request ${identifier}, not ${request.identifier}`;
    return (
      authenticatorFault(copy, request.authenticator, request.secret) ??
      messageAuthenticatorFault(copy, request.secret, code.startsWith('Access-'))
    );
  });
}
