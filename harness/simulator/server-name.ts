import type {ServerCertificate} from '#harness/simulator/segment.ts';

/** What a client has against a server's certificate, in the words of images/shell/https-client.ts; `undefined`: nothing. */
export function serverNameProblem(
  host: string,
  {names, isTrusted}: ServerCertificate,
  rules: string[],
): string | undefined {
  const name = host.toLowerCase();
  if (!isTrusted) return 'SELF_SIGNED_CERT_IN_CHAIN: self-signed certificate in certificate chain';
  if (!names.some(own => matches(name, own)))
    return `the certificate names ${names.join(', ') || 'nobody'}, not ${host}`;
  if (rules.some(rule => matches(name, rule.trim().toLowerCase()))) return undefined;
  return `ServerNameRules ${rules.join(',')} do not allow ${host}`;
}

function matches(name: string, rule: string): boolean {
  if (rule === '*' || rule === name) return true;
  return rule.startsWith('*.') && name.endsWith(rule.slice(1)) && name.length > rule.length - 1;
}
