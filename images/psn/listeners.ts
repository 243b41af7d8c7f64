import type {PsnNodeSettings} from '#images/psn/settings.ts';
import {type HttpsServer, openHttpsServer} from '#images/shell/https-server.ts';
import {openUdp, type UdpSocket} from '#images/shell/udp.ts';
import type {HttpResponse} from '#protocol/http.ts';
import type {PsnInput} from '#protocol/psn/contract.ts';
import {httpsPortsOf, isForNodes, udpPortsOf} from '#protocol/psn/portals.ts';
import type {Endpoint} from '#protocol/role.ts';

/** Every port that a policy node listens on. */
export interface Listeners extends AsyncDisposable {
  /** `localPort` 0: the node's own socket, for CoA and syslog. */
  send(localPort: number, to: Endpoint, bytes: Uint8Array): void;
  respond(requestId: string, response: HttpResponse): void;
}

/**
Opens RADIUS, the CoA client's socket, and HTTPS for agents and peers, all on the node's own address, HTTPS on both if it has two.
Only holders of a certificate of the lab's authority get in on the ports between nodes. Rejects if a port is taken or the address is
not there.
*/
export async function openListeners(
  {
    address,
    ipv6Address,
    ports,
    customPortals,
    tls,
  }: Pick<PsnNodeSettings, 'address' | 'ipv6Address' | 'ports' | 'customPortals' | 'tls'>,
  onInput: (input: PsnInput) => void,
): Promise<Listeners> {
  await using opened = new AsyncDisposableStack();
  const sockets = new Map<number, UdpSocket>();
  for (const localPort of udpPortsOf(ports)) {
    const onDatagram = (from: Endpoint, bytes: Uint8Array) => onInput({kind: 'datagram', localPort, from, bytes});
    sockets.set(localPort, opened.use(await openUdp({address, port: localPort, onDatagram})));
  }
  const servers = new Map<string, HttpsServer>();
  for (const own of ipv6Address === null ? [address] : [address, ipv6Address]) {
    for (const port of httpsPortsOf({ports, customPortals})) {
      const key = `${own}/${port}`;
      const server = await openHttpsServer({
        address: own,
        port,
        tls,
        requireClientCertificate: isForNodes(port, ports),
        onRequest: (id, from, request) =>
          onInput({kind: 'https-request', requestId: `${key} ${id}`, localPort: port, from, request}),
      });
      servers.set(key, opened.use(server));
    }
  }
  const listening = opened.move();

  return {
    send: (localPort, to, bytes) => sockets.get(localPort)?.send(to, bytes),
    respond(requestId, response) {
      const [key = '', id = ''] = requestId.split(' ');
      servers.get(key)?.respond(id, response);
    },
    [Symbol.asyncDispose]: () => listening.disposeAsync(),
  };
}
