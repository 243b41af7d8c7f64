/** RADIUS packets as data (RFC 2865 section 3, RFC 2866 section 3, RFC 5176 section 2). No secret is involved here. */

export const radiusCodes = {
  'Access-Request': 1,
  'Access-Accept': 2,
  'Access-Reject': 3,
  'Accounting-Request': 4,
  'Accounting-Response': 5,
  'Access-Challenge': 11,
  'Disconnect-Request': 40,
  'Disconnect-ACK': 41,
  'Disconnect-NAK': 42,
  'CoA-Request': 43,
  'CoA-ACK': 44,
  'CoA-NAK': 45,
} as const;

export type RadiusCode = keyof typeof radiusCodes;

/** `vendor` set: `type` is the vendor's, and the attribute travels alone in a Vendor-Specific attribute (26). */
export interface RadiusAttribute {
  type: number;
  vendor?: number;
  /** At most 253 bytes, a vendor's 247. */
  value: Uint8Array;
}

export interface RadiusPacket {
  code: RadiusCode;
  identifier: number;
  /** 16 bytes, as they were in the packet. */
  authenticator: Uint8Array;
  /** In the order of the packet; what is unknown is kept. */
  attributes: RadiusAttribute[];
}

/** The bytes are no RADIUS packet: their sender is broken, or is something else. */
export class MalformedPacketError extends Error {
  override readonly name = 'MalformedPacketError';
}

/** The attributes do not fit a packet of 4096 bytes: send fewer, or send them in several packets. */
export class OversizePacketError extends RangeError {
  override readonly name = 'OversizePacketError';
}

/** One value does not fit its attribute. */
export class OversizeAttributeError extends RangeError {
  override readonly name = 'OversizeAttributeError';
}

export const headerBytes = 20;
export const maximumPacketBytes = 4096;
export const vendorSpecific = 26;

const names = new Map<number, RadiusCode>();
for (const [name, code] of Object.entries(radiusCodes)) names.set(code, name as RadiusCode);

/**
Splits a datagram into header and attributes. Bytes after the packet's Length are padding (RFC 2865 section 3). A
Vendor-Specific attribute must be laid out as RFC 2865 section 5.26 recommends, and may hold several of the vendor's. Nothing
of the result shares memory with `bytes`.

Throws `MalformedPacketError` if lengths do not add up, or the code is not one of `radiusCodes`.
*/
export function decodePacket(bytes: Uint8Array): RadiusPacket {
  return splitPacket(copyPacket(bytes));
}

/** The packet of a datagram, without padding. Throws `MalformedPacketError`. */
export function copyPacket(bytes: Uint8Array): Uint8Array {
  if (bytes.length < headerBytes) {
    throw new MalformedPacketError(`${bytes.length} bytes are too few: the header alone has ${headerBytes}.`);
  }
  const length = ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0);
  if (length < headerBytes || length > maximumPacketBytes) {
    throw new MalformedPacketError(`Length is ${length}; it must be ${headerBytes} to ${maximumPacketBytes}.`);
  }
  if (length > bytes.length) {
    throw new MalformedPacketError(`Length is ${length}, but only ${bytes.length} bytes have come.`);
  }
  return new Uint8Array(bytes.subarray(0, length));
}

/** `decodePacket` for a packet without padding; authenticator and values are views of it. Throws `MalformedPacketError`. */
export function splitPacket(packet: Uint8Array): RadiusPacket {
  const code = names.get(packet[0] ?? 0);
  if (code === undefined) throw new MalformedPacketError(`Code ${packet[0]} is none that is spoken here.`);

  const attributes: RadiusAttribute[] = [];
  for (let offset = headerBytes; offset < packet.length; ) {
    const type = packet[offset] ?? 0;
    const end = attributeEnd(packet, offset, packet.length, type);
    if (type === vendorSpecific) splitVendorSpecific(packet, offset + 2, end, attributes);
    else attributes.push({type, value: packet.subarray(offset + 2, end)});
    offset = end;
  }
  return {code, identifier: packet[1] ?? 0, authenticator: packet.subarray(4, headerBytes), attributes};
}

function splitVendorSpecific(packet: Uint8Array, start: number, end: number, attributes: RadiusAttribute[]): void {
  // 4 bytes for the vendor, and at least one attribute of its: without, the attribute would be lost on the next encoding.
  if (end - start < 6) throw new MalformedPacketError(`A Vendor-Specific attribute has only ${end - start} bytes.`);
  if (packet[start] !== 0) throw new MalformedPacketError('A vendor number has more than 24 bits.');
  const vendor = ((packet[start + 1] ?? 0) << 16) | ((packet[start + 2] ?? 0) << 8) | (packet[start + 3] ?? 0);
  for (let offset = start + 4; offset < end; ) {
    const type = packet[offset] ?? 0;
    const innerEnd = attributeEnd(packet, offset, end, type, vendor);
    attributes.push({type, vendor, value: packet.subarray(offset + 2, innerEnd)});
    offset = innerEnd;
  }
}

function attributeEnd(packet: Uint8Array, offset: number, limit: number, type: number, vendor?: number): number {
  const length = offset + 1 < limit ? (packet[offset + 1] ?? 0) : 0;
  if (length >= 2 && offset + length <= limit) return offset + length;
  const what = `Attribute ${type}${vendor === undefined ? '' : ` of vendor ${vendor}`} at byte ${offset}`;
  throw new MalformedPacketError(
    length < 2
      ? `${what} has no length, or one below 2.`
      : `${what} claims ${length} bytes of the ${limit - offset} left.`,
  );
}
