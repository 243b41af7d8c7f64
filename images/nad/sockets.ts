import type {NadNodeSettings} from '#images/nad/settings.ts';
import {steering} from '#images/nad/steering.ts';
import {openHttpServer} from '#images/shell/http-server.ts';
import {openUdp} from '#images/shell/udp.ts';
import type {NadInput} from '#protocol/nad/contract.ts';

/** The switch's own sockets: RADIUS client (local port 0), CoA listener, and where it redirects, the HTTP server that redirected requests meet. */
export async function openSockets(
  {nasAddress: address, coaPort, redirectAcls}: NadNodeSettings,
  input: (input: NadInput) => void,
) {
  const openPort = (port: number) =>
    openUdp({address, port, onDatagram: (from, bytes) => input({kind: 'datagram', localPort: port, from, bytes})});
  const [radius, coa, http] = await Promise.all([
    openPort(0),
    openPort(coaPort),
    redirectAcls.length === 0
      ? undefined
      : openHttpServer({
          address,
          port: steering.serverPort,
          onRequest: (requestId, from, request) => input({kind: 'http-request', requestId, from, request}),
        }),
  ]);
  return {radius, coa, http};
}
