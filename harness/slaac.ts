import {formatIpv6, parseIpv6} from '#protocol/dacl/ip-address.ts';

/** The switch's on the access VLAN, where its advertisements come from. Ours. */
export const routerLinkLocal = 'fe80::1';

/** What a host with that MAC makes for itself (RFC 4291 appendix A; Linux' addr_gen_mode eui64). `prefix`: an address of the /64. */
export function slaacAddresses(mac: string, prefix: string): {global: string; linkLocal: string} {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = mac.split(':').map(byte => Number.parseInt(byte, 16));
  const identifier = [a ^ 2, b, c, 0xff, 0xfe, d, e, f].reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
  const network = (parseIpv6(prefix) ?? 0n) >> 64n;
  return {global: formatIpv6((network << 64n) | identifier), linkLocal: formatIpv6((0xfe80n << 112n) | identifier)};
}
