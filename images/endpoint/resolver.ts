import {Resolver} from 'node:dns/promises';
import {isIP} from 'node:net';
import {NameCache} from '#images/endpoint/name-cache.ts';
import type {LabClock} from '#images/shell/clock.ts';
import {TimeoutError, UnresolvedError} from '#images/shell/https-failure.ts';
import type {Resolve} from '#images/shell/resolve.ts';

/** c-ares waits for `timeout`, and the second time twice as long. */
const tries = 2;
const shares = 3;

/** The endpoint's DNS client: asks the lab's server, and remembers what it said for as long as it said. */
export class NameResolver {
  readonly #server: string;
  readonly #clock: LabClock;
  readonly #cache = new NameCache();

  constructor({server, clock}: {server: string; clock: LabClock}) {
    this.#server = server;
    this.#clock = clock;
  }

  readonly resolve: Resolve = async (host, timeoutMs) => {
    const known = isIP(host) === 0 ? this.#cache.get(host, this.#clock.nowMs()) : host;
    if (known !== undefined) return known;
    const timeout = Math.max(1, Math.round(this.#clock.realMs(timeoutMs) / shares));
    const resolver = new Resolver({timeout, tries});
    resolver.setServers([this.#server]);
    const records = await resolver.resolve4(host, {ttl: true}).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ETIMEOUT') throw new TimeoutError(`no answer from DNS for ${host}`);
      throw new UnresolvedError(`the name ${host} cannot be resolved: ${error.code}`);
    });
    const [record] = records;
    if (record === undefined) throw new UnresolvedError(`the name ${host} has no address`);
    this.#cache.put(host, record.address, this.#clock.nowMs() + record.ttl * 1000);
    return record.address;
  };

  forget(): void {
    this.#cache.clear();
  }
}
