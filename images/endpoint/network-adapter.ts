import {execFile} from 'node:child_process';
import {createSocket} from 'node:dgram';
import {promisify} from 'node:util';
import {endSilence, fallSilent} from '#images/endpoint/neighbour-silence.ts';
import {SlaacWatch} from '#images/endpoint/slaac-watch.ts';
import {type LinkNews, linkNow, watchLinks} from '#images/shell/link-news.ts';

const run = promisify(execFile);

/** Real time. With a switch that advertises, an address is there after 0.3 s. */
export const slaacPatienceMs = 3000;

/** The wired adapter: its carrier, as the kernel tells it, its IPv6 address, if it is to make itself one, and its switch. */
export class NetworkAdapter implements Disposable {
  readonly #name: string;
  readonly #gateway: string;
  readonly #restoresRoute: boolean;
  readonly #onDevice: (device: number) => Promise<void>;
  readonly #onCarrier: (isUp: boolean, ipv6: string[]) => void;
  readonly #onIpv6: (ipv6: string[]) => void;
  readonly #onFault: (message: string) => void;
  readonly #monitor: Disposable;
  readonly #slaac: SlaacWatch | null;
  /** What was told last. */
  #toldUp = false;
  #isUp: boolean | undefined;
  /** Devices of this name so far: the kernel may give the next one the number of the last. */
  #device = 1;
  #told: Promise<void> = Promise.resolve();

  /**
  `onCarrier` is told the present state by `begin`, then every change. Before it is told that the link is up, `onDevice` is told which
  device of that name it is: after the other end was without power, it is another one. With `hasSlaac`, `onCarrier` is told that the link
  is up when there is an IPv6 address too, or none for too long, and `onIpv6` when that changes. `onFault`: what keeps it from that.
  */
  constructor(options: {
    name: string;
    gateway: string;
    /** Its address stays while the link is down, but the route does not. */
    restoresRoute: boolean;
    hasSlaac: boolean;
    onDevice: (device: number) => Promise<void>;
    onCarrier: (isUp: boolean, ipv6: string[]) => void;
    onIpv6: (ipv6: string[]) => void;
    onFault: (message: string) => void;
  }) {
    this.#name = options.name;
    this.#gateway = options.gateway;
    this.#restoresRoute = options.restoresRoute;
    this.#onDevice = options.onDevice;
    this.#onCarrier = options.onCarrier;
    this.#onIpv6 = options.onIpv6;
    this.#onFault = options.onFault;
    this.#slaac = options.hasSlaac ? this.#watchAddress() : null;
    this.#monitor = watchLinks({
      onNews: news => this.#take(news),
      onEnd: how => options.onFault(`the link of ${options.name} is not watched any more: ${how}`),
    });
  }

  /** Resolves when the present state has been told. */
  async begin(): Promise<void> {
    if (this.#slaac) {
      this.#isUp = false; // so the linker left it
      await this.plug(true);
    }
    const news = await linkNow(this.#name);
    if (news) this.#take(news);
    await this.#told;
  }

  /** Pulls the cable, or plugs it in. */
  async plug(isUp: boolean): Promise<void> {
    await run('ip', ['link', 'set', this.#name, isUp ? 'up' : 'down']);
  }

  /** Has this address and gateway from now on, and no other; null: none at all. */
  async configure(lease: {address: string; prefixLength: number; gateway: string} | null): Promise<void> {
    await run('ip', ['-4', 'addr', 'flush', 'dev', this.#name]);
    if (lease === null) return;
    await run('ip', ['addr', 'add', `${lease.address}/${lease.prefixLength}`, 'dev', this.#name]);
    await run('ip', ['route', 'replace', 'default', 'via', lease.gateway, 'dev', this.#name]);
  }

  async answerArp(answers: boolean): Promise<void> {
    await (answers ? endSilence : fallSilent)(this.#name, this.#gateway, 'ipv4');
  }

  /** As `answerArp`, of IPv6. Rejects if no router has advertised itself. */
  async answerDiscovery(answers: boolean): Promise<void> {
    const {stdout} = await run('ip', ['-6', 'route', 'show', 'default', 'dev', this.#name]);
    const router = /default via (\S+)/.exec(stdout)?.[1];
    if (router === undefined) throw new Error('the host has no IPv6 router');
    await (answers ? endSilence : fallSilent)(this.#name, router, 'ipv6');
  }

  /** One datagram to the gateway's discard port: the kernel asks for the gateway by ARP, and the network hears of us. */
  announce(): void {
    const socket = createSocket('udp4');
    socket.on('error', () => {}); // the link is down again: there is nobody to tell
    socket.send(new Uint8Array(1), 9, this.#gateway, () => socket.close());
  }

  [Symbol.dispose](): void {
    this.#monitor[Symbol.dispose]();
    this.#slaac?.[Symbol.dispose]();
  }

  #watchAddress(): SlaacWatch {
    return new SlaacWatch({
      name: this.#name,
      onChange: () => {
        const isNews = this.#toldUp && this.#isUp === true && this.#ipv6().length > 0; // one goes when the link does
        if (isNews) this.#onIpv6(this.#ipv6());
      },
      onEnd: how => this.#onFault(`the addresses of ${this.#name} are not watched any more: ${how}`),
    });
  }

  #ipv6(): string[] {
    const address = this.#slaac?.address ?? null;
    return address === null ? [] : [address];
  }

  #take({name, isGone, hasCarrier}: LinkNews): void {
    if (name !== this.#name) return;
    if (isGone) this.#device += 1;
    const isUp = hasCarrier && !isGone;
    const wasDown = this.#isUp === false;
    if (isUp === this.#isUp) return;
    this.#isUp = isUp;
    this.#told = this.#told.then(() => this.#tell({isUp, wasDown, device: this.#device}));
  }

  /** An interface that was taken down has lost its routes; they are back before anybody is told that it is up. */
  async #tell({isUp, wasDown, device}: {isUp: boolean; wasDown: boolean; device: number}): Promise<void> {
    if (isUp && wasDown && this.#restoresRoute) {
      await run('ip', ['route', 'replace', 'default', 'via', this.#gateway, 'dev', this.#name]).catch(
        (error: Error) => {
          if (this.#isUp === true) this.#onFault(`${this.#name} has no default route: ${error.message}`);
        },
      );
    }
    if (isUp) {
      await this.#onDevice(device);
      await this.#slaac?.settled(slaacPatienceMs);
    }
    this.#toldUp = isUp;
    this.#onCarrier(isUp, this.#ipv6());
  }
}
