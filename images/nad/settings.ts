import type {NadSettings} from '#protocol/nad/contract.ts';

/** What the switch's container is begun with. */
export type NadNodeSettings = NadSettings & {
  /** What the DNS server on it knows: name to IPv4 address. */
  names: Record<string, string>;
  /** Likewise, to IPv6 address. */
  ipv6Names: Record<string, string>;
};
