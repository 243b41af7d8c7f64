import {Buffer} from 'node:buffer';
import {buffer} from 'node:stream/consumers';
import {type Entry, fromBufferPromise, type ZipFile} from 'yauzl';

/** The file is no zip archive that can be read here; the message says why. */
export class ZipError extends Error {
  override readonly name = 'ZipError';
}

/** A posture log has 5 MB by default (LogFileSize); what is larger than this is not one. */
const largestFileBytes = 256 * 1024 * 1024;

/** Reads one file out of a zip archive: the first whose path `matches`. `undefined`: no such file. Rejects with `ZipError`. */
export async function readFromZip(
  archive: Uint8Array,
  matches: (path: string) => boolean,
): Promise<Uint8Array | undefined> {
  try {
    const zip = await fromBufferPromise(Buffer.from(archive.buffer, archive.byteOffset, archive.length));
    for await (const entry of zip.eachEntry()) if (matches(entry.fileName)) return await contentOf(zip, entry);
    return undefined;
  } catch (cause) {
    if (cause instanceof ZipError) throw cause;
    throw new ZipError(`the archive cannot be read: ${cause instanceof Error ? cause.message : cause}`, {cause});
  }
}

/** By the signature of the first file in it (APPNOTE.TXT 4.3.7). */
export function isZip(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true) === 0x04034b50;
}

/** yauzl holds the content to the size that the archive says. */
async function contentOf(zip: ZipFile, entry: Entry): Promise<Uint8Array> {
  const {fileName, uncompressedSize} = entry;
  if (entry.isEncrypted()) throw new ZipError(`${fileName} is encrypted; unpack the archive first`);
  if (uncompressedSize > largestFileBytes) {
    throw new ZipError(`${fileName} has ${uncompressedSize} bytes, and a log at most ${largestFileBytes}`);
  }
  return buffer(await zip.openReadStreamPromise(entry));
}
