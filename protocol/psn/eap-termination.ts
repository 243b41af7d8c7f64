import type {Authentication} from '#protocol/psn/authentication.ts';
import {eapFailureCode, eapMethodOf} from '#protocol/psn/eap-method.ts';
import {readMac} from '#protocol/psn/mac-address.ts';
import type {NodeState} from '#protocol/psn/node-state.ts';
import type {RadiusReply} from '#protocol/psn/radius-reply.ts';
import type {Datagram, Request} from '#protocol/psn/radius-server.ts';
import {bytes, readBytes, readText} from '#protocol/radius/attributes.ts';
import {eapFailureFor, joinEapMessage, splitEapMessage} from '#protocol/radius/eap-message.ts';
import {isMppeKey, rehideMppeKeys} from '#protocol/radius/mppe-keys.ts';
import type {RadiusAttribute, RadiusPacket} from '#protocol/radius/packet.ts';
import {encodeRequest} from '#protocol/radius/request.ts';
import {readResponse} from '#protocol/radius/response.ts';

/** A request that the EAP server has and has not answered yet. */
interface Pending {
  request: Request;
  /** What was sent to it, for when the switch asks again. */
  sent: {bytes: Uint8Array; authenticator: Uint8Array};
  from: string;
  answer: (reply: RadiusReply) => void;
  dueAtMs: number;
}

/** How long the EAP server may take; then the request is dropped. Ours. */
const patienceMs = 30_000;
/** ISE gives a supplicant two minutes to go on (after recall). */
const supplicantPatienceMs = 120_000;
const conversationLimit = 4096;

/**
EAP, handed to the RADIUS server on loopback that ends it: who somebody is, it decides; what he gets, the policy of this node
does. Without an answer of it there is none of ours: a node that cannot authenticate is silent, so that the switch asks another.

Only the name, the State and the EAP packets go there, and only EAP packets, State and keys come from there to the switch.
*/
export class EapTermination {
  readonly #state: NodeState;
  readonly #authentication: Authentication;
  /** By the identifier towards the EAP server. */
  readonly #pending = new Map<number, Pending>();
  /** Conversations in which it is the supplicant's turn, by State. */
  readonly #awaited = new Map<string, {request: Request; dueAtMs: number}>();
  #lastIdentifier = 255;

  constructor(state: NodeState, authentication: Authentication) {
    this.#state = state;
    this.#authentication = authentication;
  }

  isMeant(packet: RadiusPacket): boolean {
    return (
      this.#state.settings.eapServer !== null &&
      packet.code === 'Access-Request' &&
      readBytes(packet, 'EAP-Message') !== undefined
    );
  }

  forward(request: Request, {from}: Datagram, answer: (reply: RadiusReply) => void, nowMs: number): void {
    const {eapServer} = this.#state.settings;
    if (eapServer === null) return;
    const repeated = [...this.#pending.values()].find(pending => isSame(pending.request, request));
    if (repeated !== undefined) {
      this.#state.outbox.add({kind: 'ask-eap-server', bytes: repeated.sent.bytes});
      return;
    }
    const identifier = this.#freeIdentifier();
    if (identifier === undefined) {
      this.#drop(from.address, 'the EAP server has 256 requests to answer already');
      return;
    }
    if (readBytes(request.packet, 'State') === undefined) this.#abandonEarlier(request, nowMs);
    this.#awaited.delete(stateOf(request.packet));
    const sent = encodeRequest({
      code: 'Access-Request',
      identifier,
      attributes: attributesToEnd(request.packet),
      secret: eapServer.secret,
      randomBytes: this.#state.randomBytes,
    });
    this.#pending.set(identifier, {request, sent, from: from.address, answer, dueAtMs: nowMs + patienceMs});
    this.#state.outbox.add({kind: 'ask-eap-server', bytes: sent.bytes});
  }

  receive(received: Uint8Array, nowMs: number): void {
    const {eapServer} = this.#state.settings;
    const identifier = received[1] ?? 0;
    const pending = this.#pending.get(identifier);
    if (eapServer === null || pending === undefined) return;
    const {authenticator} = pending.sent;
    const response = readResponse(received, {identifier, authenticator, secret: eapServer.secret});
    if (!response.ok) {
      this.#drop('the EAP server', response.reason);
      return;
    }
    this.#pending.delete(identifier);
    const {packet} = response;
    const keys = rehideMppeKeys(packet.attributes.filter(isMppeKey), {
      from: {secret: eapServer.secret, authenticator},
      to: {secret: pending.request.device.secret, authenticator: pending.request.packet.authenticator},
    });
    pending.answer(this.#replyTo(pending.request, packet, keys, nowMs));
  }

  /** Gives up what the EAP server has not answered, and tells whose supplicant has gone. */
  wake(nowMs: number): void {
    for (const [identifier, {from, dueAtMs}] of this.#pending) {
      if (dueAtMs > nowMs) continue;
      this.#pending.delete(identifier);
      this.#drop(from, 'the EAP server of this node does not answer');
    }
    for (const [state, {request, dueAtMs}] of this.#awaited) {
      if (dueAtMs <= nowMs) this.#abandon(state, request, 5411, nowMs);
    }
  }

  wakeAtMs(): number | undefined {
    const instants = [...this.#pending.values(), ...this.#awaited.values()].map(({dueAtMs}) => dueAtMs);
    return instants.length === 0 ? undefined : Math.min(...instants);
  }

  #replyTo({packet, device}: Request, answer: RadiusPacket, keys: RadiusAttribute[], nowMs: number): RadiusReply {
    const eap = joinEapMessage(answer);
    const eapAttributes = eap === undefined ? [] : splitEapMessage(eap);
    if (answer.code === 'Access-Challenge') {
      this.#await({packet, device}, answer, nowMs);
      const state = readBytes(answer, 'State');
      return {code: 'Access-Challenge', attributes: [...(state ? [bytes('State', state)] : []), ...eapAttributes]};
    }
    const subject = subjectOf(packet);
    const method = eapMethodOf(packet);
    if (answer.code !== 'Access-Accept') {
      const code = eapFailureCode(method, readText(answer, 'Reply-Message') ?? '');
      const refusal = this.#authentication.refuse({kind: 'unknown', ...subject, code}, packet, device, nowMs);
      return {...refusal, attributes: [...refusal.attributes, ...eapAttributes]};
    }
    const userName = readText(answer, 'User-Name') ?? subject.userName;
    const steps = [11507, ...(method?.steps ?? []), 11503, 22037];
    const reply = this.#authentication.authorize({kind: 'known', ...subject, userName, steps}, packet, device, nowMs);
    return reply.code === 'Access-Accept'
      ? {...reply, attributes: [...reply.attributes, ...keys, ...eapAttributes]}
      : {...reply, attributes: [...reply.attributes, ...splitEapMessage(eapFailureFor(eap))]};
  }

  #await(request: Request, challenge: RadiusPacket, nowMs: number): void {
    if (this.#awaited.size >= conversationLimit) return;
    this.#awaited.set(stateOf(challenge), {request, dueAtMs: nowMs + supplicantPatienceMs});
  }

  /** Who begins anew has given up what he had begun. */
  #abandonEarlier({packet, device}: Request, nowMs: number): void {
    const {mac} = subjectOf(packet);
    for (const [state, {request}] of this.#awaited) {
      const isOfSame = request.device === device && subjectOf(request.packet).mac === mac;
      if (isOfSame) this.#abandon(state, request, 5440, nowMs);
    }
  }

  #abandon(state: string, {packet, device}: Request, code: 5411 | 5440, nowMs: number): void {
    this.#awaited.delete(state);
    this.#authentication.abandoned(code, subjectOf(packet), packet, device, nowMs);
  }

  #freeIdentifier(): number | undefined {
    for (let step = 1; step <= 256; step += 1) {
      const identifier = (this.#lastIdentifier + step) % 256;
      if (this.#pending.has(identifier)) continue;
      this.#lastIdentifier = identifier;
      return identifier;
    }
    return undefined;
  }

  /** Not in the live log: a node whose services are down writes none. */
  #drop(from: string, reason: string): void {
    this.#state.counters.dropped += 1;
    this.#state.outbox.record({kind: 'radius-request-dropped', from, reason});
  }
}

function attributesToEnd(packet: RadiusPacket): RadiusAttribute[] {
  const state = readBytes(packet, 'State');
  return [
    bytes('User-Name', readBytes(packet, 'User-Name') ?? new Uint8Array()),
    ...(state === undefined ? [] : [bytes('State', state)]),
    ...splitEapMessage(joinEapMessage(packet) ?? new Uint8Array()),
  ];
}

function subjectOf(packet: RadiusPacket): {mac: string; userName: string} {
  return {
    mac: readMac(readText(packet, 'Calling-Station-Id') ?? '') ?? '',
    userName: readText(packet, 'User-Name') ?? '',
  };
}

function stateOf(packet: RadiusPacket): string {
  return (readBytes(packet, 'State') ?? []).join('.');
}

function isSame(one: Request, other: Request): boolean {
  const {packet} = other;
  return (
    one.device === other.device &&
    one.packet.identifier === packet.identifier &&
    one.packet.authenticator.every((byte, index) => byte === packet.authenticator[index])
  );
}
