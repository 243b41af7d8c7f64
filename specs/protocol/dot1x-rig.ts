/** A switch with 802.1X in a scripted world: an authenticator beside it, and PSNs that speak EAP. */
import type {NadSettings} from '#protocol/nad/contract.ts';
import {avPair, bytes, text} from '#protocol/radius/attributes.ts';
import {joinEapMessage, splitEapMessage} from '#protocol/radius/eap-message.ts';
import {decodePacket, type RadiusAttribute, type RadiusPacket} from '#protocol/radius/packet.ts';
import {encodeRequest} from '#protocol/radius/request.ts';
import type {ResponseCode} from '#protocol/radius/response.ts';
import {acceptWith, mac, NadRig, type Psn, port, unknownAcl} from '#specs/protocol/nad-rig.ts';

export const authenticatorSecret = 'loopback';
export const user = 'TRAINING\\bob';
export const dot1x: NadSettings['dot1x'] = {
  authenticatorSecret,
  order: 'dot1x mab',
  priority: 'dot1x mab',
  txPeriodMs: 30_000,
  maxReauthRequests: 2,
};
export const success = Uint8Array.of(3, 7, 0, 4);
export const failure = Uint8Array.of(4, 7, 0, 4);
export const state = bytes('State', Uint8Array.of(9));

export const authenticatorSocket = {address: '127.0.0.1', port: 41_000};

/** A PSN that challenges whoever begins EAP, and then says what `decide` says, with an EAP packet for the host. */
export function eapServer(decide: Psn): Psn {
  return (request, server) => {
    if (joinEapMessage(request) === undefined) return decide(request, server);
    if (!request.attributes.some(({type}) => type === state.type))
      return {code: 'Access-Challenge', attributes: [state, ...splitEapMessage(Uint8Array.of(1, 7, 0, 4))]};
    const decided = decide(request, server);
    const eap = splitEapMessage(decided?.code === 'Access-Accept' ? success : failure);
    const own = decided?.attributes?.filter(({type, vendor}) => type !== 1 || vendor !== undefined) ?? [];
    return decided && {...decided, attributes: [text('User-Name', user), ...own, ...eap]};
  };
}

export const rejecting = eapServer(() => ({code: 'Access-Reject' satisfies ResponseCode}));

export class Dot1xRig extends NadRig {
  #count = 0;

  constructor(settings: Partial<NadSettings> = {}, psn: Psn = eapServer(acceptWith(unknownAcl))) {
    super({dot1x, ...settings}, psn);
  }

  arrive(): void {
    this.linkUp();
    this.arp();
  }

  /** Identity, and what follows the challenge. */
  converse(): void {
    this.authenticator({});
    this.authenticator({attributes: [state]});
  }

  authenticator({
    attributes = [],
    secret = authenticatorSecret,
    onPort = port,
    station = mac.replaceAll(':', '-'),
  }: {
    attributes?: RadiusAttribute[];
    secret?: string;
    onPort?: string;
    station?: string;
  }): Uint8Array {
    this.#count += 1;
    const {bytes: request} = encodeRequest({
      code: 'Access-Request',
      identifier: this.#count % 256,
      attributes: [
        text('User-Name', user),
        text('NAS-Identifier', onPort),
        text('Calling-Station-Id', station),
        avPair('not=ours'),
        ...splitEapMessage(Uint8Array.of(2, 7, 0, 5, 1)),
        ...attributes,
      ],
      secret,
      randomBytes: count => new Uint8Array(count).fill(this.#count),
    });
    this.input({kind: 'authenticator-request', from: authenticatorSocket, bytes: request});
    return request;
  }

  get eapStarts() {
    return this.effects.filter(effect => effect.kind === 'start-eap');
  }

  get answers(): RadiusPacket[] {
    return this.effects.flatMap(effect => (effect.kind === 'answer-authenticator' ? [decodePacket(effect.bytes)] : []));
  }

  get methods(): string[] {
    return this.session.methods.map(({method, state: shown}) => `${method} ${shown}`);
  }
}
