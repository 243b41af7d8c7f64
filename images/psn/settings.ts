import type {PsnSettings} from '#protocol/psn/contract.ts';

/** What a PSN's container is begun with: the node's settings (`persisted` is read from its disk), certificate and names. PEM texts. */
export type PsnNodeSettings = PsnSettings & {
  /** Where it listens for HTTPS beside its IPv4 address; null: nowhere. RADIUS is spoken over IPv4 only. */
  ipv6Address: string | null;
  tls: {ca: string; cert: string; key: string};
  /** FQDN to address: what DNS would say. */
  hosts: Record<string, string>;
};
