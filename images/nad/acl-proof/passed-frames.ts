import {behindPort} from '#images/nad/acl-proof/links.ts';
import {startTool, type Tool} from '#images/shell/tool.ts';
import type {Mark} from '#protocol/dacl/packet-frame.ts';

const fileHeaderBytes = 24;
const recordHeaderBytes = 16;
const snapBytes = 16;

/** Counts the frames that arrive behind the port, by their marks, from tcpdump's capture (pcap, Ethernet). */
export class PassedFrames implements Disposable {
  readonly ready: Promise<void>;
  readonly #tool: Tool;
  readonly #counts = new Map<Mark, number>();
  readonly #waiting = new Map<Mark, () => void>();
  #pending: Buffer = Buffer.alloc(0);
  #hasHeader = false;

  constructor({onEnd}: {onEnd: (how: string) => void}) {
    const ready = Promise.withResolvers<void>();
    this.ready = ready.promise;
    const args = `-i ${behindPort} -Q in -n -s ${snapBytes} -U --immediate-mode -w -`.split(' ');
    this.#tool = startTool('tcpdump', args, {
      onBytes: bytes => {
        ready.resolve(); // it writes its header when it has begun to capture
        this.#read(bytes);
      },
      onEnd,
    });
  }

  count(mark: Mark): number {
    return this.#counts.get(mark) ?? 0;
  }

  async seen(mark: Mark): Promise<void> {
    if (this.#counts.has(mark)) return;
    await new Promise<void>(resolve => this.#waiting.set(mark, resolve));
  }

  clear(): void {
    this.#counts.clear();
  }

  [Symbol.dispose](): void {
    this.#tool[Symbol.dispose]();
  }

  #read(bytes: Uint8Array): void {
    let rest = Buffer.concat([this.#pending, bytes]);
    if (!this.#hasHeader) {
      if (rest.length < fileHeaderBytes) {
        this.#pending = rest;
        return;
      }
      this.#hasHeader = true;
      rest = rest.subarray(fileHeaderBytes);
    }
    while (rest.length >= recordHeaderBytes) {
      const length = rest.readUInt32LE(8); // tcpdump writes in the order of this machine, which is the container's
      if (rest.length < recordHeaderBytes + length) break;
      this.#count(rest.subarray(recordHeaderBytes, recordHeaderBytes + length));
      rest = rest.subarray(recordHeaderBytes + length);
    }
    this.#pending = Buffer.from(rest);
  }

  #count(frame: Buffer): void {
    if (frame.length < 12 || frame.readUInt16BE(6) !== 0x0200) return;
    const mark = frame.readUInt32BE(8);
    this.#counts.set(mark, (this.#counts.get(mark) ?? 0) + 1);
    this.#waiting.get(mark)?.();
    this.#waiting.delete(mark);
  }
}
