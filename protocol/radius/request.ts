import {checkAuthenticator, computeAuthenticator, zeroAuthenticator} from '#protocol/radius/authenticator.ts';
import {checkMessageAuthenticator, computeMessageAuthenticator} from '#protocol/radius/message-authenticator.ts';
import {
  decodePacket,
  headerBytes,
  MalformedPacketError,
  packetLength,
  type RadiusAttribute,
  type RadiusCode,
  type RadiusPacket,
} from '#protocol/radius/packet.ts';
import {assemblePacket, messageAuthenticatorOffset} from '#protocol/radius/packet-assembly.ts';
import {hideUserPassword, userPasswordType} from '#protocol/radius/user-password.ts';
import type {RandomBytes} from '#protocol/role.ts';

export type RequestCode = Extract<RadiusCode, `${string}-Request`>;

/** A packet whose signatures are right, or why it must be dropped without an answer. */
export type ReadPacket = {ok: true; packet: RadiusPacket} | {ok: false; reason: string};

/**
Encodes and signs a request, with a Message-Authenticator as its first attribute. A User-Password is given in the clear, and
hidden here. `authenticator` is what the response will be checked against.

`randomBytes` is asked for 16 bytes, for an Access-Request only. Throws `OversizePacketError` over 4096 bytes, and
`OversizeAttributeError` if a value does not fit its attribute.
*/
export function encodeRequest(options: {
  code: RequestCode;
  identifier: number;
  attributes: RadiusAttribute[];
  secret: string;
  randomBytes: RandomBytes;
}): {bytes: Uint8Array; authenticator: Uint8Array} {
  const {code, identifier, secret} = options;
  if (code === 'Access-Request') {
    const authenticator = new Uint8Array(options.randomBytes(16));
    const attributes = options.attributes.map(attribute => hidden(attribute, authenticator, secret));
    const bytes = assemblePacket(code, identifier, authenticator, attributes);
    bytes.set(computeMessageAuthenticator(bytes, secret), messageAuthenticatorOffset);
    return {bytes, authenticator};
  }
  const bytes = assemblePacket(code, identifier, zeroAuthenticator, options.attributes);
  bytes.set(computeMessageAuthenticator(bytes, secret), messageAuthenticatorOffset);
  bytes.set(computeAuthenticator(bytes, secret), 4);
  return {bytes, authenticator: bytes.slice(4, headerBytes)};
}

/**
Decodes what came from a client, and verifies it. An Access-Request must carry a valid Message-Authenticator. The others must
have a valid Request Authenticator, and their Message-Authenticator must be valid if there is one; CoA-Request and
Disconnect-Request must have one too, unless `requireMessageAuthenticator` is false, as for clients that are not ours. Never throws.
*/
export function readRequest(
  bytes: Uint8Array,
  secret: string,
  {requireMessageAuthenticator = true}: {requireMessageAuthenticator?: boolean} = {},
): ReadPacket {
  return readPacket(bytes, (packet, {code}) => {
    switch (code) {
      case 'Access-Request':
        return messageAuthenticatorFault(packet, secret, true);
      case 'Accounting-Request':
      case 'CoA-Request':
      case 'Disconnect-Request':
        if (!checkAuthenticator(packet, zeroAuthenticator, secret))
          return `the Request Authenticator is wrong: ${wrongHint}`;
        return messageAuthenticatorFault(packet, secret, requireMessageAuthenticator && code !== 'Accounting-Request');
      default:
        return `${code} is not a request`;
    }
  });
}

/** `faultOf` gets a copy of the packet's bytes, to do with as it likes. Never throws `MalformedPacketError`. */
export function readPacket(
  bytes: Uint8Array,
  faultOf: (packet: Uint8Array, decoded: RadiusPacket) => string | undefined,
): ReadPacket {
  try {
    const packet = decodePacket(bytes);
    const fault = faultOf(new Uint8Array(bytes.subarray(0, packetLength(bytes))), packet);
    return fault === undefined ? {ok: true, packet} : {ok: false, reason: fault};
  } catch (error) {
    if (error instanceof MalformedPacketError) return {ok: false, reason: `it is malformed: ${error.message}`};
    throw error;
  }
}

export const wrongHint = 'the shared secrets differ, or the packet was changed on its way';

export function messageAuthenticatorFault(packet: Uint8Array, secret: string, isRequired: boolean): string | undefined {
  switch (checkMessageAuthenticator(packet, secret)) {
    case 'valid':
      return undefined;
    case 'absent':
      return isRequired ? 'it has no Message-Authenticator' : undefined;
    case 'repeated':
      return 'it has more than one Message-Authenticator';
    case 'wrong':
      return `the Message-Authenticator is wrong: ${wrongHint}`;
  }
}

function hidden(attribute: RadiusAttribute, authenticator: Uint8Array, secret: string): RadiusAttribute {
  if (attribute.type !== userPasswordType || attribute.vendor !== undefined) return attribute;
  return {type: userPasswordType, value: hideUserPassword(attribute.value, authenticator, secret)};
}
