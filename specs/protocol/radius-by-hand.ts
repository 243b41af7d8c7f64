/** RADIUS packets made after the RFCs' words, by nothing of what is under test; and what specs of signatures have in common. */
import {Buffer} from 'node:buffer';
import {createHash, createHmac} from 'node:crypto';
import {decodePacket, type RadiusPacket} from '#protocol/radius/packet.ts';
import {encodeRequest, type RequestCode} from '#protocol/radius/request.ts';
import type {ResponseCode} from '#protocol/radius/response.ts';

/** Of the examples in RFC 2865. */
export const secret = 'xyzzy5461';
export const messageAuthenticator = 80;

export const requestCodes: RequestCode[] = [
  'Access-Request',
  'Accounting-Request',
  'CoA-Request',
  'Disconnect-Request',
];
export const responseCodes: ResponseCode[] = [
  'Access-Accept',
  'Access-Reject',
  'Access-Challenge',
  'Accounting-Response',
  'CoA-ACK',
  'CoA-NAK',
  'Disconnect-ACK',
  'Disconnect-NAK',
];

/** A request signed after the RFCs' words, by nothing of what is under test; every signature in it with the same digest. */
export function assemble(code: RequestCode, attributes: Uint8Array[], {forged = false} = {}): Uint8Array {
  const isAccess = code === 'Access-Request';
  const number = {'Access-Request': 1, 'Accounting-Request': 4, 'CoA-Request': 43, 'Disconnect-Request': 40}[code];
  const packet = unsigned(number, 1, isAccess ? randomBytes(16) : new Uint8Array(16), attributes);
  const digest = createHmac('md5', secret).update(packet).digest();
  let offset = 20;
  for (const attribute of attributes) {
    if (attribute.length === 18 && !forged) packet.set(digest, offset + 2);
    offset += attribute.length;
  }
  if (!isAccess) packet.set(md5(packet), 4);
  return packet;
}

export function unsigned(
  code: number,
  identifier: number,
  authenticator: Uint8Array,
  attributes: Uint8Array[],
): Uint8Array {
  const body = attributes.flatMap(attribute => [...attribute]);
  return Uint8Array.of(code, identifier, 0, 20 + body.length, ...authenticator, ...body);
}

/** A Message-Authenticator still to be signed. */
export function signature(): Uint8Array {
  return Uint8Array.of(messageAuthenticator, 18, ...new Uint8Array(16));
}

export function md5(packet: Uint8Array): Uint8Array {
  return createHash('md5').update(packet).update(secret).digest();
}

/** As a server has it that is about to answer. */
export function requestOf(attributes: RadiusPacket['attributes']): RadiusPacket {
  return decodePacket(encodeRequest({code: 'Access-Request', identifier: 3, attributes, secret, randomBytes}).bytes);
}

export function randomBytes(count: number): Uint8Array {
  return Uint8Array.from({length: count}, (_, index) => 17 * index + 1);
}

export function reasonOf(read: {ok: true} | {ok: false; reason: string}): string {
  return read.ok ? 'accepted' : read.reason;
}

export function hex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));
}
