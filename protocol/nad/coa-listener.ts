import {type CoaOrder, readCoaOrder, readSessionMatch, type SessionMatch} from '#protocol/nad/coa-order.ts';
import type {NadContext, StepAction} from '#protocol/nad/nad-context.ts';
import type {Session} from '#protocol/nad/session.ts';
import {number, readNumber} from '#protocol/radius/attributes.ts';
import {errorCauses} from '#protocol/radius/error-cause.ts';
import type {RadiusPacket} from '#protocol/radius/packet.ts';
import {readRequest} from '#protocol/radius/request.ts';
import {encodeResponse} from '#protocol/radius/response.ts';
import type {Endpoint} from '#protocol/role.ts';

type Arrival = Extract<StepAction, {kind: 'answer-coa'}>;

/** Who knows the sessions, and can do to them what is asked. */
export interface CoaExecutor {
  find: (match: SessionMatch) => Session | undefined;
  execute: (order: CoaOrder, session: Session, nowMs: number) => void;
}

/** How long, and how many, answers are kept for repeated requests (RFC 5176 2.3). The numbers are ours. */
const answerLifeMs = 60_000;
const answerLimit = 256;

/**
The dynamic authorization server of RFC 5176 on Cisco's port 1700. Known clients with the right secret get an answer, everybody
else silence, which the PSN reports as 11213 (domain.md 5.8). A request that comes again gets the same bytes again and is not
done twice. A Message-Authenticator is checked where there is one, not asked for: the Request Authenticator already proves the
secret, and IOS takes requests without.
*/
export class CoaListener {
  readonly counters = {requests: 0, acks: 0, naks: 0, discarded: 0};
  readonly #context: NadContext;
  readonly #executor: CoaExecutor;
  /** By sender and request; `bytes` undefined: not answered yet. */
  readonly #answers = new Map<string, {bytes: Uint8Array | undefined; atMs: number}>();

  constructor(context: NadContext, executor: CoaExecutor) {
    this.#context = context;
    this.#executor = executor;
  }

  receive(from: Endpoint, bytes: Uint8Array, nowMs: number): void {
    const verified = this.#verify(from, bytes, nowMs);
    if (!verified.ok) {
      this.counters.discarded += 1;
      const {reason} = verified;
      this.#context.record({kind: 'datagram-discarded', from: `${from.address}:${from.port}`, reason});
      return;
    }
    const {request, secret} = verified;
    const key = requestKey(from, request);
    const before = this.#answers.get(key);
    if (before !== undefined) {
      if (before.bytes) this.#send(from, before.bytes);
      return;
    }
    this.#keepAnswer(key, undefined, nowMs);
    this.counters.requests += 1;
    const reading = readCoaOrder(request, this.#context.settings);
    const command = reading.ok ? reading.command : request.code;
    const sessionId = readSessionMatch(request).sessionId ?? '';
    this.#context.record({kind: 'coa-received', command, sessionId, from: from.address});
    this.#context.steps.enter('coa', {kind: 'answer-coa', request, from, secret}, nowMs);
  }

  /** The step is behind it: the answer leaves first, then what it promised is done. */
  answer({request, from, secret}: Arrival, nowMs: number): void {
    const reading = readCoaOrder(request, this.#context.settings);
    const session = this.#executor.find(readSessionMatch(request));
    const errorCause = reading.ok ? (session ? undefined : errorCauses.sessionContextNotFound) : reading.errorCause;
    const code = answerCode(request, errorCause === undefined);
    const bytes = encodeResponse({
      request,
      code,
      attributes: errorCause === undefined ? [] : [number('Error-Cause', errorCause)],
      secret,
    });
    if (errorCause === undefined) this.counters.acks += 1;
    else this.counters.naks += 1;
    this.#keepAnswer(requestKey(from, request), bytes, nowMs);
    this.#send(from, bytes);
    this.#context.record({kind: 'coa-answered', code, ...(errorCause === undefined ? {} : {errorCause})});
    if (reading.ok && session) this.#executor.execute(reading, session, nowMs);
  }

  #verify(
    from: Endpoint,
    bytes: Uint8Array,
    nowMs: number,
  ): {ok: true; request: RadiusPacket; secret: string} | {ok: false; reason: string} {
    const client = this.#context.settings.coaClients.find(({address}) => address === from.address);
    if (client === undefined) return {ok: false, reason: 'it comes from no client of dynamic authorization'};
    const {secret} = client;
    const read = readRequest(bytes, secret, {requireMessageAuthenticator: false});
    if (!read.ok) return read;
    const {packet: request} = read;
    if (request.code !== 'CoA-Request' && request.code !== 'Disconnect-Request')
      return {ok: false, reason: `${request.code} is no dynamic authorization`};
    const stale = this.#staleness(request, nowMs);
    return stale === undefined ? {ok: true, request, secret} : {ok: false, reason: stale};
  }

  /** An old request may be a replayed one. One that tells no time is taken (RFC 5176 6.3). */
  #staleness(request: RadiusPacket, nowMs: number): string | undefined {
    const {clock, settings} = this.#context;
    const toldS = readNumber(request, 'Event-Timestamp');
    if (toldS === undefined || settings.coaWindowMs === 0) return undefined;
    const offS = toldS - clock.unixS(nowMs);
    if (Math.abs(offS) * 1000 <= settings.coaWindowMs) return undefined;
    return `its Event-Timestamp is ${Math.abs(offS)} s ${offS < 0 ? 'behind' : 'ahead of'} this switch's clock`;
  }

  #keepAnswer(key: string, bytes: Uint8Array | undefined, nowMs: number): void {
    this.#answers.delete(key); // so that the map stays in the order of age
    this.#answers.set(key, {bytes, atMs: nowMs});
    for (const [oldKey, {atMs}] of this.#answers) {
      if (this.#answers.size <= answerLimit && atMs + answerLifeMs > nowMs) break;
      this.#answers.delete(oldKey);
    }
  }

  #send(to: Endpoint, bytes: Uint8Array): void {
    this.#context.emit({kind: 'send', localPort: this.#context.settings.coaPort, to, bytes});
  }
}

function requestKey({address, port}: Endpoint, {identifier, authenticator}: RadiusPacket): string {
  return `${address} ${port} ${identifier} ${authenticator.join('.')}`;
}

function answerCode(
  request: RadiusPacket,
  agreed: boolean,
): 'CoA-ACK' | 'CoA-NAK' | 'Disconnect-ACK' | 'Disconnect-NAK' {
  if (request.code === 'Disconnect-Request') return agreed ? 'Disconnect-ACK' : 'Disconnect-NAK';
  return agreed ? 'CoA-ACK' : 'CoA-NAK';
}
