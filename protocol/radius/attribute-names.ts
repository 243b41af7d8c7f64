/** The attributes that this project speaks of, by their names in RFC 2865, 2866, 2869, 3162, 3576 and 5176. */
export const attributeNumbers = {
  'User-Name': 1,
  'User-Password': 2,
  'NAS-IP-Address': 4,
  'NAS-Port': 5,
  'Service-Type': 6,
  'Framed-IP-Address': 8,
  'Framed-MTU': 12,
  'Reply-Message': 18,
  State: 24,
  Class: 25,
  'Session-Timeout': 27,
  'Idle-Timeout': 28,
  'Termination-Action': 29,
  'Called-Station-Id': 30,
  'Calling-Station-Id': 31,
  'NAS-Identifier': 32,
  'Proxy-State': 33,
  'Acct-Status-Type': 40,
  'Acct-Delay-Time': 41,
  'Acct-Input-Octets': 42,
  'Acct-Output-Octets': 43,
  'Acct-Session-Id': 44,
  'Acct-Authentic': 45,
  'Acct-Session-Time': 46,
  'Acct-Terminate-Cause': 49,
  'Event-Timestamp': 55,
  'NAS-Port-Type': 61,
  'EAP-Message': 79,
  'Message-Authenticator': 80,
  'NAS-Port-Id': 87,
  'Error-Cause': 101,
  'Framed-IPv6-Address': 168,
} as const;

export type AttributeName = keyof typeof attributeNumbers;

/** Error-Cause values, RFC 5176 section 3.5. */
export const errorCauses = {
  unsupportedAttribute: 401,
  missingAttribute: 402,
  nasIdentificationMismatch: 403,
  invalidRequest: 404,
  unsupportedService: 405,
  administrativelyProhibited: 501,
  sessionContextNotFound: 503,
  sessionContextNotRemovable: 504,
  resourcesUnavailable: 506,
} as const;

export const ciscoVendor = 9;
export const ciscoAvPair = 1;
