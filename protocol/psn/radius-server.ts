import type {Accounting} from '#protocol/psn/accounting.ts';
import type {AclServer} from '#protocol/psn/acl-server.ts';
import type {Authentication} from '#protocol/psn/authentication.ts';
import type {NetworkDevice} from '#protocol/psn/contract.ts';
import {DuplicateRequests} from '#protocol/psn/duplicate-requests.ts';
import type {EapTermination} from '#protocol/psn/eap-termination.ts';
import {failureReason, type MessageCode} from '#protocol/psn/message-codes.ts';
import type {NodeState} from '#protocol/psn/node-state.ts';
import type {RadiusReply} from '#protocol/psn/radius-reply.ts';
import {readBytes} from '#protocol/radius/attributes.ts';
import {decodePacket, MalformedPacketError, OversizePacketError, type RadiusPacket} from '#protocol/radius/packet.ts';
import {readRequest} from '#protocol/radius/request.ts';
import {encodeResponse} from '#protocol/radius/response.ts';
import type {Endpoint} from '#protocol/role.ts';

/** A request that is what it says. */
export interface Request {
  packet: RadiusPacket;
  device: NetworkDevice;
}

export interface Datagram {
  localPort: number;
  from: Endpoint;
  bytes: Uint8Array;
}

/**
Takes the datagrams of the two RADIUS ports. Nobody but a known device with the right secret gets an answer; everything else is
dropped in silence, and noted. A request that comes twice is answered twice with the same bytes, and processed once.
*/
export class RadiusServer {
  readonly #state: NodeState;
  readonly #authentication: Authentication;
  readonly #aclServer: AclServer;
  readonly #accounting: Accounting;
  readonly #eap: EapTermination;
  readonly #duplicates = new DuplicateRequests();

  constructor(
    state: NodeState,
    parts: {authentication: Authentication; aclServer: AclServer; accounting: Accounting; eap: EapTermination},
  ) {
    this.#state = state;
    this.#authentication = parts.authentication;
    this.#aclServer = parts.aclServer;
    this.#accounting = parts.accounting;
    this.#eap = parts.eap;
  }

  receive(datagram: Datagram, nowMs: number): void {
    const request = this.#check(datagram, nowMs);
    if (request === undefined) return;
    const {packet, device} = request;
    const {localPort, from, bytes} = datagram;
    const earlier = this.#duplicates.replyTo(bytes, localPort, from, nowMs);
    if (earlier !== undefined) this.#state.outbox.add({kind: 'send', localPort, to: from, bytes: earlier});
    else if (this.#eap.isMeant(packet))
      this.#eap.forward(request, datagram, reply => this.#answer(datagram, request, reply, nowMs), nowMs);
    else this.#answer(datagram, request, this.#process(packet, device, nowMs), nowMs);
  }

  #answer(datagram: Datagram, {packet, device}: Request, reply: RadiusReply, nowMs: number): void {
    const {localPort, from, bytes} = datagram;
    const encoded = encode(packet, reply, device.secret);
    if (encoded === undefined) {
      this.#drop(datagram, 11053, nowMs);
      return;
    }
    this.#duplicates.remember(bytes, localPort, from, encoded, nowMs);
    this.#state.outbox.add({kind: 'send', localPort, to: from, bytes: encoded});
  }

  /** The request, if it comes from a device that knows the secret; otherwise it is dropped. */
  #check(datagram: Datagram, nowMs: number): Request | undefined {
    const {localPort, from, bytes} = datagram;
    const device = this.#state.settings.networkDevices.find(({address}) => address === from.address);
    if (device === undefined) return this.#drop(datagram, 11007, nowMs);
    const unverified = decode(bytes);
    if (unverified === undefined) return this.#drop(datagram, 11030, nowMs);
    const misplaced = this.#misplaced(unverified, localPort);
    if (misplaced !== undefined) return this.#drop(datagram, misplaced, nowMs);
    const request = readRequest(bytes, device.secret);
    if (request.ok) return {packet: request.packet, device};
    const code = distrustOf(unverified);
    if (this.#aclServer.isMeant(unverified)) this.#aclServer.refuseUntrusted(unverified, code, device, nowMs);
    return this.#drop(datagram, code, nowMs, request.reason);
  }

  #process(packet: RadiusPacket, device: NetworkDevice, nowMs: number): RadiusReply {
    if (packet.code === 'Accounting-Request') return this.#accounting.take(packet, device, nowMs);
    if (this.#aclServer.isMeant(packet)) return this.#aclServer.download(packet, device, nowMs);
    return this.#authentication.decide(packet, device, nowMs);
  }

  /** Why a packet of this type must not come to this port, if it must not. */
  #misplaced({code}: RadiusPacket, localPort: number): MessageCode | undefined {
    const {authentication, accounting} = this.#state.settings.ports;
    if (code === 'Access-Request') return localPort === authentication ? undefined : 11052;
    if (code === 'Accounting-Request') return localPort === accounting ? undefined : 11037;
    return 11029;
  }

  #drop({localPort, from}: Datagram, code: MessageCode, nowMs: number, detail?: string): undefined {
    const {records, outbox, counters, settings} = this.#state;
    const reason = failureReason(code) + (detail === undefined ? '' : ` (${detail})`);
    counters.dropped += 1;
    outbox.record({kind: 'radius-request-dropped', from: from.address, reason});
    records.log(
      localPort === settings.ports.accounting ? 5413 : 5405,
      {'Device IP Address': from.address, DestinationPort: String(localPort), 'Failure Reason': reason},
      nowMs,
    );
  }
}

/** Why a packet cannot be trusted. A missing Message-Authenticator has a code of its own when a dACL is asked for (domain.md 5.5). */
function distrustOf(packet: RadiusPacket): MessageCode {
  if (packet.code === 'Accounting-Request') return 11038;
  return readBytes(packet, 'Message-Authenticator') === undefined ? 11057 : 11036;
}

function decode(bytes: Uint8Array): RadiusPacket | undefined {
  try {
    return decodePacket(bytes);
  } catch (error) {
    if (error instanceof MalformedPacketError) return undefined;
    throw error;
  }
}

/** `undefined`: with what the client wants echoed, the reply does not fit a RADIUS packet. */
function encode(request: RadiusPacket, {code, attributes}: RadiusReply, secret: string): Uint8Array | undefined {
  try {
    return encodeResponse({request, code, attributes, secret});
  } catch (error) {
    if (error instanceof OversizePacketError) return undefined;
    throw error;
  }
}
