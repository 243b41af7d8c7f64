import type {AddressMatch} from '#protocol/dacl/acl.ts';
import {formatIpv4, formatIpv6, parseIpv4, parseIpv6} from '#protocol/dacl/ip-address.ts';
import {findKeyword} from '#protocol/dacl/keyword.ts';
import {type Complaint, type LineReader, quote, readNumber, type Token} from '#protocol/dacl/line-reader.ts';

type Family = 'ipv4' | 'ipv6';
type Side = 'source' | 'destination';

const keywords: ReadonlyMap<string, 'any' | 'host' | 'unsupported'> = new Map([
  ['any', 'any'],
  ['host', 'host'],
  ['addrgroup', 'unsupported'],
  ['interface', 'unsupported'],
  ['object-group', 'unsupported'],
] as const);

/**
Reads the source or the destination of an entry. Bits that do not count are cleared, `0.0.0.0` wildcards become `host` and
full ones `any`, as IOS does. A source other than `any` is a warning (domain.md 5.6).
*/
export function parseAddressMatch(
  reader: LineReader,
  {what, family}: {what: Side; family: Family},
): AddressMatch | undefined {
  const token = reader.next;
  if (token === undefined) {
    if (reader.failed) return undefined; // the line is known to be broken, and this would only be a consequence
    return reader.fail(token, {
      code: `missing-${what}`,
      message: `The line ends where the ${what} was expected.`,
      fix: `Write ${forms[family]}.`,
    });
  }
  const match = parseMatch(reader, token, {what, family});
  if (match && match.kind !== 'any' && what === 'source') {
    reader.warn(token, {
      code: 'source-not-any',
      message:
        'The source of a dACL entry must be `any`: the switch puts the address of the endpoint in its place, and an entry with another source may match nothing.',
      fix: 'Write `any` as the source.',
      replacement: 'any',
      until: reader.last,
    });
  }
  return match;
}

/** Whether a word can only be the beginning of a source or destination. */
export function looksLikeAddress(word: string): boolean {
  return /[.:/]/.test(word) || /^(any|host)$/i.test(word);
}

const forms: Record<Family, string> = {
  ipv4: '`any`, `host A.B.C.D`, or an address with a wildcard mask (`10.0.0.0 0.0.0.255`)',
  ipv6: '`any`, `host X:X::X`, or a prefix (`2001:db8::/32`)',
};

function parseMatch(
  reader: LineReader,
  token: Token,
  {what, family}: {what: Side; family: Family},
): AddressMatch | undefined {
  reader.take();
  if (/[.:/]/.test(token.text)) {
    return family === 'ipv4' ? parseWildcard(reader, token) : parsePrefix(reader, token);
  }
  const keyword = findKeyword(token.text, keywords);
  if (keyword.kind === 'found' && keyword.value === 'any') return {kind: 'any'};
  if (keyword.kind === 'found' && keyword.value === 'host') return parseHost(reader, family);
  if (keyword.kind === 'found') {
    reader.take();
    return reader.fail(token, {
      code: 'unsupported',
      message: `\`${keyword.name}\` refers to the switch's own configuration, which ISE does not know: not possible in a dACL.`,
      fix: `Write ${forms[family]}.`,
    });
  }
  return reader.fail(token, {
    code: `unknown-${what}`,
    message: `${quote(token.text)} is not a ${what}.`,
    fix: `Write ${forms[family]}.`,
  });
}

function parseHost(reader: LineReader, family: Family): AddressMatch | undefined {
  const token = reader.next;
  const address = token && readAddress(token.text, family);
  if (address !== undefined) {
    reader.take();
    return {kind: 'host', address};
  }
  if (token && isHostName(token.text)) {
    reader.take();
    return reader.fail(token, {
      code: 'unsupported',
      message: `${quote(token.text)} is a name. A switch filters by addresses and asks no DNS: not possible in a dACL.`,
      fix: `Write the ${familyNames[family]} address of the host, one entry for each if it has several.`,
    });
  }
  if (token && /[.:/]/.test(token.text)) reader.take();
  return reader.fail(token, {
    code: 'host-address',
    message: `${token ? `${quote(token.text)} stands` : 'The line ends'} where \`host\` has its ${familyNames[family]} address.`,
    fix: `Write ${family === 'ipv4' ? '`host 10.0.0.11`' : '`host 2001:db8::11`'}, with the address you mean.`,
  });
}

function parseWildcard(reader: LineReader, token: Token): AddressMatch | undefined {
  const address = parseIpv4(token.text);
  if (address === undefined) return reader.fail(token, addressComplaint(token.text, 'ipv4'));
  const mask = reader.next;
  const wildcard = mask && parseIpv4(mask.text);
  if (mask === undefined || wildcard === undefined) {
    if (mask && /^[\d.]+$/.test(mask.text)) reader.take();
    return reader.fail(mask, {
      code: 'wildcard',
      message: `${mask ? `${quote(mask.text)} stands` : 'The line ends'} where the wildcard mask of ${token.text} was expected.`,
      fix: `Write \`host ${token.text}\` for this one address, or \`${token.text} 0.0.0.255\` for its 256 neighbours.`,
    });
  }
  reader.take();
  if (looksLikeNetmask(wildcard) && address !== 0) {
    reader.warn(mask, {
      code: 'netmask',
      message: `${mask.text} looks like a netmask. In a wildcard mask the bits that are 1 do not count.`,
      fix: `Write \`${token.text} ${formatIpv4(~wildcard >>> 0)}\`.`,
      replacement: formatIpv4(~wildcard >>> 0),
    });
  }
  if (wildcard === 0xffffffff) return {kind: 'any'};
  if (wildcard === 0) return {kind: 'host', address: formatIpv4(address)};
  return {kind: 'wildcard', address: formatIpv4((address & ~wildcard) >>> 0), wildcard: formatIpv4(wildcard)};
}

function parsePrefix(reader: LineReader, token: Token): AddressMatch | undefined {
  const [text = '', lengthText, more] = token.text.split('/', 3);
  const address = parseIpv6(text);
  const length = lengthText === undefined || more !== undefined ? undefined : readNumber(lengthText);
  if (address === undefined || (lengthText !== undefined && (length === undefined || length > 128))) {
    return reader.fail(token, addressComplaint(token.text, 'ipv6'));
  }
  if (length === undefined) {
    return reader.fail(token, {
      code: 'prefix-length',
      message: `${quote(token.text)} has no prefix length.`,
      fix: `Write \`host ${token.text}\` for this one address, or \`${token.text}/64\` for its network.`,
    });
  }
  if (length === 0) return {kind: 'any'};
  if (length === 128) return {kind: 'host', address: formatIpv6(address)};
  const shift = BigInt(128 - length);
  return {kind: 'prefix', address: formatIpv6((address >> shift) << shift), length};
}

const familyNames: Record<Family, string> = {ipv4: 'IPv4', ipv6: 'IPv6'};

function addressComplaint(word: string, family: Family): Complaint {
  const [address = '', length = '', more] = word.split('/', 3);
  const other = family === 'ipv4' ? 'ipv6' : 'ipv4';
  if (readAddress(address, other) !== undefined) {
    return {
      code: 'address-family',
      message: `${quote(word)} is an ${familyNames[other]} address in an ${familyNames[family]} list.`,
      fix: `Write ${forms[family]}, and put ${familyNames[other]} entries into a list of their own.`,
    };
  }
  const bits = readNumber(length);
  if (readAddress(address, family) !== undefined && bits !== undefined && bits <= 32 && more === undefined) {
    const wildcard = bits === 32 ? 0 : 0xffffffff >>> bits;
    return {
      code: 'prefix-notation',
      message: `${quote(word)} is prefix notation. An IPv4 entry takes a wildcard mask.`,
      fix: `Write \`${address} ${formatIpv4(wildcard)}\`.`,
      replacement: `${address} ${formatIpv4(wildcard)}`,
    };
  }
  return {
    code: 'address',
    message: `${quote(word)} is not an ${familyNames[family]} ${family === 'ipv4' ? 'address' : 'prefix'}.`,
    fix: `Write ${forms[family]}.`,
  };
}

/** Letters, and dots between them: a word that can be no address of either family. */
function isHostName(word: string): boolean {
  return /^(?=.*[g-z])[a-z\d-]+(\.[a-z\d-]+)+\.?$/i.test(word);
}

function readAddress(text: string, family: Family): string | undefined {
  if (family === 'ipv4') {
    const address = parseIpv4(text);
    return address === undefined ? undefined : formatIpv4(address);
  }
  const address = parseIpv6(text);
  return address === undefined ? undefined : formatIpv6(address);
}

/** Ones, then zeros: what a netmask is, and a sensible wildcard mask never. */
function looksLikeNetmask(mask: number): boolean {
  const inverted = ~mask >>> 0;
  return mask >= 0x80000000 && (inverted & (inverted + 1)) === 0;
}
