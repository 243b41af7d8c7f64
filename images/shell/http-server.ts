import {once} from 'node:events';
import type {IncomingMessage, RequestListener, Server, ServerResponse} from 'node:http';
import {createServer} from '#images/shell/node-http.ts';
import type {HttpRequest, HttpResponse} from '#protocol/http.ts';
import type {Endpoint} from '#protocol/role.ts';

export interface HttpServer extends AsyncDisposable {
  /** Answers a request; one that is gone (client hung up) is ignored. */
  respond(requestId: string, response: HttpResponse): void;
}

export type OnRequest = (requestId: string, from: Endpoint, request: HttpRequest) => void;

/** Of any listener, with TLS or without. */
export const serverLimits = {
  maxHeaderSize: 16_384,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 1,
} as const;

const bodyLimitBytes = 1_048_576;
const methods: readonly string[] = ['GET', 'POST', 'PUT', 'DELETE'] satisfies HttpRequest['method'][];

/** A listener without TLS. */
export async function openHttpServer({
  address,
  port,
  onRequest,
}: {
  address: string;
  port: number;
  onRequest: OnRequest;
}): Promise<HttpServer> {
  const {listener, respond} = requestsOf(port, onRequest);
  const server = createServer(serverLimits, listener);
  await listenOn(server, {address, port});
  return {respond, [Symbol.asyncDispose]: () => close(server)};
}

export async function listenOn(server: Server, {address, port}: {address: string; port: number}): Promise<void> {
  server.on('clientError', (_, socket) => socket.destroy());
  server.listen({host: address, port});
  await once(server, 'listening');
}

export async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}

/**
Numbers a listener's requests and hands them over. Those over a megabyte, of other methods or with junk for HTTP are answered here
and never reach `onRequest`.
*/
export function requestsOf(
  port: number,
  onRequest: OnRequest,
): {listener: RequestListener; respond: HttpServer['respond']} {
  const waiting = new Map<string, ServerResponse>();
  let count = 0;
  return {
    listener(incoming, outgoing) {
      readBody(incoming).then(
        body => {
          if (body === undefined) return refuse(outgoing, 413);
          if (!methods.includes(incoming.method ?? '')) return refuse(outgoing, 405);
          const requestId = `${port}-${++count}`;
          waiting.set(requestId, outgoing);
          outgoing.once('close', () => waiting.delete(requestId));
          onRequest(requestId, senderOf(incoming), requestOf(incoming, body));
        },
        () => outgoing.destroy(),
      );
    },
    respond(requestId, {status, headers, body}) {
      const outgoing = waiting.get(requestId);
      waiting.delete(requestId);
      if (outgoing === undefined) return;
      outgoing.sendDate = false; // it would be real time in a lab that has its own
      outgoing
        .writeHead(status, {...headers, 'content-length': Buffer.byteLength(body), connection: 'close'})
        .end(body);
    },
  };
}

async function readBody(incoming: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of incoming) {
    size += (part as Buffer).length;
    if (size > bodyLimitBytes) return undefined;
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts).toString();
}

function requestOf(incoming: IncomingMessage, body: string): HttpRequest {
  return {
    method: incoming.method as HttpRequest['method'],
    path: incoming.url ?? '/',
    headers: Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)])),
    body,
  };
}

function senderOf(incoming: IncomingMessage): Endpoint {
  return {address: incoming.socket.remoteAddress ?? '', port: incoming.socket.remotePort ?? 0};
}

function refuse(outgoing: ServerResponse, status: number): void {
  outgoing.writeHead(status, {connection: 'close'}).end();
}
