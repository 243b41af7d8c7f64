import type {NadInput} from '#protocol/nad/contract.ts';
import {discoveredAddress} from '#protocol/nad/neighbour-discovery.ts';

/** A frame that was seen entering an interface: the kernel's index of it, and what the switch wants to know. */
export type SeenFrame = Pick<Extract<NadInput, {kind: 'frame'}>, 'mac' | 'address'> & {interfaceIndex: number};

/** What the capture program writes is no capture in the format it was asked for. */
export class CaptureFormatError extends Error {
  override readonly name = 'CaptureFormatError';
}

const fileHeaderBytes = 24;
const recordHeaderBytes = 16;
const cookedHeaderBytes = 20;
/** DLT_LINUX_SLL2: the interface index is in it. Source: https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html */
const linuxCooked2 = 276;
const outgoing = 4;
const longestRecordBytes = 262_144;
const arp = 0x0806;
const ipv4 = 0x0800;
const ipv6 = 0x86dd;
const ethernet = 1;

/**
Reads a growing capture (pcap, LINUX_SLL2), as `tcpdump -i any -y LINUX_SLL2 -U -w -` writes it: bytes in, in any pieces, frames
out. Throws `CaptureFormatError` when it is something else; from then on nothing more can be read.
*/
export class FrameCapture {
  #pending: Uint8Array = new Uint8Array();
  #isLittleEndian: boolean | undefined;

  push(bytes: Uint8Array): SeenFrame[] {
    const all = new Uint8Array(this.#pending.length + bytes.length);
    all.set(this.#pending);
    all.set(bytes, this.#pending.length);
    const view = new DataView(all.buffer);
    let offset = 0;
    if (this.#isLittleEndian === undefined) {
      if (all.length < fileHeaderBytes) {
        this.#pending = all;
        return [];
      }
      this.#isLittleEndian = readFileHeader(view);
      offset = fileHeaderBytes;
    }
    const frames: SeenFrame[] = [];
    while (offset + recordHeaderBytes <= all.length) {
      const length = view.getUint32(offset + 8, this.#isLittleEndian);
      if (length > longestRecordBytes) throw new CaptureFormatError(`a record of ${length} bytes cannot be`);
      const start = offset + recordHeaderBytes;
      if (start + length > all.length) break;
      const frame = readCooked(all.subarray(start, start + length));
      if (frame) frames.push(frame);
      offset = start + length;
    }
    this.#pending = all.slice(offset);
    return frames;
  }
}

/** Returns whether numbers are little-endian. */
function readFileHeader(view: DataView): boolean {
  const magics = [0xa1b2c3d4, 0xa1b23c4d]; // microseconds, nanoseconds
  const isLittleEndian = magics.includes(view.getUint32(0, true));
  if (!isLittleEndian && !magics.includes(view.getUint32(0, false))) {
    throw new CaptureFormatError('it does not begin like a pcap file');
  }
  const linkType = view.getUint32(20, isLittleEndian) & 0xffff;
  if (linkType !== linuxCooked2)
    throw new CaptureFormatError(`its link type is ${linkType}, expected ${linuxCooked2} (LINUX_SLL2)`);
  return isLittleEndian;
}

function readCooked(packet: Uint8Array): SeenFrame | undefined {
  if (packet.length < cookedHeaderBytes) return undefined;
  const view = new DataView(packet.buffer, packet.byteOffset, packet.length);
  const isEthernet = view.getUint16(8) === ethernet && view.getUint8(11) === 6;
  if (!isEthernet || view.getUint8(10) === outgoing) return undefined;
  const source = packet.subarray(12, 18);
  return {
    interfaceIndex: view.getUint32(4),
    mac: macText(source),
    address: addressIn(view.getUint16(0), packet.subarray(cookedHeaderBytes), source),
  };
}

function addressIn(protocol: number, payload: Uint8Array, source: Uint8Array): string | null {
  if (protocol === arp) return senderAddress(payload, source);
  return protocol === ipv6 ? discoveredAddress(payload, source) : null;
}

/** The sender of an ARP, if it speaks for itself: an ARP probe has none, and a proxy's says nothing about the proxy. */
function senderAddress(packet: Uint8Array, source: Uint8Array): string | null {
  if (packet.length < 28) return null;
  const view = new DataView(packet.buffer, packet.byteOffset, packet.length);
  const isIpv4OverEthernet =
    view.getUint16(0) === ethernet && view.getUint16(2) === ipv4 && view.getUint16(4) === 0x0604;
  const isOwn = source.every((byte, index) => packet[8 + index] === byte);
  const address = packet.subarray(14, 18);
  return isIpv4OverEthernet && isOwn && address.some(byte => byte !== 0) ? address.join('.') : null;
}

function macText(bytes: Uint8Array): string {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0').toUpperCase()).join(':');
}
