import {isIP} from 'node:net';
import {UnresolvedError} from '#images/shell/https-failure.ts';

/** Name to address, within a span of lab time. Rejects with `UnresolvedError` or `TimeoutError`. */
export type Resolve = (host: string, timeoutMs: number) => Promise<string>;

/** From a table, FQDN to address. */
export function resolveFrom(hosts: Record<string, string>): Resolve {
  return async host => {
    const address = isIP(host) === 0 ? hosts[host.toLowerCase()] : host;
    if (address === undefined) throw new UnresolvedError(`the name ${host} cannot be resolved`);
    return address;
  };
}
