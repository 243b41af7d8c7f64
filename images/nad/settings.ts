import type {NadSettings} from '#protocol/nad/contract.ts';

/** An address that is kept for a MAC. */
export interface Reservation {
  mac: string;
  address: string;
}

/** What the switch's container is begun with. */
export type NadNodeSettings = NadSettings & {
  /** What the DNS server on it knows: name to IPv4 address. */
  names: Record<string, string>;
  /** What the DHCP server on it has to give, and to whom; none: there is no DHCP server. */
  leases: Reservation[];
  /** Likewise, to IPv6 address. */
  ipv6Names: Record<string, string>;
};
