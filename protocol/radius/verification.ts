import {isAuthentic} from '#protocol/radius/authenticator.ts';
import {checkMessageAuthenticator} from '#protocol/radius/message-authenticator.ts';
import {copyPacket, MalformedPacketError, type RadiusPacket, splitPacket} from '#protocol/radius/packet.ts';

/** A packet whose signatures are right, or why it must be dropped without an answer. */
export type ReadPacket = {ok: true; packet: RadiusPacket} | {ok: false; reason: string};

/** `faultOf` gets the packet split and whole, and says what is wrong with it. */
export function readPacket(
  bytes: Uint8Array,
  faultOf: (packet: RadiusPacket, whole: Uint8Array) => string | undefined,
): ReadPacket {
  try {
    const whole = copyPacket(bytes);
    const packet = splitPacket(whole);
    const fault = faultOf(packet, whole);
    return fault === undefined ? {ok: true, packet} : {ok: false, reason: fault};
  } catch (error) {
    if (error instanceof MalformedPacketError) return {ok: false, reason: `it is malformed: ${error.message}`};
    throw error;
  }
}

/** `substitute`: what stood in the authenticator's place when the packet was signed, here and below. */
export function authenticatorFault(packet: Uint8Array, substitute: Uint8Array, secret: string): string | undefined {
  return isAuthentic(packet, substitute, secret) ? undefined : `the authenticator is wrong: ${wrongHint}`;
}

export function messageAuthenticatorFault(
  packet: Uint8Array,
  substitute: Uint8Array,
  secret: string,
  {isRequired}: {isRequired: boolean},
): string | undefined {
  switch (checkMessageAuthenticator(packet, substitute, secret)) {
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
