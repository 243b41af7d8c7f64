import {createSocket, type Socket} from 'node:dgram';
import {once} from 'node:events';
import {vxlan} from '#images/nad/acl-proof/links.ts';

/** RFC 7348 §5: flags, reserved, the network's number, reserved. */
const header = Uint8Array.of(8, 0, 0, 0, 0, 0, vxlan.id, 0);

/** Lets the kernel receive Ethernet frames. */
export class FrameSender implements Disposable {
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  static async open(): Promise<FrameSender> {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new FrameSender(socket);
  }

  send(frame: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.send([header, frame], vxlan.port, '127.0.0.1', error => (error ? reject(error) : resolve()));
    });
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }
}
