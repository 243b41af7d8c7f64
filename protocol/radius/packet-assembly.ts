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

/**
Lays out a packet, with `authenticator` in its place: nothing is signed. Every vendor's attribute gets a Vendor-Specific attribute
of its own.

Throws `OversizePacketError`, `OversizeAttributeError`, and RangeError for a number that does not fit its field.
*/
export function assemblePacket(
  code: RadiusCode,
  identifier: number,
  authenticator: Uint8Array,
  attributes: readonly RadiusAttribute[],
): Uint8Array {
  if (!isUnsigned(identifier, 8)) throw new RangeError(`Identifier ${identifier} does not fit one byte.`);
  if (authenticator.length !== 16) throw new RangeError(`An authenticator has 16 bytes, not ${authenticator.length}.`);
  const length = attributes.reduce((sum, attribute) => sum + attributeBytes(attribute), headerBytes);
  if (length > maximumPacketBytes) {
    throw new OversizePacketError(
      `The ${code} would have ${length} bytes, and RADIUS allows ${maximumPacketBytes}: send fewer attributes, or several packets.`,
    );
  }

  const packet = new Uint8Array(length);
  packet[0] = radiusCodes[code];
  packet[1] = identifier;
  packet[2] = length >> 8;
  packet[3] = length;
  packet.set(authenticator, 4);
  let offset = headerBytes;
  for (const attribute of attributes) offset = putAttribute(packet, offset, attribute);
  return packet;
}

function attributeBytes({type, vendor, value}: RadiusAttribute): number {
  const overhead = vendor === undefined ? 2 : 8;
  if (isUnsigned(type, 8) && isUnsigned(vendor ?? 0, 24) && overhead + value.length <= 255) {
    return overhead + value.length;
  }
  const name = vendor === undefined ? `Attribute ${type}` : `Attribute ${type} of vendor ${vendor}`;
  if (overhead + value.length <= 255) {
    throw new RangeError(`${name} cannot be: a type has 8 bits, and a vendor number 24.`);
  }
  throw new OversizeAttributeError(
    `${name} has ${value.length} bytes, and ${255 - overhead} fit: shorten it, or split it.`,
  );
}

function isUnsigned(value: number, bits: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < 2 ** bits;
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
