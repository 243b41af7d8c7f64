import type {NadSettings, RadiusServer, ServiceCounters} from '#protocol/nad/contract.ts';
import type {NadContext} from '#protocol/nad/nad-context.ts';
import {RadiusServers, type RadiusService, type ServerState} from '#protocol/nad/radius-servers.ts';
import type {KeyCover} from '#protocol/radius/mppe-keys.ts';
import type {RadiusAttribute, RadiusPacket} from '#protocol/radius/packet.ts';
import {encodeRequest} from '#protocol/radius/request.ts';
import {readResponse} from '#protocol/radius/response.ts';
import type {Endpoint} from '#protocol/role.ts';

export interface RadiusQuestion {
  service: RadiusService;
  /** A User-Password in the clear: it is hidden with the secret of whichever server is asked. */
  attributes: RadiusAttribute[];
  /** Name of the server to try first, if it is alive. */
  first?: string;
  /** No other server can answer this one: it continues what `first` began. */
  only?: boolean;
  /** For the counters of `show aaa servers`. */
  counts?: 'starts' | 'interims' | 'stops';
  /** `cover`: what keys in the answer are hidden with. */
  onAnswer: (packet: RadiusPacket, server: string, nowMs: number, cover: KeyCover) => void;
  /** No server answered. */
  onSilence: (nowMs: number) => void;
}

interface Exchange {
  readonly question: RadiusQuestion;
  readonly tried: ServerState[];
  state: ServerState;
  /** What is outstanding; `undefined`: all 256 identifiers of the server are, so this one waits. */
  sent: {identifier: number; authenticator: Uint8Array; bytes: Uint8Array; times: number; dueAtMs: number} | undefined;
  abandoned: boolean;
}

const answersTo: Record<RadiusService, readonly RadiusPacket['code'][]> = {
  authentication: ['Access-Accept', 'Access-Reject', 'Access-Challenge'],
  accounting: ['Accounting-Response'],
};

/**
The switch as a RADIUS client (RFC 2865 2.4, 2866 2): each question goes to one server, `attempts` times, `timeoutMs` apart;
then the next one is asked anew, with its own secret. Whether the silent one is asked first again by the next question is for
`RadiusServers` to say. Only a verified answer counts. What is forged, late or from nobody is told as `datagram-discarded` and
changes nothing.
*/
export class RadiusClient {
  readonly servers: RadiusServers;
  readonly #context: NadContext;
  readonly #limits: NadSettings['radius'];
  readonly #outstanding = new Map<string, Exchange>();
  #waiting: Exchange[] = [];
  #lastIdentifier = 255;

  constructor(context: NadContext) {
    const {radiusServers, radius} = context.settings;
    this.servers = new RadiusServers(radiusServers, radius);
    this.#context = context;
    this.#limits = radius;
  }

  /** Returns the server that is asked first (`undefined`: none is configured), and how to lose interest in the answer. */
  ask(question: RadiusQuestion, nowMs: number): {server: string | undefined; abandon: () => void} {
    const {first = '', only} = question;
    const state = only ? this.servers.byName(first) : this.servers.next([], nowMs, first);
    if (state === undefined) {
      question.onSilence(nowMs);
      return {server: undefined, abandon: () => {}};
    }
    const exchange: Exchange = {question, tried: [], state, sent: undefined, abandoned: false};
    this.#begin(exchange, nowMs);
    return {server: state.server.name, abandon: () => this.#abandon(exchange, nowMs)};
  }

  receive(from: Endpoint, bytes: Uint8Array, nowMs: number): void {
    const recognized = this.#recognize(from, bytes);
    if (!recognized.ok) {
      const {reason} = recognized;
      this.#context.record({kind: 'datagram-discarded', from: `${from.address}:${from.port}`, reason});
      return;
    }
    const {exchange, packet, cover} = recognized;
    this.#release(exchange);
    if (this.servers.heard(exchange.state, nowMs)) this.#tellAlive(exchange.state);
    countAnswer(exchange.state, packet.code);
    exchange.question.onAnswer(packet, exchange.state.server.name, nowMs, cover);
    this.#sendWaiting(nowMs);
  }

  /** Repeats what is overdue, or turns to the next server. */
  wake(nowMs: number): void {
    const earliest = this.wakeAtMs();
    if (earliest === undefined || earliest > nowMs) return;
    for (const state of this.servers.revived(nowMs)) this.#tellAlive(state);
    for (const exchange of [...this.#outstanding.values()]) {
      if (exchange.sent === undefined || exchange.sent.dueAtMs > nowMs) continue;
      this.#counters(exchange).timeouts += 1;
      if (exchange.sent.times > 1 && this.servers.silent(exchange.state, nowMs)) this.#tellDead(exchange.state);
      if (exchange.sent.times < this.#limits.attempts) this.#repeat(exchange, exchange.sent, nowMs);
      else this.#giveUpServer(exchange, nowMs);
    }
    this.#sendWaiting(nowMs);
  }

  wakeAtMs(): number | undefined {
    let earliest = this.servers.wakeAtMs();
    for (const {sent} of this.#outstanding.values()) {
      if (sent !== undefined && (earliest === undefined || sent.dueAtMs < earliest)) earliest = sent.dueAtMs;
    }
    return earliest;
  }

  /** Finds the exchange that a datagram answers, if it is a verified answer to one. */
  #recognize(
    from: Endpoint,
    bytes: Uint8Array,
  ): {ok: true; exchange: Exchange; packet: RadiusPacket; cover: KeyCover} | {ok: false; reason: string} {
    const source = this.servers.bySource(from);
    if (source === undefined) return {ok: false, reason: 'it comes from no RADIUS server of ours'};
    const {state, service} = source;
    const exchange = this.#outstanding.get(exchangeKey(state, service, bytes[1] ?? 0));
    if (exchange?.sent === undefined) return {ok: false, reason: 'no request waits for it'};
    const {identifier, authenticator} = exchange.sent;
    const {secret} = state.server;
    const read = readResponse(bytes, {identifier, authenticator, secret});
    if (!read.ok) return read;
    const {packet} = read;
    if (answersTo[service].includes(packet.code)) return {ok: true, exchange, packet, cover: {secret, authenticator}};
    return {ok: false, reason: `${packet.code} answers no ${service} request`};
  }

  #begin(exchange: Exchange, nowMs: number): void {
    const {state, question} = exchange;
    const identifier = this.#freeIdentifier(state, question.service);
    if (identifier === undefined) {
      this.#waiting.push(exchange);
      return;
    }
    const {bytes, authenticator} = encodeRequest({
      code: question.service === 'authentication' ? 'Access-Request' : 'Accounting-Request',
      identifier,
      attributes: question.attributes,
      secret: state.server.secret,
      randomBytes: this.#context.randomBytes,
    });
    exchange.sent = {identifier, authenticator, bytes, times: 1, dueAtMs: nowMs + this.#limits.timeoutMs};
    this.#outstanding.set(exchangeKey(state, question.service, identifier), exchange);
    this.#counters(exchange).requests += 1;
    if (question.counts) state.accounting[question.counts] += 1;
    this.#send(exchange, bytes);
  }

  #repeat(exchange: Exchange, sent: NonNullable<Exchange['sent']>, nowMs: number): void {
    sent.times += 1;
    sent.dueAtMs = nowMs + this.#limits.timeoutMs;
    this.#counters(exchange).retransmissions += 1;
    this.#send(exchange, sent.bytes);
  }

  #giveUpServer(exchange: Exchange, nowMs: number): void {
    const failed = exchange.state;
    this.#release(exchange);
    exchange.tried.push(failed);
    const next = exchange.question.only ? undefined : this.servers.next(exchange.tried, nowMs);
    this.#context.record({kind: 'radius-server-failed', server: failed.server.name, next: next?.server.name ?? null});
    if (next === undefined) {
      exchange.question.onSilence(nowMs);
      return;
    }
    this.#counters(exchange).failovers += 1;
    exchange.state = next;
    this.#begin(exchange, nowMs);
  }

  #abandon(exchange: Exchange, nowMs: number): void {
    exchange.abandoned = true;
    this.#release(exchange);
    this.#sendWaiting(nowMs);
  }

  #release(exchange: Exchange): void {
    if (exchange.sent === undefined) return;
    this.#outstanding.delete(exchangeKey(exchange.state, exchange.question.service, exchange.sent.identifier));
    exchange.sent = undefined;
  }

  /** Sends what waits for an identifier, first come, first served. */
  #sendWaiting(nowMs: number): void {
    const full = new Set<string>();
    const waiting = this.#waiting.filter(exchange => !exchange.abandoned);
    this.#waiting = [];
    for (const exchange of waiting) {
      const pool = `${exchange.state.server.name} ${exchange.question.service}`;
      if (full.has(pool)) this.#waiting.push(exchange);
      else this.#begin(exchange, nowMs);
      if (exchange.sent === undefined) full.add(pool);
    }
  }

  #freeIdentifier(state: ServerState, service: RadiusService): number | undefined {
    for (let step = 1; step <= 256; step += 1) {
      const identifier = (this.#lastIdentifier + step) % 256;
      if (this.#outstanding.has(exchangeKey(state, service, identifier))) continue;
      this.#lastIdentifier = identifier;
      return identifier;
    }
    return undefined;
  }

  #send({state: {server}, question}: Exchange, bytes: Uint8Array): void {
    const port = question.service === 'authentication' ? server.authPort : server.acctPort;
    this.#context.emit({kind: 'send', localPort: 0, to: {address: server.address, port}, bytes});
  }

  #tellDead({server}: ServerState): void {
    const log = `%RADIUS-4-RADIUS_DEAD: RADIUS server ${portsOf(server)} is not responding.`;
    this.#context.record({kind: 'radius-server-dead', server: server.name, log});
  }

  #tellAlive({server}: ServerState): void {
    const log = `%RADIUS-4-RADIUS_ALIVE: RADIUS server ${portsOf(server)} is being marked alive.`;
    this.#context.record({kind: 'radius-server-alive', server: server.name, log});
  }

  #counters({state, question}: Exchange): ServiceCounters {
    return state[question.service];
  }
}

/** As in the switch's own messages. */
function portsOf({address, authPort, acctPort}: RadiusServer): string {
  return `${address}:${authPort},${acctPort}`;
}

function exchangeKey({server}: ServerState, service: RadiusService, identifier: number): string {
  return `${server.name} ${service} ${identifier}`;
}

function countAnswer({authentication, accounting}: ServerState, code: RadiusPacket['code']): void {
  if (code === 'Access-Accept') authentication.accepts += 1;
  else if (code === 'Access-Reject') authentication.rejects += 1;
  else if (code === 'Access-Challenge') authentication.challenges += 1;
  else accounting.responses += 1;
}
