/** The attributes that are spoken of here, by their names in the RFCs. Others are kept as numbers. */

/** Text or bytes: on the wire there is no difference (RFC 2865 section 5, RFC 2866, 2869, 3162, 3579, 4372). */
export const stringTypes = {
  'User-Name': 1,
  /** In the clear when made, hidden when read: see user-password.ts. */
  'User-Password': 2,
  'Filter-Id': 11,
  'Reply-Message': 18,
  State: 24,
  Class: 25,
  'Called-Station-Id': 30,
  'Calling-Station-Id': 31,
  'NAS-Identifier': 32,
  'Proxy-State': 33,
  'Acct-Session-Id': 44,
  'Acct-Multi-Session-Id': 50,
  'Connect-Info': 77,
  'EAP-Message': 79,
  /** Read only: packets get theirs when they are signed. */
  'Message-Authenticator': 80,
  'NAS-Port-Id': 87,
  'Chargeable-User-Identity': 89,
  /** Eight bytes. */
  'Framed-Interface-Id': 96,
  /** A reserved byte, the length, and the prefix. */
  'Framed-IPv6-Prefix': 97,
} as const;

/** 32 bits, unsigned; times in seconds (RFC 2865, 2866, 2869, 5176). */
export const numberTypes = {
  'NAS-Port': 5,
  'Service-Type': 6,
  'Framed-Protocol': 7,
  'Framed-MTU': 12,
  'Session-Timeout': 27,
  'Idle-Timeout': 28,
  'Termination-Action': 29,
  'Acct-Status-Type': 40,
  'Acct-Delay-Time': 41,
  'Acct-Input-Octets': 42,
  'Acct-Output-Octets': 43,
  'Acct-Authentic': 45,
  'Acct-Session-Time': 46,
  'Acct-Input-Packets': 47,
  'Acct-Output-Packets': 48,
  'Acct-Terminate-Cause': 49,
  'Acct-Input-Gigawords': 52,
  'Acct-Output-Gigawords': 53,
  'Event-Timestamp': 55,
  'NAS-Port-Type': 61,
  'Acct-Interim-Interval': 85,
  'Error-Cause': 101,
} as const;

/** RFC 2865 sections 5.4, 5.8 and 5.9; RFC 3162 section 2.1; RFC 6911 section 3.1. */
export const addressTypes = {
  'NAS-IP-Address': 4,
  'Framed-IP-Address': 8,
  'Framed-IP-Netmask': 9,
  'NAS-IPv6-Address': 95,
  'Framed-IPv6-Address': 168,
} as const;

export type StringAttribute = keyof typeof stringTypes;
export type NumberAttribute = keyof typeof numberTypes;
export type AddressAttribute = keyof typeof addressTypes;

/** Cisco-AVPair: `key=value`. */
export const ciscoVendor = 9;
export const ciscoAvPair = 1;
