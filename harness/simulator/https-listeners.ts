import type {HostStack} from '#harness/simulator/host-stack.ts';
import {Retransmission} from '#harness/simulator/retransmission.ts';
import {headerOf, type Segment, type ServerCertificate} from '#harness/simulator/segment.ts';
import type {Simulation} from '#harness/simulator/simulation.ts';
import type {HttpRequest, HttpResponse} from '#protocol/http.ts';
import type {Endpoint} from '#protocol/role.ts';

const responseRto = {firstMs: 200, attempts: 5};

interface Connection {
  key: string;
  remote: Endpoint;
  localPort: number;
  hasAsked: boolean;
  retransmission: Retransmission;
}

/** A server's half of the exchanges: what images/shell/https-server.ts does with sockets, for every port of a node. */
export class VirtualHttpsListeners {
  readonly #simulation: Simulation;
  readonly #stack: HostStack;
  readonly #certificate: ServerCertificate;
  readonly #ports: ReadonlyMap<number, {requireClientCertificate: boolean}>;
  readonly #onRequest: (request: {requestId: string; localPort: number; from: Endpoint; request: HttpRequest}) => void;
  readonly #connections = new Map<string, Connection>();
  readonly #waiting = new Map<string, Connection>();
  #count = 0;

  constructor(options: {
    simulation: Simulation;
    stack: HostStack;
    certificate: ServerCertificate;
    ports: ReadonlyMap<number, {requireClientCertificate: boolean}>;
    onRequest: (request: {requestId: string; localPort: number; from: Endpoint; request: HttpRequest}) => void;
  }) {
    this.#simulation = options.simulation;
    this.#stack = options.stack;
    this.#certificate = options.certificate;
    this.#ports = options.ports;
    this.#onRequest = options.onRequest;
    this.#stack.listen((localPort, from, segment) => this.#receive(localPort, from, segment));
  }

  listensOn(port: number): boolean {
    return this.#ports.has(port);
  }

  respond(requestId: string, response: HttpResponse): void {
    const connection = this.#waiting.get(requestId);
    if (connection === undefined) return;
    this.#waiting.delete(requestId);
    const firstMs = responseRto.firstMs * this.#stack.timerScale;
    const send = () =>
      this.#send(connection, {kind: 'response', response: {...response, headers: {...response.headers}}});
    connection.retransmission.start(send, {firstMs, attempts: responseRto.attempts});
  }

  #receive(localPort: number, from: Endpoint, segment: Segment): void {
    const key = `${from.address}:${from.port} ${localPort}`;
    if (segment.kind === 'syn') {
      this.#accept(key, localPort, from);
      return;
    }
    const connection = this.#connections.get(key);
    if (connection === undefined) {
      if (segment.kind !== 'rst') this.#send({remote: from, localPort}, {kind: 'rst'});
    } else if (segment.kind === 'client-hello') {
      this.#stack.whenAwake(() => this.#send(connection, {kind: 'server-hello', certificate: this.#certificate}));
    } else if (segment.kind === 'request') {
      this.#send(connection, {kind: 'request-ack'});
      this.#stack.whenAwake(() => this.#ask(connection, segment));
    } else {
      this.#close(connection); // acknowledged to the end, or hung up
    }
  }

  #accept(key: string, localPort: number, remote: Endpoint): void {
    if (!this.#ports.has(localPort)) {
      this.#send({remote, localPort}, {kind: 'rst'});
      return;
    }
    if (!this.#connections.has(key)) {
      const retransmission = new Retransmission(this.#simulation);
      this.#connections.set(key, {key, remote, localPort, hasAsked: false, retransmission});
    }
    this.#send({remote, localPort}, {kind: 'syn-ack'});
  }

  #ask(connection: Connection, {request, clientIsTrusted}: Segment & {kind: 'request'}): void {
    if (connection.hasAsked || !this.#connections.has(connection.key)) return; // it came twice, or is gone
    connection.hasAsked = true;
    const {localPort, remote: from} = connection;
    if (this.#ports.get(localPort)?.requireClientCertificate && !clientIsTrusted) {
      this.#close(connection);
      this.#send(connection, {kind: 'rst'});
      return;
    }
    this.#count += 1;
    const requestId = `${localPort} ${this.#count}`;
    this.#waiting.set(requestId, connection);
    this.#onRequest({requestId, localPort, from, request});
  }

  #close(connection: Connection): void {
    connection.retransmission.stop();
    this.#connections.delete(connection.key);
    for (const [requestId, waiting] of this.#waiting) if (waiting === connection) this.#waiting.delete(requestId);
  }

  /** The process is gone. */
  closeAll(): void {
    for (const connection of [...this.#connections.values()]) this.#close(connection);
  }

  #send({remote, localPort}: {remote: Endpoint; localPort: number}, segment: Segment): void {
    const from = {address: this.#stack.addressTowards(remote.address), port: localPort};
    this.#stack.send(headerOf(segment, {from, to: remote}), {kind: 'tcp', segment});
  }
}
