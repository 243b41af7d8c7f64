import type {Packet} from '#protocol/dacl/verdict.ts';

/** A packet that entered an access port, and what became of it. */
export interface PacketSeen {
  atMs: number;
  port: string;
  packet: Packet;
  verdict: 'permit' | 'deny';
}
