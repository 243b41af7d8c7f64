import type {HostStack} from '#harness/simulator/host-stack.ts';
import type {Simulation, Timer} from '#harness/simulator/simulation.ts';
import {NameCache} from '#images/endpoint/name-cache.ts';
import {dnsPort, nameTtlS} from '#images/nad/dnsmasq.ts';
import type {HttpsFailure} from '#protocol/http.ts';
import type {Endpoint} from '#protocol/role.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** From name to address: at once, or when somebody has answered. */
export type ResolveName = (host: string, timeoutMs: number, done: (result: string | HttpsFailure) => void) => void;

/** From a table, FQDN to address. */
export function resolveFrom(simulation: Simulation, hosts: Record<string, string>): ResolveName {
  return (host, _, done) => {
    const address = isAddress(host) ? host : hosts[host.toLowerCase()];
    if (address !== undefined) done(address);
    else simulation.after(0, () => done(unresolved(host)));
  };
}

/**
The lab's DNS server (images/nad/dnsmasq.ts). A question is `ID NAME`, or `ID NAME AAAA` for an IPv6 address; an answer `ID ADDRESS`, or
`ID ` for a name that has none.
*/
export function serveNames(stack: HostStack, names: Record<string, string>, ipv6Names: Record<string, string>): void {
  const send = stack.openUdp(dnsPort, (from, bytes) => {
    const [id = '', name = '', type] = decoder.decode(bytes).split(' ');
    const table = type === 'AAAA' ? ipv6Names : names;
    send(from, encoder.encode(`${id} ${table[name] ?? ''}`));
  });
}

/** An endpoint's DNS client (images/endpoint/resolver.ts). */
export class VirtualResolver {
  readonly #simulation: Simulation;
  readonly #stack: HostStack;
  readonly #server: Endpoint;
  readonly #send: (to: Endpoint, bytes: Uint8Array) => void;
  readonly #cache = new NameCache();
  readonly #waiting = new Map<string, {timers: Timer[]; answered: (address: string) => void}>();
  #count = 0;

  constructor({simulation, stack, server}: {simulation: Simulation; stack: HostStack; server: string}) {
    this.#simulation = simulation;
    this.#stack = stack;
    this.#server = {address: server, port: dnsPort};
    this.#send = stack.openUdp(0, (_, bytes) => {
      const [id = '', address = ''] = decoder.decode(bytes).split(' ');
      this.#waiting.get(id)?.answered(address);
    });
  }

  readonly resolve: ResolveName = (host, timeoutMs, done) => {
    const known = isAddress(host) ? host : this.#cache.get(host, this.#simulation.nowMs);
    if (known !== undefined) {
      done(known);
      return;
    }
    const name = host.toLowerCase();
    const finish = (result: string | HttpsFailure) => {
      if (typeof result === 'string' && result !== '')
        this.#cache.put(host, result, this.#simulation.nowMs + nameTtlS * 1000);
      done(result === '' ? unresolved(host) : result);
    };
    if (this.#stack.ipv6Address === null) this.#ask(name, timeoutMs, finish);
    else
      this.#ask(`${name} AAAA`, timeoutMs, result =>
        result === '' ? this.#ask(name, timeoutMs, finish) : finish(result),
      );
  };

  #ask(question: string, timeoutMs: number, done: (result: string | HttpsFailure) => void): void {
    this.#count += 1;
    const id = String(this.#count);
    const ask = () => this.#send(this.#server, encoder.encode(`${id} ${question}`));
    const end = (result: string | HttpsFailure) => {
      for (const timer of this.#waiting.get(id)?.timers ?? []) timer.isOver = true;
      if (this.#waiting.delete(id)) done(result);
    };
    const [host] = question.split(' ');
    const timers = [
      this.#simulation.after(timeoutMs / 3, ask),
      this.#simulation.after(timeoutMs, () => end({reason: 'timeout', detail: `no answer from DNS for ${host}`})),
    ];
    this.#waiting.set(id, {timers, answered: end});
    ask();
  }

  forget(): void {
    this.#cache.clear();
  }

  /** The process is gone: nobody hears of its questions any more. */
  abandonAll(): void {
    for (const {timers} of this.#waiting.values()) for (const timer of timers) timer.isOver = true;
    this.#waiting.clear();
  }
}

function unresolved(host: string): HttpsFailure {
  return {reason: 'unreachable', detail: `the name ${host} cannot be resolved`};
}

function isAddress(host: string): boolean {
  return /^[\d.]+$/.test(host) || host.includes(':');
}
