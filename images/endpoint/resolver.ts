import {Resolver} from 'node:dns/promises';
import {isIP} from 'node:net';
import {NameCache} from '#images/endpoint/name-cache.ts';
import type {LabClock} from '#images/shell/clock.ts';
import {TimeoutError, UnresolvedError} from '#images/shell/https-failure.ts';
import type {Resolve} from '#images/shell/resolve.ts';

/** c-ares waits for `timeout`, and the second time twice as long. */
const tries = 2;
const shares = 3;

/**
The endpoint's DNS client: asks the lab's server, and remembers what it said for as long as it said. A host with IPv6 prefers it (RFC 6724
2.1), so it asks for that first; one without has no use for it. That it does not try the other family when the first does not answer is
ours: nothing is known of the real agent.
*/
export class NameResolver {
  readonly #server: string;
  readonly #clock: LabClock;
  readonly #hasIpv6: () => boolean;
  readonly #cache = new NameCache();

  constructor({server, clock, hasIpv6}: {server: string; clock: LabClock; hasIpv6: () => boolean}) {
    this.#server = server;
    this.#clock = clock;
    this.#hasIpv6 = hasIpv6;
  }

  readonly resolve: Resolve = async (host, timeoutMs) => {
    const known = isIP(host) === 0 ? this.#cache.get(host, this.#clock.nowMs()) : host;
    if (known !== undefined) return known;
    const timeout = Math.max(1, Math.round(this.#clock.realMs(timeoutMs) / shares));
    const resolver = new Resolver({timeout, tries});
    resolver.setServers([this.#server]);
    const refuse = (error: NodeJS.ErrnoException) => {
      if (error.code === 'ETIMEOUT') throw new TimeoutError(`no answer from DNS for ${host}`);
      throw new UnresolvedError(`the name ${host} cannot be resolved: ${error.code}`);
    };
    const none = (error: NodeJS.ErrnoException) => (error.code === 'ENODATA' ? [] : refuse(error));
    const ipv6 = this.#hasIpv6() ? await resolver.resolve6(host, {ttl: true}).catch(none) : [];
    const [record] = ipv6.length > 0 ? ipv6 : await resolver.resolve4(host, {ttl: true}).catch(refuse);
    if (record === undefined) throw new UnresolvedError(`the name ${host} has no address`);
    this.#cache.put(host, record.address, this.#clock.nowMs() + record.ttl * 1000);
    return record.address;
  };

  forget(): void {
    this.#cache.clear();
  }
}
