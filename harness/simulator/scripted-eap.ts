/**
EAP in the simulated world: a script, not a protocol. Supplicant and EAP server exchange as many packets as PEAP-MSCHAPv2 and
EAP-TLS do on a lab's links, with real EAP headers, so that switch and policy node carry what they cannot read, round by round, and
the verdict follows from the credentials.

What it does not model: TLS, MSCHAPv2 and their fragments (a packet says in the clear what it would prove), MPPE keys, the frames
between supplicant and authenticator with their losses and retransmissions, EAPOL-Start and -Logoff, and hostapd's own timers.
*/
import type {SupplicantPlan} from '#harness/role-plan.ts';
import type {PsnSettings} from '#protocol/psn/contract.ts';
import {eapMethods} from '#protocol/psn/eap-method.ts';
import {bytes, readBytes, text} from '#protocol/radius/attributes.ts';
import {eapPacketType, joinEapMessage, splitEapMessage} from '#protocol/radius/eap-message.ts';
import {readRequest} from '#protocol/radius/request.ts';
import {encodeResponse} from '#protocol/radius/response.ts';

/** Requests of the server before it decides: about as many as real ones take (real-components.md 1). */
const rounds = 9;
const identityType = 1;
const nakType = 3;
const [peapType, tlsType] = eapMethods.map(({type}) => type);

/** What a packet of the script proves. */
interface Proof {
  isTrusted: boolean;
  user: string;
  password: string;
  certificate: SupplicantPlan['clientCertificate'];
}

export interface SupplicantAnswer {
  eap: Uint8Array;
  /** What it has against the server, in wpa_supplicant's words; empty: nothing. */
  complaint: string;
}

/** The supplicant's answer to a request of the server. */
export function supplicantAnswer(request: Uint8Array, plan: SupplicantPlan): SupplicantAnswer {
  const [, identifier = 0, , , type = 0] = request;
  const wanted = plan.eap === 'peap' ? peapType : tlsType;
  const answer = (answerType: number, body: Uint8Array, complaint = ''): SupplicantAnswer => ({
    eap: packet(eapPacketType.response, identifier, answerType, body),
    complaint,
  });
  if (type === identityType) return answer(type, encoder.encode(plan.user));
  if (type !== wanted) return answer(nakType, Uint8Array.of(wanted ?? 0));
  const {isTrusted} = JSON.parse(decoder.decode(request.subarray(5))) as {isTrusted: boolean};
  const proof: Proof = {isTrusted, user: plan.user, password: plan.password, certificate: plan.clientCertificate};
  const complaint = isTrusted ? '' : 'unable to get local issuer certificate';
  return answer(type, encoder.encode(JSON.stringify(proof)), complaint);
}

export function identityRequest(identifier: number): Uint8Array {
  return packet(eapPacketType.request, identifier, identityType, new Uint8Array());
}

/** The RADIUS server on a policy node's loopback: FreeRADIUS's part. */
export class ScriptedEapServer {
  readonly #settings: NonNullable<PsnSettings['eapServer']>;
  /** Whether clients trust its certificate. */
  readonly #isTrusted: boolean;
  readonly #rounds = new Map<string, number>();
  #count = 0;

  constructor(settings: NonNullable<PsnSettings['eapServer']>, isTrusted: boolean) {
    this.#settings = settings;
    this.#isTrusted = isTrusted;
  }

  /** `undefined`: it is no request that it would answer. */
  answer(received: Uint8Array): Uint8Array | undefined {
    const {secret} = this.#settings;
    const read = readRequest(received, secret);
    const eap = read.ok ? joinEapMessage(read.packet) : undefined;
    if (!read.ok || eap === undefined) return undefined;
    const {packet: request} = read;
    const key = String(readBytes(request, 'State') ?? '');
    const round = this.#rounds.get(key) ?? 0;
    this.#rounds.delete(key);
    const reply = (code: 'Access-Accept' | 'Access-Challenge' | 'Access-Reject', more: ReturnType<typeof text>[]) =>
      encodeResponse({request, code, attributes: more, secret});
    const [, identifier = 0, , , type = 0] = eap;

    const problem = type === identityType || type === nakType ? undefined : this.#problemOf(eap, type);
    if (problem !== undefined) {
      const failure = Uint8Array.of(eapPacketType.failure, identifier, 0, 4);
      return reply('Access-Reject', [text('Reply-Message', problem), ...splitEapMessage(failure)]);
    }
    if (round >= rounds) {
      const {user} = proofOf(eap);
      const success = Uint8Array.of(eapPacketType.success, identifier, 0, 4);
      return reply('Access-Accept', [text('User-Name', user), ...splitEapMessage(success)]);
    }
    this.#count += 1;
    const state = new Uint8Array(16).fill(this.#count >> 8, 0, 8).fill(this.#count & 255, 8);
    this.#rounds.set(String(state), round + 1);
    const next = type === identityType ? peapType : type === nakType ? eap[5] : type;
    const body = encoder.encode(JSON.stringify({isTrusted: this.#isTrusted}));
    const asked = packet(eapPacketType.request, (identifier + 1) % 256, next ?? 0, body);
    return reply('Access-Challenge', [bytes('State', state), ...splitEapMessage(asked)]);
  }

  /** What FreeRADIUS would have to say against the supplicant, in its words. */
  #problemOf(eap: Uint8Array, type: number): string | undefined {
    const {isTrusted, user, password, certificate} = proofOf(eap);
    const method = type === tlsType ? 'eap_tls' : 'eap_peap';
    if (!isTrusted) return `${method}: (TLS) Alert read:fatal:unknown CA`;
    if (type === tlsType) {
      if (certificate === 'expired') return `${method}: (TLS) OpenSSL says error 10 : certificate has expired`;
      return certificate === 'unknown-ca'
        ? `${method}: (TLS) OpenSSL says error 20 : unable to get local issuer certificate`
        : undefined;
    }
    const known = this.#settings.users.find(({name}) => name === user);
    if (known === undefined) return 'mschap: FAILED: No NT-Password. Cannot perform authentication';
    return known.password === password ? undefined : 'mschap: MS-CHAP2-Response is incorrect';
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function proofOf(eap: Uint8Array): Proof {
  return JSON.parse(decoder.decode(eap.subarray(5))) as Proof;
}

function packet(code: number, identifier: number, type: number, body: Uint8Array): Uint8Array {
  const length = 5 + body.length;
  return Uint8Array.of(code, identifier, length >> 8, length & 255, type, ...body);
}
