import {parseIpv6} from '#protocol/dacl/ip-address.ts';
import type {NadSettings} from '#protocol/nad/contract.ts';
import {isLinkLocal} from '#protocol/nad/host.ts';
import {address, bytes} from '#protocol/radius/attributes.ts';
import {parseIpAddress} from '#protocol/radius/ip-address.ts';
import type {RadiusAttribute} from '#protocol/radius/packet.ts';

/** What device tracking knows of a session's host. */
export interface HostAddresses {
  ipv4: string | null;
  ipv6: readonly string[];
}

/**
A host's addresses as RADIUS has them, in Access-Requests and in accounting. Framed-IPv6-Address, once for each address (RFC 6911 3.1); the
link-local one by what distinguishes it, its interface identifier (Framed-Interface-Id, RFC 3162 2.2); and Framed-IPv6-Prefix (RFC 3162
2.3) where a host has made its address of a prefix that the switch advertises. RFC 6911 3.1 keeps the last two apart by how the host got
its address; a switch cannot know that of every host, so it says both, which is ours.
*/
export function framedAddresses({ipv4, ipv6}: HostAddresses, {ipv6Addresses}: NadSettings): RadiusAttribute[] {
  const linkLocal = ipv6.find(isLinkLocal);
  const global = ipv6.filter(each => !isLinkLocal(each));
  const advertised = ipv6Addresses.filter(each => !isLinkLocal(each));
  const prefixed = advertised.filter(own => global.some(each => prefixOf(each) === prefixOf(own)));
  return [
    ...(ipv4 === null ? [] : [address('Framed-IP-Address', ipv4)]),
    ...(linkLocal === undefined ? [] : [bytes('Framed-Interface-Id', bytesOf(linkLocal).subarray(8))]),
    ...prefixed.map(own =>
      bytes('Framed-IPv6-Prefix', Uint8Array.of(0, prefixBits, ...bytesOf(own).subarray(0, prefixBits / 8))),
    ),
    ...global.map(each => address('Framed-IPv6-Address', each)),
  ];
}

/** Of the access VLAN (harness/topology.ts has no other). */
const prefixBits = 64;

function prefixOf(ipv6: string): bigint | undefined {
  const value = parseIpv6(ipv6);
  return value === undefined ? undefined : value >> BigInt(128 - prefixBits);
}

function bytesOf(ipv6: string): Uint8Array {
  return parseIpAddress(ipv6) ?? new Uint8Array(16);
}
