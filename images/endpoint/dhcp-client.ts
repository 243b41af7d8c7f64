import {mkdtempSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {startTool, type Tool} from '#images/shell/tool.ts';
import type {EndpointEvent, HarnessEvent} from '#protocol/event.ts';

/** How often udhcpc asks before it says that there is no lease, how long it waits each time, and then before it begins again. */
export const dhcpPatience = {attempts: 3, answerS: 1, pauseS: 2} as const;

export interface Lease {
  address: string;
  prefixLength: number;
  gateway: string;
}

/** udhcpc waits for its script to end; what is to be done, the node does. */
const script = '#!/bin/sh\necho "$1 ip=$ip mask=$mask router=$router lease=$lease server=$serverid"\n';

/**
busybox's DHCP client on the wired adapter, as long as the adapter has its link: a link that comes up again is a network that may
be another one. It asks for broadcast answers, so that the server needs no ARP entry for a host without an address.
*/
export class DhcpClient implements Disposable {
  readonly #name: string;
  readonly #configure: (lease: Lease | null) => Promise<void>;
  readonly #onAddresses: (addresses: string[]) => void;
  readonly #record: (event: EndpointEvent | HarnessEvent) => void;
  readonly #script: string;
  #address: string | undefined;
  #tool: Tool | undefined;
  #done: Promise<void> = Promise.resolve();

  /** `configure` gives the adapter what the lease says; then `onAddresses` is told. */
  constructor(options: {
    name: string;
    configure: (lease: Lease | null) => Promise<void>;
    onAddresses: (addresses: string[]) => void;
    record: (event: EndpointEvent | HarnessEvent) => void;
  }) {
    this.#name = options.name;
    this.#configure = options.configure;
    this.#onAddresses = options.onAddresses;
    this.#record = options.record;
    this.#script = join(mkdtempSync(join(tmpdir(), 'dhcp-')), 'script');
    writeFileSync(this.#script, script, {mode: 0o755});
  }

  carrier(isUp: boolean): void {
    this.#tool?.[Symbol.dispose]();
    this.#tool = undefined;
    if (isUp) this.#start();
    else this.#inTurn(() => this.#lose());
  }

  /** Asks for a longer lease, or for one. When nobody answers, the lease is lost, and it begins anew: as at the end of a lease. */
  renew(): void {
    this.#tool?.signal('SIGUSR1');
  }

  release(): void {
    this.#tool?.signal('SIGUSR2');
  }

  [Symbol.dispose](): void {
    this.#tool?.[Symbol.dispose]();
  }

  #start(): void {
    const {attempts, answerS, pauseS} = dhcpPatience;
    const tool: Tool = startTool(
      'udhcpc',
      [
        ...['-f', '-B', '-i', this.#name, '-s', this.#script],
        ...['-t', `${attempts}`, '-T', `${answerS}`, '-A', `${pauseS}`],
      ],
      {
        onLine: line => {
          if (this.#tool === tool) this.#inTurn(() => this.#read(line));
        },
        onEnd: how => this.#record({kind: 'fault', message: `${this.#name} has no DHCP client any more: ${how}`}),
      },
    );
    this.#tool = tool;
  }

  async #read(line: string): Promise<void> {
    const [event = '', ...fields] = line.split(' ');
    const told = new Map(fields.map(field => field.split('=', 2) as [string, string]));
    if (event === 'bound') await this.#take(told);
    else if (event === 'renew') this.#record({kind: 'lease-renewed', ...leaseOf(told)});
    else if (event === 'deconfig') {
      if (this.#address !== undefined) this.#record({kind: 'lease-lost', address: this.#address});
      await this.#lose();
    } else if (event === 'leasefail') this.#record({kind: 'lease-unanswered', attempts: dhcpPatience.attempts});
  }

  async #take(told: ReadonlyMap<string, string>): Promise<void> {
    const lease = leaseOf(told);
    const gateway = told.get('router') ?? '';
    await this.#configure({address: lease.address, prefixLength: Number(told.get('mask')), gateway});
    this.#address = lease.address;
    this.#record({kind: 'lease-obtained', ...lease});
    this.#onAddresses([lease.address]);
  }

  async #lose(): Promise<void> {
    this.#address = undefined;
    this.#onAddresses([]);
    await this.#configure(null); // rejects if the adapter is gone with the power of the switch
  }

  /** One after the other, in the order in which they were told. */
  #inTurn(task: () => Promise<void>): void {
    this.#done = this.#done.then(task).catch((error: Error) => {
      if (this.#tool !== undefined) this.#record({kind: 'fault', message: `${this.#name}: ${error.message}`});
    });
  }
}

function leaseOf(told: ReadonlyMap<string, string>): {address: string; server: string; leaseS: number} {
  return {address: told.get('ip') ?? '', server: told.get('server') ?? '', leaseS: Number(told.get('lease'))};
}
