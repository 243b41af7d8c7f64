import {checkAuthenticator} from '#protocol/radius/authenticator.ts';
import {checkMessageAuthenticator} from '#protocol/radius/message-authenticator.ts';
import {decodePacket, MalformedPacketError, packetLength, type RadiusPacket} from '#protocol/radius/packet.ts';

/** A packet whose signatures are right, or why it must be dropped without an answer. */
export type ReadPacket = {ok: true; packet: RadiusPacket} | {ok: false; reason: string};

/** `faultOf` gets the packet and a copy of its bytes, to overwrite as it likes, and says what is wrong. */
export function readPacket(
  bytes: Uint8Array,
  faultOf: (decoded: RadiusPacket, copy: Uint8Array) => string | undefined,
): ReadPacket {
  try {
    const packet = decodePacket(bytes);
    const fault = faultOf(packet, new Uint8Array(bytes.subarray(0, packetLength(bytes))));
    return fault === undefined ? {ok: true, packet} : {ok: false, reason: fault};
  } catch (error) {
    if (error instanceof MalformedPacketError) return {ok: false, reason: `it is malformed: ${error.message}`};
    throw error;
  }
}

/** Leaves `substitute` in the authenticator's place, where the Message-Authenticator wants it. */
export function authenticatorFault(copy: Uint8Array, substitute: Uint8Array, secret: string): string | undefined {
  return checkAuthenticator(copy, substitute, secret) ? undefined : `the authenticator is wrong: ${wrongHint}`;
}

export function messageAuthenticatorFault(copy: Uint8Array, secret: string, isRequired: boolean): string | undefined {
  switch (checkMessageAuthenticator(copy, secret)) {
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

const wrongHint = 'the shared secrets differ, or the packet was changed on its way';
