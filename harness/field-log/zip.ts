import {inflateRawSync} from 'node:zlib';

/** The file is no zip archive that can be read here; the message says why. */
export class ZipError extends Error {
  override readonly name = 'ZipError';
}

const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;
const localSignature = 0x04034b50;
const endBytes = 22;
const longestCommentBytes = 65_535;
const entryBytes = 46;
const localBytes = 30;
/** A posture log has 5 MB by default (LogFileSize); what is larger than this is not one. */
const largestFileBytes = 256 * 1024 * 1024;

/**
Reads one file out of a zip archive: the first whose path `matches`. Stored and deflated files, as DART makes them; no encryption, no
zip64 (APPNOTE.TXT 4.3). `undefined`: no such file. Throws `ZipError`.
*/
export function readFromZip(archive: Uint8Array, matches: (path: string) => boolean): Uint8Array | undefined {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.length);
  const end = findEnd(view);
  const count = view.getUint16(end + 10, true);
  let offset = view.getUint32(end + 16, true);
  for (let index = 0; index < count; index += 1) {
    if (offset + entryBytes > view.byteLength || view.getUint32(offset, true) !== entrySignature)
      throw new ZipError(`entry ${index + 1} of the archive's directory is damaged`);
    const nameLength = view.getUint16(offset + 28, true);
    const path = new TextDecoder().decode(archive.subarray(offset + entryBytes, offset + entryBytes + nameLength));
    if (matches(path)) return contentOf(archive, view, offset, path);
    offset += entryBytes + nameLength + view.getUint16(offset + 30, true) + view.getUint16(offset + 32, true);
  }
  return undefined;
}

export function isZip(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true) === localSignature;
}

function findEnd(view: DataView): number {
  const earliest = Math.max(0, view.byteLength - endBytes - longestCommentBytes);
  for (let offset = view.byteLength - endBytes; offset >= earliest; offset -= 1) {
    if (view.getUint32(offset, true) === endSignature) return offset;
  }
  throw new ZipError('the archive has no end record: was it cut?');
}

function contentOf(archive: Uint8Array, view: DataView, entry: number, path: string): Uint8Array {
  const method = view.getUint16(entry + 10, true);
  const packedBytes = view.getUint32(entry + 20, true);
  const local = view.getUint32(entry + 42, true);
  if ((view.getUint16(entry + 8, true) & 1) !== 0) throw new ZipError(`${path} is encrypted; unpack the archive first`);
  if (local + localBytes > view.byteLength || view.getUint32(local, true) !== localSignature)
    throw new ZipError(`${path} is not where the archive says`);
  const start = local + localBytes + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  const packed = archive.subarray(start, start + packedBytes);
  if (packed.length !== packedBytes) throw new ZipError(`${path} is cut`);
  if (method === 0) return packed;
  if (method !== 8) throw new ZipError(`${path} is packed by method ${method}; unpack the archive first`);
  try {
    return inflateRawSync(packed, {maxOutputLength: largestFileBytes});
  } catch (cause) {
    throw new ZipError(`${path} cannot be unpacked: ${cause instanceof Error ? cause.message : cause}`, {cause});
  }
}
