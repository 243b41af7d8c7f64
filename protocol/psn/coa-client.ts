import {attributesOf, type CoaOrder, factsOf} from '#protocol/psn/coa-order.ts';
import type {NodeState} from '#protocol/psn/node-state.ts';
import {readNumber} from '#protocol/radius/attributes.ts';
import type {RadiusCode} from '#protocol/radius/packet.ts';
import {encodeRequest} from '#protocol/radius/request.ts';
import {readResponse} from '#protocol/radius/response.ts';
import type {Endpoint} from '#protocol/role.ts';

/** How an order ended. `errorCause`: RFC 5176 section 3.5, null if the NAK has none. */
export type CoaOutcome = {kind: 'acknowledged'} | {kind: 'refused'; errorCause: number | null} | {kind: 'unanswered'};

/** One request on its way: the same bytes are sent until an answer comes (RFC 5176 section 2.3). */
interface Exchange {
  order: CoaOrder;
  bytes: Uint8Array;
  identifier: number;
  authenticator: Uint8Array;
  sends: number;
  nextAtMs: number;
}

/**
Sends orders to switches and waits for their answers. An identifier is used for one request at a time to a device; when all 256
are taken, orders wait.
*/
export class CoaClient {
  readonly #state: NodeState;
  readonly #conclude: (order: CoaOrder, outcome: CoaOutcome, nowMs: number) => void;
  readonly #exchanges = new Map<string, Exchange>();
  readonly #lastIdentifiers = new Map<string, number>();
  readonly #backlog: CoaOrder[] = [];

  constructor(state: NodeState, conclude: (order: CoaOrder, outcome: CoaOutcome, nowMs: number) => void) {
    this.#state = state;
    this.#conclude = conclude;
  }

  send(order: CoaOrder, nowMs: number): void {
    const identifier = this.#freeIdentifier(order);
    if (identifier === undefined) {
      this.#backlog.push(order);
      return;
    }
    this.#lastIdentifiers.set(keyOf(endpointOf(order), 0), identifier);
    const {bytes, authenticator} = encodeRequest({
      code: factsOf(order.action).packet,
      identifier,
      attributes: attributesOf(order, this.#state.clock.unixS(nowMs)),
      secret: order.device.secret,
      randomBytes: this.#state.randomBytes,
    });
    const exchange = {order, bytes, identifier, authenticator, sends: 0, nextAtMs: nowMs};
    this.#exchanges.set(keyOf(endpointOf(order), identifier), exchange);
    this.#state.counters.coa += 1;
    this.#state.outbox.record({
      kind: 'coa-sent',
      packet: factsOf(order.action).packet,
      command: factsOf(order.action).command,
      sessionId: order.session.sessionId,
    });
    this.#transmit(exchange, nowMs);
  }

  /** Takes what came to the client's socket; returns why it was no answer to any request, if it was none. */
  receive(from: Endpoint, bytes: Uint8Array, nowMs: number): string | undefined {
    const key = keyOf(from, bytes[1] ?? -1);
    const exchange = this.#exchanges.get(key);
    if (exchange === undefined) return 'no request of ours waits for this answer';
    const {identifier, authenticator, order} = exchange;
    const response = readResponse(bytes, {identifier, authenticator, secret: order.device.secret});
    if (!response.ok) return response.reason;
    const outcome = outcomeOf(order, response.packet.code, () => readNumber(response.packet, 'Error-Cause'));
    if (outcome === undefined) return `${response.packet.code} does not answer ${factsOf(order.action).packet}`;
    this.#finish(key, exchange, outcome, nowMs);
    return undefined;
  }

  /** Repeats what was not answered in time, and gives up after the last attempt. */
  retransmit(nowMs: number): void {
    for (const [key, exchange] of [...this.#exchanges]) {
      if (exchange.nextAtMs > nowMs) continue;
      if (exchange.sends < this.#state.settings.coa.attempts) this.#transmit(exchange, nowMs);
      else this.#finish(key, exchange, {kind: 'unanswered'}, nowMs);
    }
  }

  wakeAtMs(): number | undefined {
    const instants = [...this.#exchanges.values()].map(exchange => exchange.nextAtMs);
    return instants.length === 0 ? undefined : Math.min(...instants);
  }

  #transmit(exchange: Exchange, nowMs: number): void {
    exchange.sends += 1;
    exchange.nextAtMs = nowMs + this.#state.settings.coa.timeoutMs;
    this.#state.outbox.add({kind: 'send', localPort: 0, to: endpointOf(exchange.order), bytes: exchange.bytes});
  }

  #finish(key: string, {order}: Exchange, outcome: CoaOutcome, nowMs: number): void {
    this.#exchanges.delete(key);
    this.#conclude(order, outcome, nowMs);
    const next = this.#backlog.findIndex(waiting => this.#freeIdentifier(waiting) !== undefined);
    const waiting = next < 0 ? undefined : this.#backlog.splice(next, 1)[0];
    if (waiting !== undefined) this.send(waiting, nowMs);
  }

  #freeIdentifier(order: CoaOrder): number | undefined {
    const to = endpointOf(order);
    const last = this.#lastIdentifiers.get(keyOf(to, 0)) ?? -1;
    for (let step = 1; step <= 256; step += 1) {
      const identifier = (last + step) % 256;
      if (!this.#exchanges.has(keyOf(to, identifier))) return identifier;
    }
    return undefined;
  }
}

function outcomeOf(order: CoaOrder, code: RadiusCode, errorCause: () => number | undefined): CoaOutcome | undefined {
  const [acknowledged, refused] =
    factsOf(order.action).packet === 'CoA-Request' ? ['CoA-ACK', 'CoA-NAK'] : ['Disconnect-ACK', 'Disconnect-NAK'];
  if (code === acknowledged) return {kind: 'acknowledged'};
  if (code === refused) return {kind: 'refused', errorCause: errorCause() ?? null};
  return undefined;
}

function endpointOf({device}: CoaOrder): Endpoint {
  return {address: device.address, port: device.coaPort};
}

function keyOf({address, port}: Endpoint, identifier: number): string {
  return `${address} ${port} ${identifier}`;
}
