/** Attributes by their names in the RFCs: how they are made, and read from a packet. */
import {
  type AddressAttribute,
  addressTypes,
  ciscoAvPair,
  ciscoVendor,
  type NumberAttribute,
  numberTypes,
  type StringAttribute,
  stringTypes,
} from '#protocol/radius/attribute-names.ts';
import {formatIpAddress, parseIpAddress} from '#protocol/radius/ip-address.ts';
import type {RadiusAttribute, RadiusPacket} from '#protocol/radius/packet.ts';

const encoder = new TextEncoder();
const room = new Uint8Array(1024);
/** Bytes that are no UTF-8 become U+FFFD, so that nothing in a packet goes unseen. */
const decoder = new TextDecoder('utf-8', {ignoreBOM: true});

export function text(name: StringAttribute, value: string): RadiusAttribute {
  return {type: stringTypes[name], value: utf8(value)};
}

export function bytes(name: StringAttribute, value: Uint8Array): RadiusAttribute {
  return {type: stringTypes[name], value};
}

/** Throws RangeError if the value is not a whole number of 32 bits. */
export function number(name: NumberAttribute, value: number): RadiusAttribute {
  if (value >>> 0 !== value) throw new RangeError(`${name} is a whole number from 0 to 4294967295, not ${value}.`);
  return {type: numberTypes[name], value: Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value)};
}

/** Throws RangeError if the value is not an address of the attribute's family. */
export function address(name: AddressAttribute, value: string): RadiusAttribute {
  const parsed = parseIpAddress(value);
  if (parsed?.length !== addressBytes(name)) {
    throw new RangeError(`${name} is an IPv${addressBytes(name) === 4 ? 4 : 6} address, not ${JSON.stringify(value)}.`);
  }
  return {type: addressTypes[name], value: parsed};
}

/** Cisco-AVPair, vendor 9, type 1: `key=value`. */
export function avPair(pair: string): RadiusAttribute {
  return {type: ciscoAvPair, vendor: ciscoVendor, value: utf8(pair)};
}

/** Of several attributes of this name the first, as everywhere here unless it says otherwise. */
export function readText(packet: RadiusPacket, name: StringAttribute): string | undefined {
  const value = readBytes(packet, name);
  return value && decoder.decode(value);
}

export function readBytes(packet: RadiusPacket, name: StringAttribute): Uint8Array | undefined {
  return find(packet, stringTypes[name])?.value;
}

export function readAllBytes(packet: RadiusPacket, name: StringAttribute): Uint8Array[] {
  return packet.attributes.filter(attribute => is(attribute, stringTypes[name])).map(({value}) => value);
}

/** `undefined` also if it has not 4 bytes. */
export function readNumber(packet: RadiusPacket, name: NumberAttribute): number | undefined {
  const value = find(packet, numberTypes[name])?.value;
  return value?.length === 4 ? new DataView(value.buffer, value.byteOffset).getUint32(0) : undefined;
}

/** In dotted or RFC 5952 notation; `undefined` also if its length is not that of an address. */
export function readAddress(packet: RadiusPacket, name: AddressAttribute): string | undefined {
  return readAddresses(packet, name)[0];
}

/** All that have the length of an address. */
export function readAddresses(packet: RadiusPacket, name: AddressAttribute): string[] {
  return packet.attributes
    .filter(attribute => is(attribute, addressTypes[name]) && attribute.value.length === addressBytes(name))
    .map(({value}) => formatIpAddress(value));
}

/** Every Cisco-AVPair as it came, in order. */
export function readAvPairs(packet: RadiusPacket): string[] {
  return packet.attributes
    .filter(({type, vendor}) => type === ciscoAvPair && vendor === ciscoVendor)
    .map(({value}) => decoder.decode(value));
}

/** What follows `key=` in the first Cisco-AVPair with this key. */
export function avPairValue(packet: RadiusPacket, key: string): string | undefined {
  return readAvPairs(packet)
    .find(pair => pair.startsWith(`${key}=`))
    ?.slice(key.length + 1);
}

/** Into room that is there already: a fifth of what `encode` takes for short texts. */
function utf8(value: string): Uint8Array {
  if (value.length * 3 > room.length) return encoder.encode(value);
  return room.slice(0, encoder.encodeInto(value, room).written);
}

function addressBytes(name: AddressAttribute): 4 | 16 {
  return name.includes('IPv6') ? 16 : 4;
}

function find({attributes}: RadiusPacket, type: number): RadiusAttribute | undefined {
  return attributes.find(attribute => is(attribute, type));
}

function is(attribute: RadiusAttribute, type: number): boolean {
  return attribute.type === type && attribute.vendor === undefined;
}
