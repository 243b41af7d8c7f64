import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import type {Endpoint} from '#protocol/role.ts';

export interface UdpSocket extends Disposable {
  /** The port it is bound to, also where 0 was asked for. */
  port: number;
  /** Errors such as "no route" are not told: on a network they look like loss. */
  send(to: Endpoint, bytes: Uint8Array): void;
}

/** Binds a UDP socket to `address:port` (0: any free port). Throws if the address is not there or the port is taken. */
export async function openUdp({
  address,
  port,
  onDatagram,
}: {
  address: string;
  port: number;
  onDatagram: (from: Endpoint, bytes: Uint8Array) => void;
}): Promise<UdpSocket> {
  const socket = createSocket({type: address.includes(':') ? 'udp6' : 'udp4', reuseAddr: false});
  socket.on('message', (bytes, from) => onDatagram({address: from.address, port: from.port}, new Uint8Array(bytes)));
  socket.bind({address, port});
  await once(socket, 'listening');
  socket.on('error', () => {}); // an ICMP error for an earlier datagram: the sender's timer deals with it
  return {
    port: socket.address().port,
    send: (to, bytes) => socket.send(bytes, to.port, to.address, () => {}),
    [Symbol.dispose]: () => socket.close(),
  };
}
