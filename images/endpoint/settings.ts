import type {AgentSettings} from '#protocol/agent/contract.ts';

/** What the endpoint's container is begun with: the agent's settings, but for what its files will say, and its surroundings. */
export type EndpointNodeSettings = Omit<AgentSettings, 'profile'> & {
  /** Text of ISEPostureCFG.xml. */
  profileXml: string;
  /** It is a phone, and has no agent. */
  phone: boolean;
  interface: string;
  /** Also the DNS server. */
  gateway: string;
  /** It has an address only while it has a lease. */
  dhcp: boolean;
  /** The IPv6 addresses that its kernel will make from what the switch advertises; null: there is no IPv6. */
  slaac: {global: string; linkLocal: string} | null;
  /** PSNs, FQDN to address: what the gap meter looks at. */
  hosts: Record<string, string>;
  /** The 802.1X supplicant; null: there is none. */
  supplicant: SupplicantSettings | null;
  /** PEM of the authority that the operating system trusts. */
  ca: string;
};

export interface SupplicantSettings {
  eap: 'peap' | 'tls';
  user: string;
  password: string;
  /** For EAP-TLS. PEM texts. */
  client: {cert: string; key: string} | null;
}
