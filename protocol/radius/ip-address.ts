/** IP addresses as text and as 4 or 16 bytes in network order. */
import {parseIpv4 as readDottedQuad} from '#protocol/dacl/ip-address.ts';

/** Reads dotted IPv4, or IPv6 as in RFC 4291 section 2.2 without a zone; `undefined` if the text is neither. */
export function parseIpAddress(text: string): Uint8Array | undefined {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

/** IPv4 with dots, IPv6 as in RFC 5952. Throws RangeError if there are not 4 or 16 bytes. */
export function formatIpAddress(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.length !== 16) throw new RangeError(`An IP address has 4 or 16 bytes, not ${bytes.length}.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const groups = Array.from({length: 8}, (_, index) => view.getUint16(2 * index));
  const {start, length} = longestZeroRun(groups);
  const hex = groups.map(group => group.toString(16));
  if (length < 2) return hex.join(':');
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`;
}

function parseIpv4(text: string): Uint8Array | undefined {
  const address = readDottedQuad(text);
  return address === undefined ? undefined : Uint8Array.of(address >>> 24, address >>> 16, address >>> 8, address);
}

function parseIpv6(text: string): Uint8Array | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half, index) => groupsOf(half, index === halves.length - 1));
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  const given = head.length + (tail?.length ?? 0);
  if (tail === undefined ? given !== 8 : given > 7) return undefined;
  const groups = [...head, ...Array.from({length: 8 - given}, () => 0), ...(tail ?? [])];
  return Uint8Array.from(groups.flatMap(group => [group >> 8, group & 0xff]));
}

/** Groups of 16 bits; the last two of an address may be written as IPv4. */
function groupsOf(text: string, isEnd: boolean): number[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const embedded = isEnd && parts.at(-1)?.includes('.') ? parseIpv4(parts.pop() ?? '') : new Uint8Array();
  if (embedded === undefined || !parts.every(part => /^[0-9a-f]{1,4}$/i.test(part))) return undefined;
  const [a, b, c, d] = embedded;
  const groups = parts.map(part => Number.parseInt(part, 16));
  return a === undefined ? groups : [...groups, (a << 8) | (b ?? 0), ((c ?? 0) << 8) | (d ?? 0)];
}

function longestZeroRun(groups: readonly number[]): {start: number; length: number} {
  let longest = {start: 0, length: 0};
  let length = 0;
  for (const [index, group] of groups.entries()) {
    length = group === 0 ? length + 1 : 0;
    if (length > longest.length) longest = {start: index - length + 1, length};
  }
  return longest;
}
