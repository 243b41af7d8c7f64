import {signPacket} from '#protocol/radius/authenticator.ts';
import {
  signMessageAuthenticator,
  withMessageAuthenticator,
  withoutMessageAuthenticator,
} from '#protocol/radius/message-authenticator.ts';
import type {RadiusAttribute, RadiusCode, RadiusPacket} from '#protocol/radius/packet.ts';
import {assemblePacket} from '#protocol/radius/packet-assembly.ts';
import type {RequestCode} from '#protocol/radius/request.ts';
import {
  authenticatorFault,
  messageAuthenticatorFault,
  type ReadPacket,
  readPacket,
} from '#protocol/radius/verification.ts';

export type ResponseCode = Exclude<RadiusCode, RequestCode>;

/**
Encodes and signs the response to `request`, with a Message-Authenticator as its first attribute and the request's Proxy-State
attributes as its last (RFC 2865 section 5.33).

An Accounting-Response has no Message-Authenticator. No RFC says how it would be computed, and FreeRADIUS 3.2 drops responses that
have one computed as everywhere else (seen with radclient); the Response Authenticator covers all of it.

Throws `OversizePacketError` over 4096 bytes, and `OversizeAttributeError` if a value does not fit its attribute.
*/
export function encodeResponse(options: {
  request: RadiusPacket;
  code: ResponseCode;
  attributes: RadiusAttribute[];
  secret: string;
}): Uint8Array {
  const {request, code, secret} = options;
  const attributes = [...options.attributes, ...request.attributes.filter(isProxyState)];
  if (code === 'Accounting-Response') {
    const bytes = assemblePacket(
      code,
      request.identifier,
      request.authenticator,
      withoutMessageAuthenticator(attributes),
    );
    signPacket(bytes, secret);
    return bytes;
  }
  const signed = withMessageAuthenticator(attributes);
  const bytes = assemblePacket(code, request.identifier, request.authenticator, signed);
  signMessageAuthenticator(bytes, secret);
  signPacket(bytes, secret);
  return bytes;
}

/**
Decodes what came back, and verifies that it answers this request: same identifier and valid Response Authenticator. Access-Accept,
-Reject and -Challenge must have a valid Message-Authenticator, without which they can be forged (BlastRADIUS, CVE-2024-3596);
answers to CoA- and Disconnect-Request must have a valid one or none. In an Accounting-Response it has no agreed meaning, and is
not looked at. Never throws.
*/
export function readResponse(
  bytes: Uint8Array,
  request: {identifier: number; authenticator: Uint8Array; secret: string},
): ReadPacket {
  const {authenticator, secret} = request;
  return readPacket(bytes, ({code, identifier}, whole) => {
    if (code.endsWith('-Request')) return `${code} is not a response`;
    if (identifier !== request.identifier) return `it answers request ${identifier}, not ${request.identifier}`;
    const fault = authenticatorFault(whole, authenticator, secret);
    if (fault !== undefined || code === 'Accounting-Response') return fault;
    return messageAuthenticatorFault(whole, authenticator, secret, {isRequired: code.startsWith('Access-')});
  });
}

function isProxyState({type, vendor}: RadiusAttribute): boolean {
  return type === 33 && vendor === undefined;
}
