/** `00:50:56:A8:BE:02` as IOS writes it: `0050.56a8.be02`. */
export function ciscoMac(mac: string): string {
  const digits = mac.replaceAll(':', '').toLowerCase();
  return `${digits.slice(0, 4)}.${digits.slice(4, 8)}.${digits.slice(8)}`;
}
