import {createServer} from 'node:https';
import {close, type HttpServer, listenOn, type OnRequest, requestsOf, serverLimits} from '#images/shell/http-server.ts';

export type HttpsServer = HttpServer;

/** A TLS 1.2/1.3 listener. With `requireClientCertificate` only holders of a certificate of the lab CA get in (node to node). */
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
  onRequest: OnRequest;
}): Promise<HttpsServer> {
  const {listener, respond} = requestsOf(port, onRequest);
  const server = createServer(
    {
      ...tls,
      ...serverLimits,
      minVersion: 'TLSv1.2',
      requestCert: requireClientCertificate,
      rejectUnauthorized: requireClientCertificate,
    },
    listener,
  );
  server.on('tlsClientError', (_, socket) => socket.destroy());
  await listenOn(server, {address, port});
  return {respond, [Symbol.asyncDispose]: () => close(server)};
}
