import {bytes, readAllBytes} from '#protocol/radius/attributes.ts';
import type {RadiusAttribute, RadiusPacket} from '#protocol/radius/packet.ts';

/** An EAP packet as EAP-Message attributes, to be kept together and in order; an empty one is EAP-Start (RFC 3579 section 3.1). */
export function splitEapMessage(eap: Uint8Array): RadiusAttribute[] {
  const count = Math.max(1, Math.ceil(eap.length / pieceBytes));
  return Array.from({length: count}, (_, index) =>
    bytes('EAP-Message', eap.slice(index * pieceBytes, (index + 1) * pieceBytes)),
  );
}

/** The EAP packet that a RADIUS packet carries; `undefined` if it carries none. */
export function joinEapMessage(packet: RadiusPacket): Uint8Array | undefined {
  const pieces = readAllBytes(packet, 'EAP-Message');
  if (pieces.length === 0) return undefined;
  const eap = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let offset = 0;
  for (const piece of pieces) {
    eap.set(piece, offset);
    offset += piece.length;
  }
  return eap;
}

/** The EAP-Failure in the place of another last word: somebody who is who he says is let in nowhere (RFC 3748 section 4.2). */
export function eapFailureFor(eap: Uint8Array | undefined): Uint8Array {
  return Uint8Array.of(eapPacketType.failure, eap?.[1] ?? 0, 0, 4);
}

/** First byte of an EAP packet (RFC 3748 section 4). */
export const eapPacketType = {request: 1, response: 2, success: 3, failure: 4} as const;

const pieceBytes = 253;
