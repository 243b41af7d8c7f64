import type {ClientRequest} from 'node:http';
import type {LabClock} from '#images/shell/clock.ts';
import {Deadline} from '#images/shell/deadline.ts';
import {failureOf, TimeoutError} from '#images/shell/https-failure.ts';
import {request as httpRequest} from '#images/shell/node-http.ts';
import {readResponse} from '#images/shell/read-response.ts';
import type {Resolve} from '#images/shell/resolve.ts';
import type {HttpRequest, HttpResponse, HttpsFailure} from '#protocol/http.ts';

export type HttpOutcome =
  | {kind: 'http-response'; connectionId: string; response: HttpResponse}
  | {kind: 'http-failed'; connectionId: string; failure: HttpsFailure};

interface Call {
  connectionId: string;
  host: string;
  port: number;
  request: HttpRequest;
  timeoutMs: number;
}

/** HTTP without TLS, one request a connection. Each call is answered by exactly one outcome, unless it is abandoned before it. */
export class HttpClient implements Disposable {
  readonly #clock: LabClock;
  readonly #resolve: Resolve;
  readonly #onOutcome: (outcome: HttpOutcome) => void;
  /** `null`: its name is being resolved. */
  readonly #requests = new Map<string, ClientRequest | null>();

  constructor(options: {clock: LabClock; resolve: Resolve; onOutcome: (outcome: HttpOutcome) => void}) {
    this.#clock = options.clock;
    this.#resolve = options.resolve;
    this.#onOutcome = options.onOutcome;
  }

  /** `timeoutMs`: lab time, for the name, for the connection and for the answer each. */
  ask(call: Call): void {
    const {connectionId} = call;
    this.#requests.set(connectionId, null);
    this.#resolve(call.host, call.timeoutMs).then(
      address => this.#requests.has(connectionId) && this.#send(call, address),
      (error: Error) => this.#finish({kind: 'http-failed', connectionId, failure: failureOf(error)}),
    );
  }

  abandon(connectionId: string): void {
    const outgoing = this.#requests.get(connectionId);
    this.#requests.delete(connectionId);
    outgoing?.on('error', () => {}).destroy();
  }

  [Symbol.dispose](): void {
    for (const connectionId of [...this.#requests.keys()]) this.abandon(connectionId);
  }

  #send({connectionId, port, request, timeoutMs}: Call, address: string): void {
    const {method, path, headers, body} = request;
    const outgoing = httpRequest({host: address, port, method, path, headers, agent: false});
    this.#requests.set(connectionId, outgoing);
    const deadline = new Deadline(this.#clock.realMs(timeoutMs), () => outgoing.destroy(new TimeoutError('no answer')));
    const fail = (error: Error) => {
      deadline.end();
      this.#finish({kind: 'http-failed', connectionId, failure: failureOf(error)});
    };
    outgoing.once('socket', socket => socket.once('connect', () => deadline.restart()));
    outgoing.once('error', fail);
    outgoing.once('response', incoming => {
      readResponse(incoming).then(response => {
        deadline.end();
        this.#finish({kind: 'http-response', connectionId, response});
      }, fail);
    });
    outgoing.once('close', () => deadline.end());
    outgoing.end(body);
  }

  #finish(outcome: HttpOutcome): void {
    if (this.#requests.delete(outcome.connectionId)) this.#onOutcome(outcome);
  }
}
