/** The client provisioning portal as a browser sees it (domain.md 1.2, 4.2). Text and looks are ours. */
import type {HttpRequest, HttpResponse} from '#protocol/http.ts';
import {profilePath} from '#protocol/posture/exchange.ts';
import type {NodeState} from '#protocol/psn/node-state.ts';

const pagePaths = ['/', '/portal/gateway'];

/** `undefined`: not one of the portal's own paths. */
export function portalAnswer(request: HttpRequest, state: NodeState): HttpResponse | undefined {
  const [path = '', query = ''] = request.path.split('?');
  if (request.method !== 'GET') return undefined;
  if (path === profilePath) return profileAnswer(state.agentProfile?.xml);
  if (!pagePaths.includes(path)) return undefined;
  const sessionId = new URLSearchParams(query).get('sessionId');
  return page(sessionId, state);
}

function profileAnswer(xml: string | undefined): HttpResponse {
  if (xml === undefined)
    return {status: 404, headers: {'content-type': 'text/plain'}, body: 'no profile is provisioned here\n'};
  const headers = {
    'content-type': 'application/xml; charset=utf-8',
    'content-disposition': 'attachment; filename="ISEPostureCFG.xml"',
  };
  return {status: 200, headers, body: xml};
}

function page(sessionId: string | null, {settings, sessions, agentProfile}: NodeState): HttpResponse {
  const session = sessionId === null ? undefined : sessions.byId(sessionId);
  const isUnknown = sessionId !== null && session === undefined;
  const facts: [string, string][] = [
    ['Policy node', settings.fqdn],
    ...(session === undefined
      ? []
      : ([
          ['Session', session.sessionId],
          ['Device', session.mac],
          ['Posture status', session.postureStatus],
        ] as [string, string][])),
  ];
  const body = [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8"><title>Client provisioning</title></head><body>',
    '<h1>Client provisioning</h1>',
    isUnknown
      ? '<p>This session is not known here. Connect again.</p>'
      : '<p>Your device must be checked before it may use this network.</p>',
    '<dl>',
    ...facts.map(([name, value]) => `<dt>${escaped(name)}</dt><dd>${escaped(value)}</dd>`),
    '</dl>',
    ...(agentProfile === null
      ? []
      : [`<p><a href="${profilePath}">Posture profile for the agent (ISEPostureCFG.xml)</a></p>`]),
    '</body></html>',
    '',
  ].join('\n');
  return {status: isUnknown ? 404 : 200, headers: {'content-type': 'text/html; charset=utf-8'}, body};
}

const escapes: Record<string, string> = {'&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;'};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"]/g, character => escapes[character] ?? '');
}
