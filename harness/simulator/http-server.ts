import type {HostStack} from '#harness/simulator/host-stack.ts';
import {headerOf, type Segment} from '#harness/simulator/segment.ts';
import type {Packet} from '#protocol/dacl/verdict.ts';
import type {HttpRequest, HttpResponse} from '#protocol/http.ts';
import type {Endpoint} from '#protocol/role.ts';

interface Connection {
  requestId: string;
  client: Endpoint;
  /** Whom the client believes to talk to. */
  server: Endpoint;
  hasAsked: boolean;
  response: HttpResponse | undefined;
}

/**
The switch's HTTP server, to which caught connections are led (images/nad/steering.ts): it answers in the name of whatever host
they were meant for. Whoever speaks TLS to it is hung up on.
*/
export class VirtualHttpServer {
  readonly #stack: HostStack;
  readonly #onRequest: (request: {requestId: string; from: Endpoint; request: HttpRequest}) => void;
  readonly #connections = new Map<string, Connection>();
  #count = 0;

  constructor(options: {
    stack: HostStack;
    onRequest: (request: {requestId: string; from: Endpoint; request: HttpRequest}) => void;
  }) {
    this.#stack = options.stack;
    this.#onRequest = options.onRequest;
  }

  receive(packet: Packet, segment: Segment): void {
    const client = {address: packet.source, port: packet.sourcePort ?? 0};
    const server = {address: packet.destination, port: packet.destinationPort ?? 0};
    const key = `${client.address}:${client.port} ${server.address}:${server.port}`;
    if (segment.kind === 'syn') {
      this.#accept(key, client, server);
      return;
    }
    const connection = this.#connections.get(key);
    if (connection === undefined) {
      if (segment.kind !== 'rst') this.#send({client, server}, {kind: 'rst'});
    } else if (segment.kind === 'request') {
      this.#ask(connection, segment);
    } else {
      this.#connections.delete(key); // acknowledged to the end, hung up, or no HTTP
      if (segment.kind === 'client-hello') this.#send(connection, {kind: 'rst'});
    }
  }

  respond(requestId: string, response: HttpResponse): void {
    const connection = [...this.#connections.values()].find(candidate => candidate.requestId === requestId);
    if (connection === undefined) return;
    connection.response = response;
    this.#send(connection, {kind: 'response', response: {...response, headers: {...response.headers}}});
  }

  /** The power is gone. */
  closeAll(): void {
    this.#connections.clear();
  }

  #accept(key: string, client: Endpoint, server: Endpoint): void {
    if (!this.#connections.has(key)) {
      this.#count += 1;
      this.#connections.set(key, {requestId: `${this.#count}`, client, server, hasAsked: false, response: undefined});
    }
    this.#send({client, server}, {kind: 'syn-ack'});
  }

  /** A request that comes again has lost its answer, if there was one. */
  #ask(connection: Connection, {request}: Segment & {kind: 'request'}): void {
    this.#send(connection, {kind: 'request-ack'});
    const {requestId, client, hasAsked, response} = connection;
    if (response !== undefined) this.respond(requestId, response);
    if (hasAsked) return;
    connection.hasAsked = true;
    this.#onRequest({requestId, from: client, request});
  }

  #send({client, server}: Pick<Connection, 'client' | 'server'>, segment: Segment): void {
    this.#stack.send(headerOf(segment, {from: server, to: client}), {kind: 'tcp', segment});
  }
}
