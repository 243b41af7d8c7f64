import * as v from 'valibot';
import {UsageError} from '#harness/cli/exit.ts';
import {ipv4Protocols} from '#protocol/dacl/ios-protocols.ts';
import {parseIpv4, parseIpv6} from '#protocol/dacl/ip-address.ts';
import type {Packet} from '#protocol/dacl/verdict.ts';

/** Packets as design.md 4 writes them, one JSON object a line; blank lines are skipped. Throws `UsageError` with the line. */
export function readPackets(text: string, file: string): Packet[] {
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    const where = `${file}:${index + 1}`;
    const result = v.safeParse(schema, parseJson(line, where));
    if (!result.success) {
      const [issue] = result.issues;
      throw new UsageError(`${where}: ${v.getDotPath(issue) ?? 'packet'}: ${issue.message}`);
    }
    return [packetOf(result.output, where)];
  });
}

const whole = (max: number) =>
  v.pipe(
    v.number(`expected a number from 0 to ${max}`),
    v.integer(`expected a whole number from 0 to ${max}`),
    v.minValue(0, `expected a number from 0 to ${max}`),
    v.maxValue(max, `expected a number from 0 to ${max}`),
  );
const address = v.pipe(
  v.string('expected an IP address'),
  v.check(text => parseIpv4(text) !== undefined || parseIpv6(text) !== undefined, 'expected an IP address'),
);
const protocols = new Map<string, number>([
  ...[...ipv4Protocols].flatMap(([name, number]) => (number === null ? [] : [[name, number] as const])),
  ['icmpv6', 58],
]);
const schema = v.strictObject(
  {
    protocol: v.union(
      [whole(255), v.picklist([...protocols.keys()])],
      `expected a number from 0 to 255, or one of ${[...protocols.keys()].join(', ')}`,
    ),
    source: address,
    destination: address,
    sourcePort: v.optional(whole(65535)),
    destinationPort: v.optional(whole(65535)),
    flags: v.optional(
      v.array(v.picklist(['fin', 'syn', 'rst', 'psh', 'ack', 'urg'], 'expected fin, syn, rst, psh, ack or urg')),
    ),
    icmpType: v.optional(whole(255)),
    icmpCode: v.optional(whole(255)),
    igmpType: v.optional(whole(15)),
    dscp: v.optional(whole(63)),
    ttl: v.optional(whole(255)),
    fragment: v.optional(v.boolean('expected true or false')),
  },
  issue =>
    `expected a packet, such as {"protocol":"tcp","source":"10.0.0.1","destination":"10.10.1.11","sourcePort":50000,"destinationPort":8449}; ${issue.kind === 'schema' && issue.expected === 'never' ? 'this field is none of its' : 'this is none'}`,
);

function parseJson(line: string, where: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new UsageError(
      `${where}: expected one JSON object a line: ${error instanceof Error ? error.message : error}`,
    );
  }
}

/** A packet that leaves something out has what packets usually have, so that model and kernel look at the same one. */
function packetOf(document: v.InferOutput<typeof schema>, where: string): Packet {
  const {
    protocol: named,
    sourcePort,
    destinationPort,
    flags,
    icmpType,
    icmpCode,
    igmpType,
    fragment,
    ...header
  } = document;
  const protocol = typeof named === 'number' ? named : (protocols.get(named) ?? 0);
  if (header.source.includes(':') !== header.destination.includes(':')) {
    throw new UsageError(`${where}: source and destination are of different families`);
  }
  const packet = {
    ...withoutUndefined({dscp: header.dscp}),
    protocol,
    source: header.source,
    destination: header.destination,
    ttl: header.ttl ?? 64,
  };
  if (fragment) return {...packet, fragment};
  if (protocol === 6 || protocol === 17 || protocol === 132) {
    const ports = {sourcePort: sourcePort ?? 50_000, destinationPort: destinationPort ?? 0};
    return {...packet, ...ports, ...(protocol === 6 ? {flags: flags ?? ['syn']} : {})};
  }
  if (protocol === 1 || protocol === 58)
    return {...packet, icmpType: icmpType ?? (protocol === 1 ? 8 : 128), icmpCode: icmpCode ?? 0};
  return protocol === 2 ? {...packet, igmpType: igmpType ?? 6} : packet;
}

function withoutUndefined({dscp}: {dscp: number | undefined}): {dscp?: number} {
  return dscp === undefined ? {} : {dscp};
}
