import {execFile} from 'node:child_process';
import {createSocket} from 'node:dgram';
import {promisify} from 'node:util';
import {startTool, type Tool} from '#images/shell/tool.ts';

const run = promisify(execFile);

/** The wired adapter: its carrier, as the kernel tells it, and its switch. */
export class NetworkAdapter implements Disposable {
  readonly #name: string;
  readonly #gateway: string;
  readonly #onCarrier: (isUp: boolean) => void;
  readonly #monitor: Tool;

  /** `onCarrier` is told the present state by `begin`, then what the kernel says; `onFault`, that it is not told any more. */
  constructor(options: {
    name: string;
    gateway: string;
    onCarrier: (isUp: boolean) => void;
    onFault: (message: string) => void;
  }) {
    this.#name = options.name;
    this.#gateway = options.gateway;
    this.#onCarrier = options.onCarrier;
    this.#monitor = startTool('ip', ['-o', 'monitor', 'link'], {
      onLine: line => this.#read(line),
      onEnd: how => options.onFault(`the link of ${options.name} is not watched any more: ${how}`),
    });
  }

  async begin(): Promise<void> {
    const {stdout} = await run('ip', ['-o', 'link', 'show', 'dev', this.#name]);
    this.#read(stdout);
  }

  /** Pulls the cable, or plugs it in. Taking an interface down takes its routes along; they come back with it. */
  async plug(isUp: boolean): Promise<void> {
    await run('ip', ['link', 'set', this.#name, isUp ? 'up' : 'down']);
    if (isUp) await run('ip', ['route', 'replace', 'default', 'via', this.#gateway, 'dev', this.#name]);
  }

  /** One datagram to the gateway's discard port: the kernel asks for the gateway by ARP, and the network hears of us. */
  announce(): void {
    const socket = createSocket('udp4');
    socket.on('error', () => {}); // no route yet: there is nobody to tell
    socket.send(new Uint8Array(1), 9, this.#gateway, () => socket.close());
  }

  [Symbol.dispose](): void {
    this.#monitor[Symbol.dispose]();
  }

  /** `2: eth0@if9: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 …`, with `Deleted` before it when the interface is gone. */
  #read(line: string): void {
    const [, deleted, name, flags = ''] = /^(Deleted )?\d+: ([^:@]+)(?:@[^:]*)?: <([^>]*)>/.exec(line) ?? [];
    if (name === this.#name) this.#onCarrier(deleted === undefined && flags.split(',').includes('LOWER_UP'));
  }
}
