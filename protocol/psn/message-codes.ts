/** ISE's message codes (domain.md 5.5, 6.1, 6.3, 6.7); the numbers are ISE's, the words are ours. */
export const messages = {
  3000: 'RADIUS accounting start',
  3001: 'RADIUS accounting stop',
  3002: 'RADIUS accounting interim update',
  3003: 'RADIUS accounting on',
  3004: 'RADIUS accounting off',
  5200: 'Authentication succeeded',
  5205: 'Dynamic Authorization succeeded',
  5232: 'DACL Download Succeeded',
  5400: 'Authentication failed',
  5405: 'RADIUS Request dropped',
  5411: 'The supplicant stopped responding',
  5413: 'RADIUS Accounting-Request dropped',
  5417: 'Dynamic Authorization failed',
  5419: 'DACL Download Failed',
  11007: 'The sender is not among the network devices',
  11023: 'There is no dACL of this name',
  11024: 'The dACL request carries no Message-Authenticator',
  11025: 'The dACL request carries no cisco-av-pair aaa:event=acl-download',
  11026: 'There is no such version of the dACL',
  11029: 'This type of RADIUS packet is not supported',
  11030: 'The datagram is not a RADIUS packet',
  11035: 'The session of the requested dACL has timed out',
  11036: 'The Message-Authenticator is invalid; the shared secrets may differ',
  11037: 'Accounting came to a port that takes none',
  11038: 'The Request Authenticator is invalid; the shared secrets may differ',
  11052: 'Authentication came to a port that takes none',
  11053: 'The reply would be larger than RADIUS allows',
  11057: 'The request carries no Message-Authenticator',
  11205: 'The network device of the session is not known',
  11213: 'No response from the network device to a Dynamic Authorization request',
  11222: 'The network device refused to disconnect the session',
  11224: 'The network device refused the CoA',
  11500: 'The EAP conversation failed',
  11509: 'No EAP protocol is allowed here',
  12321: 'PEAP failed: the client rejected the certificate of this node',
  12514: 'EAP-TLS failed: an unknown CA in the chain of the client certificate',
  12516: 'EAP-TLS failed: an expired certificate in the chain of the client certificate',
  12520: 'EAP-TLS failed: the client rejected the certificate of this node',
  15019: 'The rule names an authorization profile that does not exist',
  15039: 'The authorization profile rejects',
  22040: 'Wrong password, or the shared secrets differ',
  22056: 'The subject is in no identity store',
  83015: 'Posture status changed: the posture service asks for a CoA',
  87000: 'Received a posture report from an endpoint',
} as const;

export type MessageCode = keyof typeof messages;

/** As it stands in a `Failure Reason`: number and words. */
export function failureReason(code: MessageCode): string {
  return `${code} ${messages[code]}`;
}
