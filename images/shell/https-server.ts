import type {Server} from 'node:http';
import {createServer} from 'node:https';
import type {Socket} from 'node:net';
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
  const silent = awaitFirstBytes(server);
  await listenOn(server, {address, port});
  return {
    respond,
    async [Symbol.asyncDispose]() {
      for (const socket of silent) socket.destroy();
      await close(server);
    },
  };
}

/**
Begins TLS when a connection says its first word: the gap meter knocks a hundred times a second and says none, and TLS for each
took half of what a policy node did. Returns those that have said nothing yet.
*/
function awaitFirstBytes(server: Server): ReadonlySet<Socket> {
  const silent = new Set<Socket>();
  const beginners = server.listeners('connection');
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    silent.add(socket);
    const forget = () => silent.delete(socket);
    const giveUp = () => socket.destroy();
    socket.setTimeout(serverLimits.headersTimeout, giveUp).once('error', giveUp).once('close', forget);
    socket.once('readable', () => {
      forget();
      socket.setTimeout(0).off('timeout', giveUp).off('error', giveUp).off('close', forget);
      if (socket.readableLength === 0) socket.destroy();
      else for (const begin of beginners) begin.call(server, socket);
    });
  });
  return silent;
}
