// Zip archives made by the book, and broken in every place.
import {Buffer} from 'node:buffer';
import {crc32, deflateRawSync} from 'node:zlib';
import test from 'ava';
import fc from 'fast-check';
import {isZip, readFromZip, ZipError} from '#harness/field-log/zip.ts';

const log = 'a line of the log\n'.repeat(1000);
const isLog = (path: string) => path.endsWith('AnyConnect_ISEPosture.txt');

type Method = 'stored' | 'deflated';

/** By APPNOTE.TXT 4.3: local headers with their files, the directory, the end record with a comment. */
function archive(method: Method): Uint8Array {
  const files: [path: string, text: string][] = [
    ['Cisco AnyConnect/summary.txt', 'something else'],
    ['Cisco AnyConnect/ISE Posture/AnyConnect_ISEPosture.txt', log],
  ];
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [path, text] of files) {
    const name = Buffer.from(path);
    const packed = method === 'stored' ? Buffer.from(text) : deflateRawSync(text);
    const sizes = [crc32(text), packed.length, Buffer.byteLength(text)];
    const common = [...u16(20, 0, method === 'stored' ? 0 : 8, 0, 0), ...u32(...sizes), ...u16(name.length, 0)];
    const local = Buffer.concat([Buffer.from([...u32(0x04034b50), ...common]), name, packed]);
    directory.push(Buffer.from([...u32(0x02014b50), ...u16(20), ...common, ...u16(0, 0, 0), ...u32(0, offset)]), name);
    locals.push(local);
    offset += local.length;
  }
  const entries = Buffer.concat(directory);
  const comment = Buffer.from('DART bundle');
  const end = [...u32(0x06054b50), ...u16(0, 0, 2, 2), ...u32(entries.length, offset), ...u16(comment.length)];
  return new Uint8Array(Buffer.concat([...locals, entries, Buffer.from(end), comment]));
}

const u16 = (...values: number[]) => values.flatMap(value => [value & 0xff, value >> 8]);
const u32 = (...values: number[]) =>
  values.flatMap(value => [value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24]);

for (const method of ['stored', 'deflated'] as const) {
  test(`a ${method} log is found and read`, async t => {
    const bytes = archive(method);
    const found = await readFromZip(bytes, isLog);

    t.true(isZip(bytes));
    t.is(new TextDecoder().decode(found), log);
    t.is(await readFromZip(bytes, path => path === 'none'), undefined);
  });
}

test('an archive that is cut or scribbled over is an error of its own kind, never a crash', async t => {
  const bytes = archive('deflated');
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(255), fc.boolean(), async (place, value, isCut) => {
      const broken = isCut ? bytes.slice(0, place) : bytes.with(place, value);
      try {
        await readFromZip(broken, isLog);
      } catch (error) {
        t.true(error instanceof ZipError, String(error));
      }
    }),
    {numRuns: 500},
  );
});

/** In the directory entry of the second file, at a place that APPNOTE.TXT 4.3.12 names. */
function changed(bytes: Uint8Array, place: number, values: number[]): Uint8Array {
  const entry = Buffer.from(bytes).lastIndexOf(Buffer.from(u32(0x02014b50)));
  return Uint8Array.from(bytes, (value, at) => values[at - entry - place] ?? value);
}

for (const [what, place, values, expected] of [
  ['encrypted', 8, u16(1), /ISEPosture\.txt is encrypted/],
  ['packed by another method', 10, u16(12), /compression method/i],
  ['larger than any log', 24, u32(0x7fffffff), /has 2147483647 bytes, and a log at most 268435456/],
  ['larger than it says', 24, u32(100), /too many bytes/],
] as const) {
  test(`a log that is ${what} is refused with the reason`, async t => {
    const error = await t.throwsAsync(readFromZip(changed(archive('deflated'), place, [...values]), isLog));
    t.true(error instanceof ZipError);
    t.regex(error?.message ?? '', expected);
  });
}
