import {messageAuthenticatorType} from '#protocol/radius/message-authenticator.ts';
import {
  headerBytes,
  maximumPacketBytes,
  OversizeAttributeError,
  OversizePacketError,
  type RadiusAttribute,
  type RadiusCode,
  radiusCodes,
  vendorSpecific,
} from '#protocol/radius/packet.ts';

/** Where `assemblePacket` puts the value of the Message-Authenticator. */
export const messageAuthenticatorOffset = headerBytes + 2;

/**
Lays out a packet that is not signed yet: `authenticator` is in place. A Message-Authenticator of zeros comes first, where it
protects best (draft-ietf-radext-deprecating-radius, "BlastRADIUS"); one among `attributes` is left out, because it belongs to the
packet they were taken from. An Accounting-Response gets none: no RFC says how it would be computed, and FreeRADIUS 3.2 drops
responses whose Message-Authenticator is computed as for Access-Accept (seen with radclient).

Throws `OversizePacketError` and `OversizeAttributeError`.
*/
export function assemblePacket(
  code: RadiusCode,
  identifier: number,
  authenticator: Uint8Array,
  attributes: readonly RadiusAttribute[],
): Uint8Array {
  if (!isUnsigned(identifier, 8)) throw new RangeError(`Identifier ${identifier} does not fit one byte.`);
  if (authenticator.length !== 16) throw new RangeError(`An authenticator has 16 bytes, not ${authenticator.length}.`);
  const kept = attributes.filter(attribute => !isMessageAuthenticator(attribute));
  const length = kept.reduce((sum, attribute) => sum + attributeBytes(attribute), headerBytes + 18);
  if (length > maximumPacketBytes) {
    throw new OversizePacketError(
      `The ${code} would have ${length} bytes, and RADIUS allows ${maximumPacketBytes}: send fewer attributes, or several packets.`,
    );
  }

  const packet = new Uint8Array(length);
  packet.set([radiusCodes[code], identifier, length >> 8, length & 0xff]);
  packet.set(authenticator, 4);
  packet.set([messageAuthenticatorType, 18], headerBytes);
  let offset = messageAuthenticatorOffset + 16;
  for (const attribute of kept) offset = putAttribute(packet, offset, attribute);
  return packet;
}

/** How many bytes of a packet an attribute takes. Throws `OversizeAttributeError`. */
export function attributeBytes({type, vendor, value}: RadiusAttribute): number {
  const overhead = vendor === undefined ? 2 : 8;
  const length = overhead + value.length;
  const name = vendor === undefined ? `Attribute ${type}` : `Attribute ${type} of vendor ${vendor}`;
  if (!isUnsigned(type, 8) || !isUnsigned(vendor ?? 0, 24)) throw new RangeError(`${name} is not one that can be.`);
  if (length <= 255) return length;
  throw new OversizeAttributeError(
    `${name} has ${value.length} bytes, and ${255 - overhead} fit: shorten it, or split it.`,
  );
}

function putAttribute(packet: Uint8Array, start: number, {type, vendor, value}: RadiusAttribute): number {
  let offset = start;
  if (vendor !== undefined) {
    packet[offset++] = vendorSpecific;
    packet[offset++] = 8 + value.length;
    packet[offset++] = 0;
    packet[offset++] = vendor >> 16;
    packet[offset++] = vendor >> 8;
    packet[offset++] = vendor;
  }
  packet[offset++] = type;
  packet[offset++] = 2 + value.length;
  packet.set(value, offset);
  return offset + value.length;
}

function isUnsigned(value: number, bits: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < 2 ** bits;
}

function isMessageAuthenticator({type, vendor}: RadiusAttribute): boolean {
  return type === messageAuthenticatorType && vendor === undefined;
}
