import type {LabClock} from '#images/shell/clock.ts';
import {HttpsClient, type HttpsOutcome, type TlsIdentity} from '#images/shell/https-client.ts';
import {resolveFrom} from '#images/shell/resolve.ts';
import type {PsnEffect, PsnInput} from '#protocol/psn/contract.ts';

type Call = PsnEffect & {kind: 'https-call'};

/** Calls to the other policy nodes: connection and request in one go, with this node's own certificate. */
export class PeerCalls implements Disposable {
  readonly #client: HttpsClient;
  readonly #calls = new Map<string, Call>();
  readonly #onEnd: (input: PsnInput) => void;

  constructor(options: {
    clock: LabClock;
    hosts: Record<string, string>;
    identity: TlsIdentity;
    onEnd: (input: PsnInput) => void;
  }) {
    const {clock, hosts, identity} = options;
    this.#onEnd = options.onEnd;
    this.#client = new HttpsClient({
      clock,
      resolve: resolveFrom(hosts),
      identity,
      onOutcome: outcome => this.#take(outcome),
    });
  }

  call(call: Call): void {
    this.#calls.set(call.connectionId, call);
    this.#client.open(call);
  }

  [Symbol.dispose](): void {
    this.#client[Symbol.dispose]();
  }

  #take(outcome: HttpsOutcome): void {
    const call = this.#calls.get(outcome.connectionId);
    if (call === undefined) return;
    if (outcome.kind === 'https-opened') {
      this.#client.send(call);
      return;
    }
    this.#calls.delete(outcome.connectionId);
    this.#onEnd(outcome);
  }
}
