import type {AgentInput, AgentTimeouts} from '#protocol/agent/contract.ts';
import type {Outbox} from '#protocol/agent/outbox.ts';
import type {Host} from '#protocol/agent/run-context.ts';
import type {HttpRequest, HttpResponse, HttpsFailure} from '#protocol/http.ts';
import type {WallClock} from '#protocol/wall-clock.ts';

export type ExchangeEnd = {kind: 'response'; response: HttpResponse} | {kind: 'failed'; failure: HttpsFailure};

export interface Server {
  host: string;
  port: number;
  serverNameRules: string[];
}

export interface ExchangeListener {
  /** TCP and TLS are made; the request may follow at any time. */
  opened(connectionId: string, nowMs: number): void;
  ended(end: ExchangeEnd, nowMs: number): void;
}

export type HttpsInput = Extract<AgentInput, {connectionId: string}>;

/** The agent's HTTPS exchanges under way: who waits for which. News of any other connection is ignored. */
export class Exchanges {
  readonly #outbox: Outbox;
  readonly #timeouts: AgentTimeouts;
  readonly #clock: WallClock;
  readonly #prefix: string;
  readonly #underWay = new Map<string, {listener: ExchangeListener; isOpen: boolean}>();
  #count = 0;

  /** `prefix` keeps ids of one service process apart from those of the next. */
  constructor(outbox: Outbox, {settings, clock}: Pick<Host, 'settings' | 'clock'>, prefix: string) {
    this.#outbox = outbox;
    this.#timeouts = settings.timeouts;
    this.#clock = clock;
    this.#prefix = prefix;
  }

  /** Opens, sends at once, and tells how it ended. */
  ask(server: Server, request: HttpRequest, ended: ExchangeListener['ended']): string {
    return this.open(server, {opened: connectionId => this.send(connectionId, request), ended});
  }

  /** Without TLS. */
  askPlainly(server: {host: string; port: number}, request: HttpRequest, ended: ExchangeListener['ended']): string {
    const connectionId = this.#begin({opened: () => {}, ended});
    this.#outbox.add({kind: 'http-ask', connectionId, ...server, request, timeoutMs: this.#timeouts.connectMs});
    return connectionId;
  }

  /** First phase; `send` is the second. */
  open(server: Server, listener: ExchangeListener): string {
    const connectionId = this.#begin(listener);
    const {connectMs: timeoutMs} = this.#timeouts;
    const {offsetMs: clockOffsetMs} = this.#clock;
    this.#outbox.add({kind: 'https-open', connectionId, ...server, timeoutMs, clockOffsetMs});
    return connectionId;
  }

  send(connectionId: string, request: HttpRequest): void {
    if (!this.#underWay.has(connectionId)) return;
    this.#outbox.add({kind: 'https-send', connectionId, request, timeoutMs: this.#timeouts.responseMs});
  }

  abandon(connectionId: string): void {
    if (this.#underWay.delete(connectionId)) this.#outbox.add({kind: 'https-abandon', connectionId});
  }

  abandonAll(): void {
    for (const connectionId of [...this.#underWay.keys()]) this.abandon(connectionId);
  }

  handle(input: HttpsInput, nowMs: number): void {
    const {connectionId} = input;
    const exchange = this.#underWay.get(connectionId);
    if (exchange === undefined) return;
    if (input.kind === 'https-opened') {
      if (exchange.isOpen) return;
      exchange.isOpen = true;
      exchange.listener.opened(connectionId, nowMs);
      return;
    }
    this.#underWay.delete(connectionId);
    const end: ExchangeEnd =
      'response' in input ? {kind: 'response', response: input.response} : {kind: 'failed', failure: input.failure};
    exchange.listener.ended(end, nowMs);
  }

  #begin(listener: ExchangeListener): string {
    this.#count += 1;
    const connectionId = `${this.#prefix}${this.#count}`;
    this.#underWay.set(connectionId, {listener, isOpen: false});
    return connectionId;
  }
}
