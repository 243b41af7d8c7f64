export function familyOf(address: string): 'ipv4' | 'ipv6' {
  return address.includes(':') ? 'ipv6' : 'ipv4';
}

/** Reads dotted-quad notation, without leading zeros (some readers take them for octal), as an unsigned 32-bit number. */
export function parseIpv4(text: string): number | undefined {
  if (text.length > 15) return undefined;
  let address = 0;
  let octet = -1;
  let octets = 0;
  for (let index = 0; index <= text.length; index += 1) {
    const digit = text.charCodeAt(index) - 48;
    if (digit >= 0 && digit <= 9) {
      if (octet === 0) return undefined;
      octet = octet < 0 ? digit : octet * 10 + digit;
      if (octet > 255) return undefined;
    } else {
      if (octet < 0 || (index < text.length && text[index] !== '.')) return undefined;
      address = address * 256 + octet;
      octets += 1;
      octet = -1;
    }
  }
  return octets === 4 ? address : undefined;
}

export function formatIpv4(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
}

/** Reads RFC 4291 §2.2 notation, all three forms, as a 128-bit number. No zone. */
export function parseIpv6(text: string): bigint | undefined {
  if (text.length > 45) return undefined;
  const halves = withoutDottedQuad(text)?.split('::');
  if (halves === undefined || halves.length > 2) return undefined;
  const [left = '', right] = halves;
  const head = groupsOf(left);
  const tail = right === undefined ? [] : groupsOf(right);
  if (head === undefined || tail === undefined) return undefined;

  const missing = 8 - head.length - tail.length;
  if (right === undefined ? missing !== 0 : missing < 1) return undefined;
  return [...head, ...new Array<number>(missing).fill(0), ...tail].reduce(
    (address, group) => (address << 16n) | BigInt(group),
    0n,
  );
}

/** RFC 5952: lower case, no leading zeros, the first of the longest runs of zero groups as `::`. */
export function formatIpv6(address: bigint): string {
  const groups = Array.from({length: 8}, (_, index) =>
    Number((address >> BigInt(112 - 16 * index)) & 0xffffn).toString(16),
  );
  const run = longestZeroRun(groups);
  if (run.length < 2) return groups.join(':');
  return `${groups.slice(0, run.start).join(':')}::${groups.slice(run.start + run.length).join(':')}`;
}

function groupsOf(text: string): number[] | undefined {
  if (text === '') return [];
  const groups = text.split(':');
  return groups.every(group => /^[0-9a-f]{1,4}$/i.test(group)) ? groups.map(group => parseInt(group, 16)) : undefined;
}

function withoutDottedQuad(text: string): string | undefined {
  if (!text.includes('.')) return text;
  const at = text.lastIndexOf(':') + 1;
  const address = parseIpv4(text.slice(at));
  if (at === 0 || address === undefined) return undefined;
  return `${text.slice(0, at)}${(address >>> 16).toString(16)}:${(address & 0xffff).toString(16)}`;
}

function longestZeroRun(groups: string[]): {start: number; length: number} {
  let longest = {start: 0, length: 0};
  let start = 0;
  for (const [index, group] of [...groups, 'end'].entries()) {
    if (group === '0') continue;
    if (index - start > longest.length) longest = {start, length: index - start};
    start = index + 1;
  }
  return longest;
}
