import {isIP} from 'node:net';
import {connect, type PeerCertificate, type TLSSocket} from 'node:tls';
import type {LabClock} from '#images/shell/clock.ts';
import {Deadline} from '#images/shell/deadline.ts';
import {failureOf, TimeoutError, UntrustedError} from '#images/shell/https-failure.ts';
import {request as httpRequest} from '#images/shell/node-http.ts';
import {readResponse} from '#images/shell/read-response.ts';
import type {Resolve} from '#images/shell/resolve.ts';
import {serverNameProblem} from '#protocol/agent/server-name.ts';
import type {HttpRequest, HttpResponse, HttpsFailure} from '#protocol/http.ts';
import {formatIpAddress, parseIpAddress} from '#protocol/radius/ip-address.ts';
import {validityProblem} from '#protocol/wall-clock.ts';

/** What a node trusts, and who it is where the other side asks (node to node). PEM texts. */
export interface TlsIdentity {
  ca: string;
  cert?: string;
  key?: string;
}

export type HttpsOutcome =
  | {kind: 'https-opened'; connectionId: string}
  | {kind: 'https-response'; connectionId: string; response: HttpResponse}
  | {kind: 'https-failed'; connectionId: string; failure: HttpsFailure};

export interface HttpsCall {
  connectionId: string;
  host: string;
  port: number;
  /** Wildcards one of which must match the host's name; `*` is any (domain.md 8.2). */
  serverNameRules?: string[];
  /** Lab time, for the name, for TCP and for TLS each. */
  timeoutMs: number;
  /** How far the clock is off that certificates are judged by (protocol/wall-clock.ts). */
  clockOffsetMs?: number;
}

/**
HTTPS in two phases, because the time between them is what the race is about (domain.md 7.2): `open` makes TCP and TLS,
`send` the request. Each call is answered by exactly one outcome, unless the connection is abandoned before it.
*/
export class HttpsClient implements Disposable {
  readonly #clock: LabClock;
  readonly #resolve: Resolve;
  readonly #identity: TlsIdentity;
  readonly #onOutcome: (outcome: HttpsOutcome) => void;
  /** `null`: its name is being resolved. */
  readonly #sockets = new Map<string, TLSSocket | null>();

  constructor(options: {
    clock: LabClock;
    resolve: Resolve;
    identity: TlsIdentity;
    onOutcome: (outcome: HttpsOutcome) => void;
  }) {
    this.#clock = options.clock;
    this.#resolve = options.resolve;
    this.#identity = options.identity;
    this.#onOutcome = options.onOutcome;
  }

  open(call: HttpsCall): void {
    const {connectionId, host, timeoutMs} = call;
    this.#sockets.set(connectionId, null);
    this.#resolve(host, timeoutMs).then(
      address => this.#sockets.has(connectionId) && this.#connect(call, address),
      (error: Error) => this.#fail(connectionId, error),
    );
  }

  send({connectionId, request, timeoutMs}: {connectionId: string; request: HttpRequest; timeoutMs: number}): void {
    const socket = this.#sockets.get(connectionId);
    if (!socket || socket.destroyed) {
      setImmediate(() =>
        this.#onOutcome({
          kind: 'https-failed',
          connectionId,
          failure: {reason: 'broken', detail: 'the connection was closed before the request'},
        }),
      );
      return;
    }
    const deadline = this.#deadline(socket, timeoutMs, 'no response');
    const {method, path, headers, body} = request;
    const outgoing = httpRequest({
      method,
      path,
      headers: {...headers, ...(body === '' ? {} : {'content-length': Buffer.byteLength(body)}), connection: 'close'},
      createConnection: () => socket,
    });
    const fail = (error: Error) => {
      deadline.end();
      this.#fail(connectionId, error);
    };
    outgoing.once('response', incoming => {
      readResponse(incoming).then(response => {
        deadline.end();
        if (!this.#sockets.delete(connectionId)) return;
        socket.destroy();
        this.#onOutcome({kind: 'https-response', connectionId, response});
      }, fail);
    });
    outgoing.once('error', fail);
    outgoing.end(body);
  }

  abandon(connectionId: string): void {
    const socket = this.#sockets.get(connectionId);
    this.#sockets.delete(connectionId);
    socket?.destroy();
  }

  [Symbol.dispose](): void {
    for (const connectionId of [...this.#sockets.keys()]) this.abandon(connectionId);
  }

  #connect(
    {connectionId, host, port, serverNameRules = ['*'], timeoutMs, clockOffsetMs = 0}: HttpsCall,
    address: string,
  ): void {
    const socket = connect({
      host: address,
      port,
      ...(isIP(host) === 0 ? {servername: host} : {}),
      ...this.#identity,
      checkServerIdentity: (_, certificate) =>
        checkPeriod(certificate, Date.now() + clockOffsetMs) ?? checkName(host, certificate, serverNameRules),
    });
    this.#sockets.set(connectionId, socket);
    const deadline = this.#deadline(socket, timeoutMs, 'no handshake');
    socket.once('connect', () => deadline.restart());
    socket.once('secureConnect', () => {
      deadline.end();
      if (this.#sockets.has(connectionId)) this.#onOutcome({kind: 'https-opened', connectionId});
    });
    socket.once('error', error => this.#fail(connectionId, error));
    socket.once('close', () => {
      deadline.end();
      this.#fail(connectionId, new Error('the connection was closed'));
    });
  }

  #deadline(socket: TLSSocket, timeoutMs: number, what: string): Deadline {
    return new Deadline(this.#clock.realMs(timeoutMs), () => socket.destroy(new TimeoutError(what)));
  }

  #fail(connectionId: string, error: Error): void {
    const socket = this.#sockets.get(connectionId);
    if (!this.#sockets.delete(connectionId)) return;
    socket?.destroy();
    this.#onOutcome({kind: 'https-failed', connectionId, failure: failureOf(error)});
  }
}

/** OpenSSL has looked at the machine's clock; this is the node's own. */
function checkPeriod({valid_from: from, valid_to: to}: PeerCertificate, atMs: number): Error | undefined {
  const problem = validityProblem({fromMs: Date.parse(from), toMs: Date.parse(to)}, atMs);
  return problem === undefined ? undefined : new UntrustedError(problem);
}

function checkName(host: string, certificate: PeerCertificate, rules: string[]): Error | undefined {
  const names = (certificate.subjectaltname ?? '').split(', ').map(entry => {
    const name = entry.replace(/^(DNS|IP Address):/, '');
    const address = parseIpAddress(name); // OpenSSL writes IPv6 without `::`
    return address === undefined ? name : formatIpAddress(address);
  });
  const problem = serverNameProblem(host, names, rules);
  return problem === undefined ? undefined : new UntrustedError(problem);
}
