import {signPacket, zeroAuthenticator} from '#protocol/radius/authenticator.ts';
import {signMessageAuthenticator, withMessageAuthenticator} from '#protocol/radius/message-authenticator.ts';
import {headerBytes, type RadiusAttribute, type RadiusCode} from '#protocol/radius/packet.ts';
import {assemblePacket} from '#protocol/radius/packet-assembly.ts';
import {hideUserPassword, userPasswordType} from '#protocol/radius/user-password.ts';
import {
  authenticatorFault,
  messageAuthenticatorFault,
  type ReadPacket,
  readPacket,
} from '#protocol/radius/verification.ts';
import type {RandomBytes} from '#protocol/role.ts';

export type RequestCode = Extract<RadiusCode, `${string}-Request`>;

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
  const attributes = withMessageAuthenticator(options.attributes);
  if (code === 'Access-Request') {
    const authenticator = new Uint8Array(options.randomBytes(16));
    const hidden = attributes.map(attribute => hide(attribute, authenticator, secret));
    const bytes = assemblePacket(code, identifier, authenticator, hidden);
    signMessageAuthenticator(bytes, secret);
    return {bytes, authenticator};
  }
  const bytes = assemblePacket(code, identifier, zeroAuthenticator, attributes);
  signMessageAuthenticator(bytes, secret);
  signPacket(bytes, secret);
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
  return readPacket(bytes, ({code, authenticator}, whole) => {
    switch (code) {
      case 'Access-Request':
        return messageAuthenticatorFault(whole, authenticator, secret, {isRequired: true});
      case 'Accounting-Request':
      case 'CoA-Request':
      case 'Disconnect-Request': {
        const isRequired = requireMessageAuthenticator && code !== 'Accounting-Request';
        return (
          authenticatorFault(whole, zeroAuthenticator, secret) ??
          messageAuthenticatorFault(whole, zeroAuthenticator, secret, {isRequired})
        );
      }
      default:
        return `${code} is not a request`;
    }
  });
}

function hide(attribute: RadiusAttribute, authenticator: Uint8Array, secret: string): RadiusAttribute {
  if (attribute.type !== userPasswordType || attribute.vendor !== undefined) return attribute;
  return {type: userPasswordType, value: hideUserPassword(attribute.value, authenticator, secret)};
}
