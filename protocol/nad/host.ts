import {familyOf, parseIpv6} from '#protocol/dacl/ip-address.ts';

/** In the place of a host's address: every IPv6 address of the port that has nothing of its own. For IPv4 that is null. */
export const anyIpv6 = '::/0';

const macPattern = /^([0-9A-F]{2}:){5}[0-9A-F]{2}$/;

/** Whether a frame's source, written `00:50:56:A8:BE:02`, can be a host: a unicast address and not all zeros. */
export function isHostMac(mac: string): boolean {
  return macPattern.test(mac) && (Number.parseInt(mac.slice(0, 2), 16) & 1) === 0 && mac !== '00:00:00:00:00:00';
}

/** Whether an address can be a host's: not `this network`, loopback, multicast or above (RFC 6890), nor IPv4 within IPv6. */
export function isHostAddress(address: string): boolean {
  return familyOf(address) === 'ipv4' ? isIpv4Host(address) : isIpv6Host(address);
}

/** fe80::/10, good on one link only (RFC 4291 2.5.6). */
export function isLinkLocal(address: string): boolean {
  return (parseIpv6(address) ?? 0n) >> 118n === 0x3fan;
}

function isIpv4Host(address: string): boolean {
  const bytes = address.split('.').map(Number);
  const [first = 0] = bytes;
  const isIpv4 = /^\d{1,3}(\.\d{1,3}){3}$/.test(address) && bytes.every(byte => byte <= 255);
  return isIpv4 && first !== 0 && first !== 127 && first < 224;
}

/** Above ::ffff:0:0/96 and below ff00::/8. */
function isIpv6Host(address: string): boolean {
  const value = parseIpv6(address);
  return value !== undefined && value >> 48n !== 0n && value >> 120n !== 0xffn;
}
