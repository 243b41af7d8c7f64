import type {ResolveName} from '#harness/simulator/dns.ts';
import type {HostStack} from '#harness/simulator/host-stack.ts';
import {Retransmission} from '#harness/simulator/retransmission.ts';
import {headerOf, type Segment, type ServerCertificate} from '#harness/simulator/segment.ts';
import type {Simulation, Timer} from '#harness/simulator/simulation.ts';
import type {HttpOutcome} from '#images/shell/http-client.ts';
import type {HttpsCall, HttpsOutcome} from '#images/shell/https-client.ts';
import {serverNameProblem} from '#protocol/agent/server-name.ts';
import type {HttpRequest, HttpsFailure} from '#protocol/http.ts';
import type {Endpoint} from '#protocol/role.ts';
import {validityProblem} from '#protocol/wall-clock.ts';

/** Linux: the first SYN is repeated after a second, data after at least 200 ms (TCP_TIMEOUT_INIT, TCP_RTO_MIN); real time. */
const rtoMs = {syn: 1000, data: 200};
const attempts = 7;

interface Plain {
  request: HttpRequest;
  timeoutMs: number;
}

interface Connection {
  id: string;
  host: string;
  local: Endpoint;
  remote: Endpoint;
  serverNameRules: string[];
  clockOffsetMs: number;
  state: 'connecting' | 'handshaking' | 'open' | 'asking';
  /** Without TLS: what is asked as soon as TCP is there. */
  plain: Plain | undefined;
  retransmission: Retransmission;
  deadline: Timer;
}

/**
HTTPS in two phases in virtual time: what images/shell/https-client.ts does with sockets. Each call is answered by exactly one
outcome, unless the connection is abandoned before it.
*/
export class VirtualHttpsClient {
  readonly #simulation: Simulation;
  readonly #stack: HostStack;
  readonly #resolve: ResolveName;
  /** Whose names are being resolved. */
  readonly #resolving = new Set<string>();
  readonly #isTrusted: boolean;
  readonly #onOutcome: (outcome: HttpsOutcome | HttpOutcome) => void;
  readonly #connections = new Map<string, Connection>();

  /** `isTrusted`: the client's own certificate, where the server asks for one. */
  constructor(options: {
    simulation: Simulation;
    stack: HostStack;
    resolve: ResolveName;
    isTrusted: boolean;
    onOutcome: (outcome: HttpsOutcome | HttpOutcome) => void;
  }) {
    this.#simulation = options.simulation;
    this.#stack = options.stack;
    this.#resolve = options.resolve;
    this.#isTrusted = options.isTrusted;
    this.#onOutcome = options.onOutcome;
  }

  /** One request without TLS (images/shell/http-client.ts). */
  ask(call: {connectionId: string; host: string; port: number; request: HttpRequest; timeoutMs: number}): void {
    const {request, timeoutMs} = call;
    this.open(call, {request, timeoutMs});
  }

  open(call: HttpsCall, plain?: Plain): void {
    const {connectionId, host, timeoutMs} = call;
    this.#resolving.add(connectionId);
    this.#resolve(host, timeoutMs, result => {
      if (!this.#resolving.delete(connectionId)) return;
      const kind = plain ? 'http-failed' : 'https-failed';
      if (typeof result === 'string') this.#connect(call, result, plain);
      else this.#onOutcome({kind, connectionId, failure: result});
    });
  }

  #connect(call: HttpsCall, address: string, plain: Plain | undefined): void {
    const {connectionId, host, port, serverNameRules = ['*'], timeoutMs, clockOffsetMs = 0} = call;
    const connection: Connection = {
      id: connectionId,
      host,
      local: this.#stack.openClient(address, segment => this.#receive(connectionId, segment)),
      remote: {address, port},
      serverNameRules,
      clockOffsetMs,
      state: 'connecting',
      plain,
      retransmission: new Retransmission(this.#simulation),
      deadline: this.#deadline(connectionId, timeoutMs, 'no handshake'),
    };
    this.#connections.set(connectionId, connection);
    this.#sendReliably(connection, {kind: 'syn'}, rtoMs.syn);
  }

  send({connectionId, request, timeoutMs}: {connectionId: string; request: HttpRequest; timeoutMs: number}): void {
    const connection = this.#connections.get(connectionId);
    if (connection === undefined) {
      const failure: HttpsFailure = {reason: 'broken', detail: 'the connection was closed before the request'};
      this.#simulation.after(0, () => this.#onOutcome({kind: 'https-failed', connectionId, failure}));
      return;
    }
    connection.state = 'asking';
    connection.deadline = this.#deadline(connectionId, timeoutMs, 'no response');
    const segment: Segment = {kind: 'request', request: onTheWire(request), clientIsTrusted: this.#isTrusted};
    this.#sendReliably(connection, segment, rtoMs.data);
  }

  abandon(connectionId: string): void {
    this.#resolving.delete(connectionId);
    const connection = this.#connections.get(connectionId);
    if (connection === undefined) return;
    if (connection.state !== 'connecting') this.#send(connection, {kind: 'fin'});
    this.#close(connection);
  }

  /** The process is gone; its peers hear nothing of it. */
  abandonAll(): void {
    this.#resolving.clear();
    for (const connection of [...this.#connections.values()]) this.#close(connection);
  }

  #receive(connectionId: string, segment: Segment | 'unreachable'): void {
    const connection = this.#connections.get(connectionId);
    if (connection === undefined) return;
    const {state} = connection;
    if (segment === 'unreachable') {
      const failure: HttpsFailure = {reason: 'unreachable', detail: 'ENETUNREACH: the network has no way there'};
      if (state === 'connecting') this.#fail(connection, failure);
    } else if (segment.kind === 'rst') {
      const refused: HttpsFailure = {reason: 'refused', detail: 'ECONNREFUSED: connect ECONNREFUSED'};
      this.#fail(
        connection,
        state === 'connecting' ? refused : {reason: 'broken', detail: 'ECONNRESET: read ECONNRESET'},
      );
    } else if (segment.kind === 'syn-ack' && state === 'connecting' && connection.plain) {
      connection.deadline.isOver = true;
      connection.state = 'open';
      this.send({connectionId, ...connection.plain});
    } else if (segment.kind === 'syn-ack' && state === 'connecting') {
      connection.state = 'handshaking';
      this.#sendReliably(connection, {kind: 'client-hello'}, rtoMs.data);
    } else if (segment.kind === 'server-hello' && state === 'handshaking') {
      this.#finishHandshake(connection, segment.certificate);
    } else if (segment.kind === 'request-ack') {
      connection.retransmission.stop();
    } else if (segment.kind === 'response' && state === 'asking') {
      this.#send(connection, {kind: 'response-ack'});
      this.#close(connection);
      const kind = connection.plain ? 'http-response' : 'https-response';
      this.#onOutcome({kind, connectionId, response: segment.response});
    }
  }

  #finishHandshake(connection: Connection, certificate: ServerCertificate): void {
    connection.retransmission.stop();
    const atMs = this.#simulation.nowMs + connection.clockOffsetMs;
    const problem = certificate.isTrusted
      ? (validityProblem(certificate, atMs) ??
        serverNameProblem(connection.host, certificate.names, connection.serverNameRules))
      : 'SELF_SIGNED_CERT_IN_CHAIN: self-signed certificate in certificate chain';
    if (problem !== undefined) {
      this.#send(connection, {kind: 'fin'});
      this.#fail(connection, {reason: 'untrusted', detail: problem});
      return;
    }
    connection.state = 'open';
    connection.deadline.isOver = true;
    this.#onOutcome({kind: 'https-opened', connectionId: connection.id});
  }

  #deadline(connectionId: string, timeoutMs: number, detail: string): Timer {
    return this.#simulation.after(timeoutMs, () => {
      const connection = this.#connections.get(connectionId);
      if (connection === undefined) return;
      if (connection.state !== 'connecting') this.#send(connection, {kind: 'fin'});
      this.#fail(connection, {reason: 'timeout', detail});
    });
  }

  #fail(connection: Connection, failure: HttpsFailure): void {
    this.#close(connection);
    const kind = connection.plain ? 'http-failed' : 'https-failed';
    this.#onOutcome({kind, connectionId: connection.id, failure});
  }

  #close(connection: Connection): void {
    connection.retransmission.stop();
    connection.deadline.isOver = true;
    this.#connections.delete(connection.id);
    this.#stack.closeClient(connection.local.port);
  }

  #sendReliably(connection: Connection, segment: Segment, firstMs: number): void {
    const scaledMs = firstMs * this.#stack.timerScale;
    connection.retransmission.start(() => this.#send(connection, segment), {firstMs: scaledMs, attempts});
  }

  #send({local, remote}: Connection, segment: Segment): void {
    this.#stack.send(headerOf(segment, {from: local, to: remote}), {kind: 'tcp', segment});
  }
}

/** Header names in lower case and values as text: what Node's HTTP makes of them on the way. */
function onTheWire(request: HttpRequest): HttpRequest {
  const headers = Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), String(value).trim()]);
  return {...request, headers: Object.fromEntries(headers)};
}
