import {type Command, Option} from 'commander';
import {UsageError} from '#harness/cli/exit.ts';
import {readTextOf} from '#harness/cli/read-text.ts';
import type {Acl} from '#protocol/dacl/acl.ts';
import {formatIpv4, formatIpv6, parseIpv4, parseIpv6} from '#protocol/dacl/ip-address.ts';
import {parseTimeRanges} from '#protocol/dacl/parse-time-ranges.ts';
import type {TimeRanges} from '#protocol/dacl/time-range.ts';

/** Options that every verb about an access list has. */
export interface AclOptions {
  ipv6?: boolean;
  /** `--no-neighbour-discovery` says false. */
  neighbourDiscovery: boolean;
  timeRanges?: string;
  at?: string;
  json?: boolean;
}

export function withAclOptions(command: Command): Command {
  return command
    .argument('<file>', 'the text of a dACL, or - for standard input')
    .option('--ipv6', 'the list is an IPv6 one')
    .option('--no-neighbour-discovery', 'an IPv6 list permits no neighbour discovery before its implicit deny')
    .option('--time-ranges <file>', "the switch's `time-range` configuration")
    .addOption(
      new Option('--at <time>', 'when, for entries with a time range, such as 2026-11-28T08:00Z').default('now'),
    )
    .option('--json', 'print JSON');
}

export function familyOf({ipv6}: AclOptions): Acl['family'] {
  return ipv6 ? 'ipv6' : 'ipv4';
}

/** The time ranges that the call names, and the instant it is about. Throws `UsageError`. */
export async function readTimes({
  timeRanges: path,
  at = 'now',
}: AclOptions): Promise<{timeRanges: TimeRanges | undefined; atMs: number}> {
  const atMs = at === 'now' ? Date.now() : Date.parse(at);
  if (Number.isNaN(atMs)) throw new UsageError(`--at ${at}: expected a time such as 2026-11-28T08:00Z`);
  if (path === undefined) return {timeRanges: undefined, atMs};
  const {ranges, problems} = parseTimeRanges(await readTextOf(path));
  const [first] = problems;
  if (first) throw new UsageError(`${path}:${first.line}:${first.column}: ${first.message} ${first.fix}`);
  return {timeRanges: ranges, atMs};
}

/** Comma-separated addresses in the notation that lists use. Throws `UsageError`. */
export function readAddresses(option: string, value: string): string[] {
  return value.split(',').map(part => readAddress(option, part.trim()));
}

export function readAddress(option: string, value: string): string {
  const ipv4 = parseIpv4(value);
  if (ipv4 !== undefined) return formatIpv4(ipv4);
  const ipv6 = parseIpv6(value);
  if (ipv6 !== undefined) return formatIpv6(ipv6);
  throw new UsageError(`${option} ${value}: expected an IP address, such as 10.10.1.11`);
}

export function readPort(option: string, value: string): number {
  const port = /^\d{1,5}$/.test(value) ? Number(value) : 0;
  if (port >= 1 && port <= 65535) return port;
  throw new UsageError(`${option} ${value}: expected a port from 1 to 65535`);
}
