/**
Reads a MAC address in any notation that switches and clients use (`0050.56a8.be02`, `00-50-56-A8-BE-02`, `005056a8be02`);
`undefined` if it is none. The result is ISE's own notation: upper case with colons (domain.md 6.8).
*/
export function readMac(text: string): string | undefined {
  if (isesOwn.test(text)) return text;
  if (!notations.some(notation => notation.test(text))) return undefined;
  const digits = text.replaceAll(/[:.-]/g, '').toUpperCase();
  return digits.match(/../g)?.join(':');
}

const isesOwn = /^[0-9A-F]{2}(:[0-9A-F]{2}){5}$/;
const notations = [
  /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i,
  /^[0-9a-f]{2}(-[0-9a-f]{2}){5}$/i,
  /^[0-9a-f]{4}(\.[0-9a-f]{4}){2}$/i,
  /^[0-9a-f]{12}$/i,
];
