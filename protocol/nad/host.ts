const macPattern = /^([0-9A-F]{2}:){5}[0-9A-F]{2}$/;

/** Whether a frame's source, written `00:50:56:A8:BE:02`, can be a host: a unicast address and not all zeros. */
export function isHostMac(mac: string): boolean {
  return macPattern.test(mac) && (Number.parseInt(mac.slice(0, 2), 16) & 1) === 0 && mac !== '00:00:00:00:00:00';
}

/** Whether an IPv4 address can be a host's: not `this network`, loopback, multicast or above (RFC 6890). */
export function isHostAddress(address: string): boolean {
  const bytes = address.split('.').map(Number);
  const [first = 0] = bytes;
  const isIpv4 = /^\d{1,3}(\.\d{1,3}){3}$/.test(address) && bytes.every(byte => byte <= 255);
  return isIpv4 && first !== 0 && first !== 127 && first < 224;
}
