import type {RadiusAttribute} from '#protocol/radius/packet.ts';

/** What a RADIUS request is answered with; signed and sent by the one who took the request. */
export interface RadiusReply {
  code: 'Access-Accept' | 'Access-Reject' | 'Access-Challenge' | 'Accounting-Response';
  attributes: RadiusAttribute[];
}
