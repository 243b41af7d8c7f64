import {request as httpsRequest} from 'node:https'; // importing node:http loads all of undici, which doubles a node's start
import {isIP} from 'node:net';
import {connect, type PeerCertificate, type TLSSocket} from 'node:tls';
import type {LabClock} from '#images/shell/clock.ts';
import {Deadline} from '#images/shell/deadline.ts';
import {serverNameProblem} from '#protocol/agent/server-name.ts';
import type {HttpRequest, HttpResponse, HttpsFailure} from '#protocol/http.ts';

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

const bodyLimitBytes = 1_048_576;

/**
HTTPS in two phases, because the time between them is what the race is about (domain.md 7.2): `open` makes TCP and TLS,
`send` the request. Each call is answered by exactly one outcome, unless the connection is abandoned before it.
*/
export class HttpsClient implements Disposable {
  readonly #clock: LabClock;
  readonly #hosts: Record<string, string>;
  readonly #identity: TlsIdentity;
  readonly #onOutcome: (outcome: HttpsOutcome) => void;
  readonly #sockets = new Map<string, TLSSocket>();

  /** `hosts`: FQDN to address, what DNS would say. */
  constructor(options: {
    clock: LabClock;
    hosts: Record<string, string>;
    identity: TlsIdentity;
    onOutcome: (outcome: HttpsOutcome) => void;
  }) {
    this.#clock = options.clock;
    this.#hosts = options.hosts;
    this.#identity = options.identity;
    this.#onOutcome = options.onOutcome;
  }

  /**
  `serverNameRules`: wildcards one of which must match the host's name; `*` is any (domain.md 8.2). `timeoutMs`: lab time, for TCP
  and once more for TLS.
  */
  open({
    connectionId,
    host,
    port,
    serverNameRules = ['*'],
    timeoutMs,
  }: {
    connectionId: string;
    host: string;
    port: number;
    serverNameRules?: string[];
    timeoutMs: number;
  }): void {
    const address = isIP(host) === 0 ? this.#hosts[host.toLowerCase()] : host;
    if (address === undefined) {
      const failure: HttpsFailure = {reason: 'unreachable', detail: `the name ${host} cannot be resolved`};
      setImmediate(() => this.#onOutcome({kind: 'https-failed', connectionId, failure}));
      return;
    }
    const socket = connect({
      host: address,
      port,
      ...(isIP(host) === 0 ? {servername: host} : {}),
      ...this.#identity,
      checkServerIdentity: (_, certificate) => checkName(host, certificate, serverNameRules),
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

  send({connectionId, request, timeoutMs}: {connectionId: string; request: HttpRequest; timeoutMs: number}): void {
    const socket = this.#sockets.get(connectionId);
    if (socket === undefined || socket.destroyed) {
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
    const outgoing = httpsRequest({
      method,
      path,
      headers: {...headers, ...(body === '' ? {} : {'content-length': Buffer.byteLength(body)}), connection: 'close'},
      createConnection: () => socket,
    });
    outgoing.once('response', response => {
      const parts: Buffer[] = [];
      let size = 0;
      response.on('data', (part: Buffer) => {
        size += part.length;
        if (size > bodyLimitBytes) socket.destroy(new Error(`the response is larger than ${bodyLimitBytes} bytes`));
        else parts.push(part);
      });
      response.once('end', () => {
        deadline.end();
        if (!this.#sockets.delete(connectionId)) return;
        socket.destroy();
        this.#onOutcome({
          kind: 'https-response',
          connectionId,
          response: {
            status: response.statusCode ?? 0,
            headers: Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, String(value)])),
            body: Buffer.concat(parts).toString(),
          },
        });
      });
    });
    outgoing.once('error', error => {
      deadline.end();
      this.#fail(connectionId, error);
    });
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

class TimeoutError extends Error {}
class UntrustedError extends Error {}

function failureOf(error: Error & {code?: string}): HttpsFailure {
  const detail = error.code === undefined ? error.message : `${error.code}: ${error.message}`;
  if (error instanceof TimeoutError || error.code === 'ETIMEDOUT') return {reason: 'timeout', detail};
  if (error instanceof UntrustedError || isCertificateError(error.code)) return {reason: 'untrusted', detail};
  if (error.code === 'ECONNREFUSED') return {reason: 'refused', detail};
  if (error.code === 'EHOSTUNREACH' || error.code === 'ENETUNREACH') return {reason: 'unreachable', detail};
  return {reason: 'broken', detail};
}

function isCertificateError(code: string | undefined): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|ALTNAME|HOSTNAME_MISMATCH|INVALID_CA|UNTRUSTED/.test(code ?? '');
}

function checkName(host: string, certificate: PeerCertificate, rules: string[]): Error | undefined {
  const names = (certificate.subjectaltname ?? '').split(', ').map(entry => entry.replace(/^(DNS|IP Address):/, ''));
  const problem = serverNameProblem(host, names, rules);
  return problem === undefined ? undefined : new UntrustedError(problem);
}
