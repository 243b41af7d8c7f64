/** RADIUS datagrams as a capture file, and what Wireshark's dissector says about them. */
import {execFile} from 'node:child_process';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';

const run = promisify(execFile);

export interface Datagram {
  from: 'client' | 'server';
  /** The server's. */
  port: number;
  bytes: Uint8Array;
}

/** One row of `fields` for each datagram, in order; where a field occurs several times, all of it, separated by `|`. */
export async function dissect(datagrams: Datagram[], secret: string, fields: string[]): Promise<string[][]> {
  const folder = await mkdtemp(join(tmpdir(), 'posturelab-radius-'));
  try {
    const file = join(folder, 'radius.pcap');
    await writeFile(file, captureOf(datagrams));
    const {stdout} = await run('tshark', [
      ...['-r', file, '-o', `radius.shared_secret:${secret}`, '-o', 'radius.validate_authenticator:TRUE'],
      ...['-T', 'fields', '-E', 'separator=/t', '-E', 'aggregator=|'],
      ...fields.flatMap(field => ['-e', field]),
    ]);
    return stdout
      .split('\n')
      .slice(0, -1)
      .map(line => line.split('\t'));
  } finally {
    await rm(folder, {recursive: true, force: true});
  }
}

/** The classic pcap format, in network byte order, with IPv4 packets and no link layer (LINKTYPE_RAW, 101). */
function captureOf(datagrams: Datagram[]): Uint8Array {
  const header = new Uint8Array(24);
  const view = new DataView(header.buffer);
  view.setUint32(0, 0xa1b2c3d4);
  view.setUint16(4, 2);
  view.setUint16(6, 4);
  view.setUint32(16, 65_535);
  view.setUint32(20, 101);
  const records = datagrams.map(recordOf);
  return new Uint8Array([header, ...records].flatMap(part => [...part]));
}

function recordOf({from, port, bytes}: Datagram, index: number): Uint8Array {
  const record = new Uint8Array(16 + 28 + bytes.length);
  const view = new DataView(record.buffer);
  view.setUint32(0, 1_667_986_860 + index);
  view.setUint32(8, 28 + bytes.length);
  view.setUint32(12, 28 + bytes.length);

  const [source, destination] = from === 'client' ? [2, 1] : [1, 2];
  const clientPort = 40_000;
  view.setUint8(16, 0x45);
  view.setUint16(18, 28 + bytes.length);
  view.setUint8(24, 64);
  view.setUint8(25, 17);
  record.set([192, 0, 2, source], 28);
  record.set([192, 0, 2, destination], 32);
  view.setUint16(36, from === 'client' ? clientPort : port);
  view.setUint16(38, from === 'client' ? port : clientPort);
  view.setUint16(40, 8 + bytes.length); // the checksum after it stays 0: none (RFC 768)
  record.set(bytes, 44);
  return record;
}
