import type {MethodOrder} from '#protocol/nad/contract.ts';

/** How endpoints authenticate where a lab has 802.1X. */
export interface Dot1xSettings {
  eap: 'peap' | 'tls';
  /** With PEAP the user's name; with EAP-TLS also the subject of his certificate. */
  user: string;
  /** In the PSNs' identity store. */
  storedPassword: string;
  /** What the supplicant sends. */
  password: string;
  /** The supplicant's own, for EAP-TLS. */
  clientCertificate: 'valid' | 'expired' | 'unknown-ca';
  /** `silent`: the endpoint has none. */
  supplicant: 'running' | 'silent';
  /** `authentication order` and `authentication priority`. */
  order: MethodOrder;
  priority: MethodOrder;
  /** `dot1x timeout tx-period`: how long a host has to answer before it is asked again. */
  txPeriodMs: number;
  /** `dot1x max-reauth-req`: how often it is asked again before MAB's turn comes. */
  maxReauthRequests: number;
}

/** The user is that of TAC 222483; the timers are those of a Catalyst (after recall). */
export const healthyDot1x: Dot1xSettings = {
  eap: 'peap',
  user: 'TRAINING\\bob',
  storedPassword: 'posturelab-password',
  password: 'posturelab-password',
  clientCertificate: 'valid',
  supplicant: 'running',
  order: 'dot1x mab',
  priority: 'dot1x mab',
  txPeriodMs: 30_000,
  maxReauthRequests: 2,
};

/** What a field with few values may be set to. */
export const dot1xChoices = {
  eap: ['peap', 'tls'],
  clientCertificate: ['valid', 'expired', 'unknown-ca'],
  supplicant: ['running', 'silent'],
  order: ['dot1x mab', 'mab dot1x'],
  priority: ['dot1x mab', 'mab dot1x'],
} as const;
