import {once} from 'node:events';
import type {IncomingMessage, ServerResponse} from 'node:http';
import {createServer} from 'node:https';
import type {HttpRequest, HttpResponse} from '#protocol/http.ts';
import type {Endpoint} from '#protocol/role.ts';

export interface HttpsServer extends AsyncDisposable {
  /** Answers a request; one that is gone (client hung up) is ignored. */
  respond(requestId: string, response: HttpResponse): void;
}

const bodyLimitBytes = 1_048_576;
const methods: readonly string[] = ['GET', 'POST', 'PUT', 'DELETE'] satisfies HttpRequest['method'][];

/**
A TLS 1.2/1.3 listener. With `requireClientCertificate` only holders of a certificate of the lab CA get in (node to node).
Requests over a megabyte, of other methods or with junk for HTTP are answered here and never reach `onRequest`.
*/
export async function openHttpsServer({
  address,
  port,
  tls,
  requireClientCertificate = false,
  onRequest,
}: {
  address: string;
  port: number;
  tls: {ca: string; cert: string; key: string};
  requireClientCertificate?: boolean;
  onRequest: (requestId: string, from: Endpoint, request: HttpRequest) => void;
}): Promise<HttpsServer> {
  const waiting = new Map<string, ServerResponse>();
  let count = 0;
  const server = createServer(
    {
      ...tls,
      minVersion: 'TLSv1.2',
      requestCert: requireClientCertificate,
      rejectUnauthorized: requireClientCertificate,
      maxHeaderSize: 16_384,
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      keepAliveTimeout: 1,
    },
    (incoming, outgoing) => {
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
  );
  server.on('clientError', (_, socket) => socket.destroy());
  server.on('tlsClientError', (_, socket) => socket.destroy());
  server.listen({host: address, port});
  await once(server, 'listening');

  return {
    respond(requestId, {status, headers, body}) {
      const outgoing = waiting.get(requestId);
      waiting.delete(requestId);
      if (outgoing === undefined) return;
      outgoing.sendDate = false; // it would be real time in a lab that has its own
      outgoing
        .writeHead(status, {...headers, 'content-length': Buffer.byteLength(body), connection: 'close'})
        .end(body);
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
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
