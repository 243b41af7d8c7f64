import type {Access} from '#protocol/nad/access.ts';
import {dot1xRequest} from '#protocol/nad/access-request.ts';
import type {Authorization} from '#protocol/nad/authorization.ts';
import type {Dot1xSettings} from '#protocol/nad/contract.ts';
import type {HostAddresses} from '#protocol/nad/framed-addresses.ts';
import type {NadContext} from '#protocol/nad/nad-context.ts';
import type {RadiusClient} from '#protocol/nad/radius-client.ts';
import type {Attempt, Session} from '#protocol/nad/session.ts';
import type {Sessions} from '#protocol/nad/sessions.ts';
import {readBytes, readText} from '#protocol/radius/attributes.ts';
import {eapFailureFor, joinEapMessage, splitEapMessage} from '#protocol/radius/eap-message.ts';
import {isMppeKey, rehideMppeKeys} from '#protocol/radius/mppe-keys.ts';
import type {RadiusAttribute, RadiusPacket} from '#protocol/radius/packet.ts';
import {readRequest} from '#protocol/radius/request.ts';
import {encodeResponse} from '#protocol/radius/response.ts';
import type {Endpoint} from '#protocol/role.ts';

type EapAttempt = Extract<Attempt, {kind: 'eap'}>;

/** A request of the authenticator's. `reply` undefined: not answered yet. */
interface Relayed {
  request: RadiusPacket;
  from: Endpoint;
  reply: Uint8Array | undefined;
  atMs: number;
}

/** An Accept that waits until what it grants is in force. */
interface HeldAccept {
  relayed: Relayed;
  session: Session;
  accept: RadiusPacket;
  keys: RadiusAttribute[];
}

interface Dot1xParts {
  client: RadiusClient;
  sessions: Sessions;
  access: Access;
  authorization: Authorization;
  addressesOf: (session: Session) => HostAddresses;
}

/** How long requests are remembered, for when they come again (RFC 5080 section 2.2.2). Ours. */
const requestLifeMs = 60_000;

/**
The switch between the authenticator, which speaks EAP with the hosts, and the RADIUS servers (RFC 3579, 3580). Each request goes
out as the switch's own, under the session's id, so that failover, secrets and dead times are those of every other request; a
conversation stays with the server that began it. An Accept reaches the authenticator when its dACL is in force, without what only
the switch may know.
*/
export class Dot1x {
  readonly #context: NadContext;
  readonly #parts: Dot1xParts;
  readonly #relayed = new Map<string, Relayed>();
  readonly #held = new Set<HeldAccept>();

  constructor(context: NadContext, parts: Dot1xParts) {
    this.#context = context;
    this.#parts = parts;
  }

  receive(from: Endpoint, bytes: Uint8Array, nowMs: number): void {
    const {dot1x} = this.#context.settings;
    if (dot1x === null) return;
    const read = readRequest(bytes, dot1x.authenticatorSecret);
    if (!read.ok || read.packet.code !== 'Access-Request') {
      const reason = read.ok ? `${read.packet.code} is nothing that an authenticator asks` : read.reason;
      this.#context.record({kind: 'datagram-discarded', from: 'the authenticator', reason});
      return;
    }
    this.#forgetOld(nowMs);
    const key = `${from.port} ${read.packet.identifier} ${read.packet.authenticator.join('.')}`;
    const before = this.#relayed.get(key);
    if (before !== undefined) {
      if (before.reply) this.#context.emit({kind: 'answer-authenticator', to: from, bytes: before.reply});
      return;
    }
    const session = this.#sessionOf(read.packet, dot1x, nowMs);
    if (session === undefined || session.attempt.kind === 'waiting') return; // `reauth` has not let it pass; it comes again
    const relayed: Relayed = {request: read.packet, from, reply: undefined, atMs: nowMs};
    this.#relayed.set(key, relayed);
    this.#relay(relayed, session, dot1x, nowMs);
  }

  /** Answers what was held, now that the grant is in force or has failed. */
  settle(): void {
    for (const held of this.#held) {
      const {session, relayed, accept, keys} = held;
      const isCurrent = this.#parts.sessions.byId(session.id) === session && session.method === 'dot1x';
      const {attempt, grant} = session;
      if (isCurrent && (attempt.kind === 'fetching' || attempt.kind === 'installing')) continue;
      if (isCurrent && attempt.kind === 'none' && grant?.confirmed === false) continue;
      this.#held.delete(held);
      if (!isCurrent || attempt.kind === 'waiting' || attempt.kind === 'eap') continue;
      const eap = joinEapMessage(accept);
      if (attempt.kind === 'none' && grant?.confirmed) {
        this.#reply(relayed, 'Access-Accept', [...keys, ...(eap === undefined ? [] : splitEapMessage(eap))]);
      } else {
        this.#reply(relayed, 'Access-Reject', splitEapMessage(eapFailureFor(eap)));
      }
    }
  }

  /** The session of the host that the request is about. The authenticator's NAS-Identifier is the name of the port. */
  #sessionOf(request: RadiusPacket, {priority}: Dot1xSettings, nowMs: number): Session | undefined {
    const port = readText(request, 'NAS-Identifier') ?? '';
    const mac = (readText(request, 'Calling-Station-Id') ?? '').replaceAll('-', ':').toUpperCase();
    const arrival = this.#parts.access.arrive(port, mac, nowMs);
    if (arrival === undefined || priority === 'dot1x mab') return arrival?.session;
    if (arrival.isNew) this.#parts.authorization.begin(arrival.session, nowMs);
    return isMabs(arrival.session) ? undefined : arrival.session;
  }

  #relay(relayed: Relayed, session: Session, dot1x: Dot1xSettings, nowMs: number): void {
    const {request} = relayed;
    const attempt = this.#attemptOf(session, request, dot1x, nowMs);
    if (attempt === undefined) return;
    attempt.dueAtMs = nowMs + dot1x.txPeriodMs;
    const continued = readBytes(request, 'State') === undefined ? null : attempt.server;
    const {server, abandon} = this.#parts.client.ask(
      {
        service: 'authentication',
        attributes: dot1xRequest(request, session, this.#context.settings, this.#parts.addressesOf(session)),
        ...(continued === null ? {} : {first: continued, only: true}),
        onAnswer: (answer, from, atMs, cover) => {
          attempt.abandon = null;
          attempt.server = from;
          const keys = rehideMppeKeys(answer.attributes.filter(isMppeKey), {
            from: cover,
            to: {secret: dot1x.authenticatorSecret, authenticator: request.authenticator},
          });
          this.#take({relayed, session, accept: answer, keys}, from, dot1x, atMs);
        },
        onSilence: atMs => {
          attempt.abandon = null;
          this.#parts.authorization.eapUnanswered(session, {mayRestart: continued !== null}, atMs);
        },
      },
      nowMs,
    );
    attempt.abandon = server === undefined ? null : abandon;
  }

  /** The conversation that the request belongs to; a host that begins one interrupts whatever else was under way. */
  #attemptOf(session: Session, request: RadiusPacket, dot1x: Dot1xSettings, nowMs: number): EapAttempt | undefined {
    const isStart = readBytes(request, 'State') === undefined;
    if (session.attempt.kind === 'eap' && !isStart) return session.attempt;
    if (!isStart) return undefined; // it continues what is over
    session.userName = readText(request, 'User-Name') ?? session.userName;
    if (session.attempt.kind === 'eap') {
      session.attempt.abandon?.();
      session.attempt.server = null;
      return session.attempt;
    }
    return this.#parts.authorization.beginEap(session, nowMs + dot1x.txPeriodMs);
  }

  #take(held: HeldAccept, server: string, dot1x: Dot1xSettings, nowMs: number): void {
    const {relayed, session, accept: answer} = held;
    const eap = joinEapMessage(answer);
    const eapAttributes = eap === undefined ? [] : splitEapMessage(eap);
    if (answer.code === 'Access-Challenge') {
      if (session.attempt.kind === 'eap') session.attempt.dueAtMs = nowMs + dot1x.txPeriodMs;
      const state = answer.attributes.filter(({type, vendor}) => vendor === undefined && type === stateType);
      this.#reply(relayed, 'Access-Challenge', [...state, ...eapAttributes]);
      return;
    }
    if (answer.code === 'Access-Accept') this.#held.add(held);
    else this.#reply(relayed, 'Access-Reject', eapAttributes);
    this.#parts.authorization.decided(session, answer, server, nowMs);
  }

  #reply(
    relayed: Relayed,
    code: 'Access-Accept' | 'Access-Challenge' | 'Access-Reject',
    attributes: RadiusAttribute[],
  ): void {
    const secret = this.#context.settings.dot1x?.authenticatorSecret ?? '';
    const bytes = encodeResponse({request: relayed.request, code, attributes, secret});
    relayed.reply = bytes;
    this.#context.emit({kind: 'answer-authenticator', to: relayed.from, bytes});
  }

  #forgetOld(nowMs: number): void {
    for (const [key, {atMs}] of this.#relayed) {
      if (nowMs - atMs < requestLifeMs) return;
      this.#relayed.delete(key);
    }
  }
}

/** MAB has let it in, or is asking about it. */
function isMabs({method, attempt, grant}: Session): boolean {
  return method === 'mab' && attempt.kind !== 'failed' && (grant !== null || attempt.kind !== 'none');
}

const stateType = 24;
