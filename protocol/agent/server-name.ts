/**
What the agent has against the names in a server's certificate, `undefined` if nothing: one of them must be the host's, and one of the
profile's ServerNameRules must allow the host (domain.md 8.2; wildcards as `*.example.com`, `*` is any).
*/
export function serverNameProblem(
  host: string,
  certificateNames: readonly string[],
  rules: readonly string[],
): string | undefined {
  const name = host.toLowerCase();
  const names = certificateNames.map(own => own.toLowerCase());
  if (!names.some(own => matches(name, own)))
    return `the certificate names ${names.join(', ') || 'nobody'}, not ${host}`;
  if (rules.some(rule => matches(name, rule.trim().toLowerCase()))) return undefined;
  return `ServerNameRules ${rules.join(',')} do not allow ${host}`;
}

function matches(name: string, rule: string): boolean {
  if (rule === '*' || rule === name) return true;
  return rule.startsWith('*.') && name.endsWith(rule.slice(1)) && name.length > rule.length - 1;
}
