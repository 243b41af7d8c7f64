import type {PsnSettings} from '#protocol/psn/contract.ts';

/** What a PSN's container is begun with: the node's settings (`persisted` is read from its disk), certificate and names. PEM texts. */
export type PsnNodeSettings = PsnSettings & {
  tls: {ca: string; cert: string; key: string};
  /** FQDN to address: what DNS would say. */
  hosts: Record<string, string>;
};
