import type {HttpRequest, HttpResponse} from '#protocol/http.ts';
import type {NadContext} from '#protocol/nad/nad-context.ts';
import type {Session} from '#protocol/nad/session.ts';
import type {Sessions} from '#protocol/nad/sessions.ts';
import type {Endpoint} from '#protocol/role.ts';

/**
The switch's own HTTP server, to which caught connections are led: it answers each request with the redirect URL of the
session that has the sender's address (domain.md 4.2). Status and body are ours.
*/
export class Redirector {
  readonly #context: NadContext;
  readonly #sessions: Sessions;
  readonly #addressOf: (session: Session) => string | null;

  constructor(context: NadContext, parts: {sessions: Sessions; addressOf: (session: Session) => string | null}) {
    this.#context = context;
    this.#sessions = parts.sessions;
    this.#addressOf = parts.addressOf;
  }

  answer({requestId, from, request}: {requestId: string; from: Endpoint; request: HttpRequest}): void {
    this.#context.emit({kind: 'http-respond', requestId, response: this.#responseTo(from.address, request)});
  }

  #responseTo(address: string, {headers}: HttpRequest): HttpResponse {
    const session = this.#sessions.all().find(candidate => this.#addressOf(candidate) === address);
    const url = session?.grant?.policy.redirect?.url;
    if (session === undefined || url === undefined) {
      return {status: 404, headers: {'content-type': 'text/plain'}, body: 'there is no redirect for this host\n'};
    }
    const {host = ''} = headers;
    this.#context.record({kind: 'http-redirected', host, address, sessionId: session.id, url});
    return {status: 302, headers: {location: url, 'content-type': 'text/plain'}, body: `go to ${url}\n`};
  }
}
