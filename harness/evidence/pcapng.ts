import {Transform, type TransformCallback} from 'node:stream';

/**
A pcap stream (what tcpdump writes) made into pcapng, with the interface's name in it: one Section Header Block, one Interface
Description Block, and an Enhanced Packet Block a packet. Source: draft-ietf-opsawg-pcapng sections 4.1 to 4.3.
*/
export class PcapngStream extends Transform {
  readonly #interface: string;
  #pending = Buffer.alloc(0);
  #byteOrder: 'little' | 'big' | undefined;

  constructor(options: {interface: string}) {
    super();
    this.#interface = options.interface;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#pending = Buffer.concat([this.#pending, chunk]);
    try {
      if (this.#byteOrder === undefined && this.#pending.length >= 24) this.#readFileHeader();
      while (this.#byteOrder !== undefined && this.#readPacket());
      done();
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #readFileHeader(): void {
    const magic = this.#pending.readUInt32LE(0);
    if (magic !== 0xa1b2c3d4 && magic !== 0xd4c3b2a1)
      throw new Error('this is no pcap stream with microseconds: its first four bytes are wrong');
    this.#byteOrder = magic === 0xa1b2c3d4 ? 'little' : 'big';
    const linkType = this.#number(20);
    this.#pending = this.#pending.subarray(24);
    const name = Buffer.from(this.#interface);
    const description = Buffer.alloc(8);
    description.writeUInt16LE(linkType & 0xffff, 0);
    this.push(block(0x0a0d0d0a, Buffer.from('4d3c2b1a01000000ffffffffffffffff', 'hex')));
    this.push(block(1, Buffer.concat([description, option(2, name), option(0, Buffer.alloc(0))])));
  }

  #readPacket(): boolean {
    if (this.#pending.length < 16) return false;
    const captured = this.#number(8);
    if (captured > 0x40000) throw new Error(`a packet of ${captured} bytes: the stream is damaged`);
    if (this.#pending.length < 16 + captured) return false;
    const microseconds = BigInt(this.#number(0)) * 1_000_000n + BigInt(this.#number(4));
    const head = Buffer.alloc(20);
    head.writeUInt32LE(Number(microseconds >> 32n), 4);
    head.writeUInt32LE(Number(microseconds & 0xffffffffn), 8);
    head.writeUInt32LE(captured, 12);
    head.writeUInt32LE(this.#number(12), 16);
    this.push(block(6, Buffer.concat([head, padded(this.#pending.subarray(16, 16 + captured))])));
    this.#pending = this.#pending.subarray(16 + captured);
    return true;
  }

  #number(offset: number): number {
    return this.#byteOrder === 'big' ? this.#pending.readUInt32BE(offset) : this.#pending.readUInt32LE(offset);
  }
}

function block(type: number, body: Buffer): Buffer {
  const whole = Buffer.alloc(body.length + 12);
  whole.writeUInt32LE(type, 0);
  whole.writeUInt32LE(whole.length, 4);
  body.copy(whole, 8);
  whole.writeUInt32LE(whole.length, whole.length - 4);
  return whole;
}

function option(code: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(code, 0);
  head.writeUInt16LE(value.length, 2);
  return Buffer.concat([head, padded(value)]);
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}
