import type {SupplicantPlan} from '#harness/role-plan.ts';
import {identityRequest, supplicantAnswer} from '#harness/simulator/scripted-eap.ts';
import type {Simulation} from '#harness/simulator/simulation.ts';
import type {LabEventBody} from '#protocol/event.ts';
import {bytes, readBytes, text} from '#protocol/radius/attributes.ts';
import {joinEapMessage, splitEapMessage} from '#protocol/radius/eap-message.ts';
import type {RadiusAttribute} from '#protocol/radius/packet.ts';
import {encodeRequest} from '#protocol/radius/request.ts';
import {readResponse} from '#protocol/radius/response.ts';
import type {Endpoint, RandomBytes} from '#protocol/role.ts';

/** The supplicant behind a port, as long as it has power and a link. */
export interface ScriptedSupplicant {
  mac: string;
  plan: SupplicantPlan;
  /** It has been asked who it is, and so does not begin by itself any more. */
  onAsked: () => void;
  record: (event: LabEventBody) => void;
}

/** An EAP packet there and back. Ours. */
const frameMs = 1;

interface Conversation {
  port: string;
  mac: string;
  asked: {identifier: number; authenticator: Uint8Array};
  /** The host's, of its last answer. */
  complaint: string;
}

/** hostapd's part (images/nad/authenticator.ts) by the script of scripted-eap.ts. */
export class ScriptedAuthenticator {
  readonly #simulation: Simulation;
  readonly #secret: string;
  readonly #randomBytes: RandomBytes;
  readonly #supplicantOf: (host: {port: string; mac: string}) => ScriptedSupplicant | undefined;
  readonly #onRequest: (from: Endpoint, bytes: Uint8Array) => void;
  /** By the source port of their requests. */
  readonly #conversations = new Map<number, Conversation>();
  #count = 0;

  constructor(options: {
    simulation: Simulation;
    secret: string;
    randomBytes: RandomBytes;
    supplicantOf: (host: {port: string; mac: string}) => ScriptedSupplicant | undefined;
    onRequest: (from: Endpoint, bytes: Uint8Array) => void;
  }) {
    this.#simulation = options.simulation;
    this.#secret = options.secret;
    this.#randomBytes = options.randomBytes;
    this.#supplicantOf = options.supplicantOf;
    this.#onRequest = options.onRequest;
  }

  /** Asks a host who it is, at the switch's word or after its own EAPOL-Start; a conversation that was under way is over. */
  startEap({port, mac}: {port: string; mac: string}): void {
    for (const [key, conversation] of this.#conversations) {
      if (conversation.port === port && conversation.mac === mac) this.#conversations.delete(key);
    }
    this.#count += 1;
    this.#pass(this.#count, {port, mac}, identityRequest(this.#count % 256), undefined);
  }

  answer(to: Endpoint, answer: Uint8Array): void {
    const conversation = this.#conversations.get(to.port);
    if (conversation === undefined) return;
    const read = readResponse(answer, {...conversation.asked, secret: this.#secret});
    if (!read.ok) return;
    const {packet} = read;
    if (packet.code === 'Access-Challenge') {
      this.#pass(to.port, conversation, joinEapMessage(packet) ?? new Uint8Array(), readBytes(packet, 'State'));
      return;
    }
    this.#conversations.delete(to.port);
    const supplicant = this.#supplicantOf(conversation);
    const isIn = packet.code === 'Access-Accept';
    this.#simulation.after(frameMs, () =>
      supplicant?.record(isIn ? {kind: 'eap-succeeded'} : {kind: 'eap-failed', reason: conversation.complaint}),
    );
  }

  /** Hands an EAP request to the host, and what it answers to the switch. */
  #pass(key: number, {port, mac}: {port: string; mac: string}, eap: Uint8Array, state: Uint8Array | undefined): void {
    this.#simulation.after(frameMs, () => {
      const supplicant = this.#supplicantOf({port, mac});
      if (supplicant === undefined) return;
      const {plan} = supplicant;
      supplicant.onAsked();
      const {eap: answer, complaint} = supplicantAnswer(eap, plan);
      const attributes: RadiusAttribute[] = [
        text('User-Name', plan.user),
        text('NAS-Identifier', port),
        text('Calling-Station-Id', mac.replaceAll(':', '-')),
        ...splitEapMessage(answer),
        ...(state === undefined ? [] : [bytes('State', state)]),
      ];
      const identifier = (eap[1] ?? 0) % 256;
      const request = encodeRequest({
        code: 'Access-Request',
        identifier,
        attributes,
        secret: this.#secret,
        randomBytes: this.#randomBytes,
      });
      this.#conversations.set(key, {port, mac, asked: {identifier, authenticator: request.authenticator}, complaint});
      this.#onRequest({address: '127.0.0.1', port: key}, request.bytes);
    });
  }
}
