/**
Where a redirect leads, in the shape of domain.md 4.2: the portal of the PSN that authorized the session, with the session's id.
Node, port and session id are all that an agent needs of it.
*/
export interface RedirectUrl {
  /** FQDN of the PSN. */
  host: string;
  /** *HTTPS port* of the portal (domain.md 8.3). */
  port: number;
  sessionId: string;
  /** The portal's UUID. */
  portal: string;
  /** 32 hexadecimal digits. */
  token: string;
}

export function encodeRedirectUrl({host, port, sessionId, portal, token}: RedirectUrl): string {
  return `https://${host}:${port}/portal/gateway?sessionId=${sessionId}&portal=${portal}&action=cpp&token=${token}`;
}

/** `undefined` for a URL of another shape: a captive portal's, or web authentication's (`action=cwa`). */
export function decodeRedirectUrl(text: string): RedirectUrl | undefined {
  if (!URL.canParse(text)) return undefined;
  const {protocol, hostname, port, pathname, searchParams} = new URL(text);
  const sessionId = searchParams.get('sessionId') ?? '';
  const isPosture = protocol === 'https:' && pathname === '/portal/gateway' && searchParams.get('action') === 'cpp';
  if (!isPosture || !/^[0-9A-Za-z/_+-]{8,64}$/.test(sessionId)) return undefined;
  return {
    host: hostname,
    port: port === '' ? 443 : Number(port),
    sessionId,
    portal: searchParams.get('portal') ?? '',
    token: searchParams.get('token') ?? '',
  };
}
