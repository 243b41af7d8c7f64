/** A policy node on the bench: the spec is the switch, the agent, the peer and the administrator. */
import type {HarnessEvent, PsnEvent} from '#protocol/event.ts';
import type {HttpRequest, HttpResponse} from '#protocol/http.ts';
import {type AgentIdentity, encodeReportRequest, encodeRequirementsRequest} from '#protocol/posture/exchange.ts';
import type {RequirementResult} from '#protocol/posture/requirement.ts';
import type {PsnCommand, PsnEffect, PsnInput, PsnSettings, PsnView} from '#protocol/psn/contract.ts';
import {Psn} from '#protocol/psn/psn.ts';
import {address, avPair, number, text} from '#protocol/radius/attributes.ts';
import type {RadiusAttribute, RadiusPacket} from '#protocol/radius/packet.ts';
import {encodeRequest, readRequest} from '#protocol/radius/request.ts';
import {encodeResponse, readResponse} from '#protocol/radius/response.ts';
import type {Endpoint} from '#protocol/role.ts';

export const mac = '00:50:56:A8:BE:02';
export const endpointAddress = '192.168.255.193';
export const nasAddress = '192.168.255.12';
export const secret = 'bench-secret';
export const sessionId = 'C0A8FF0C00000012679EAF14';
export const agent: AgentIdentity = {macs: [mac], addresses: [endpointAddress], sessionId: ''};

type EventBody = PsnEvent | HarnessEvent;
type EventOf<Kind> = Extract<EventBody, {kind: Kind}>;

/** Names as in every lab: three rules, three profiles, three dACLs. */
export function settingsOf(changes: Partial<PsnSettings> = {}): PsnSettings {
  const savedAtS = 0x636b_75ac;
  return {
    name: 'psn1',
    fqdn: 'psn1.posturelab.test',
    address: '10.10.1.11',
    ports: {
      authentication: 1812,
      accounting: 1813,
      portal: 8443,
      posture: 8905,
      probe: 8449,
      messaging: 8671,
      nodeGroup: null,
      api: 443,
      syslog: null,
    },
    agentProfile: null,
    mnt: {isPersona: true, credentials: 'YWRtaW46cG9zdHVyZWxhYg=='},
    customPortals: [],
    peers: [],
    syslogTargets: [],
    eapServer: null,
    networkDevices: [{name: 'nad', address: nasAddress, secret, coaPort: 1700}],
    policy: {
      dacls: [
        {name: 'C', text: 'deny tcp any host 10.10.1.11 eq 8449\npermit ip any any', savedAtS},
        {name: 'N', text: 'deny ip any any', savedAtS},
        {name: 'U', text: 'permit ip any any', savedAtS},
      ],
      profiles: [
        {name: 'Compliant-AP', access: 'ACCESS_ACCEPT', daclName: 'C'},
        {name: 'NonCompliant-AP', access: 'ACCESS_ACCEPT', daclName: 'N'},
        {name: 'Unknown-AP', access: 'ACCESS_ACCEPT', daclName: 'U'},
      ],
      rules: [
        {name: 'Posture-Compliant', postureStatus: 'Compliant', profile: 'Compliant-AP'},
        {name: 'Posture-NonCompliant', postureStatus: 'NonCompliant', profile: 'NonCompliant-AP'},
        {name: 'Posture-Unknown', postureStatus: 'Unknown', profile: 'Unknown-AP'},
      ],
      requirements: [
        {name: 'Firewall', fact: 'firewall', operator: 'equals', value: true, enforcement: 'mandatory'},
        {name: 'Disk', fact: 'disk', operator: 'exists', enforcement: 'optional'},
      ],
    },
    replication: true,
    coa: {timeoutMs: 5000, attempts: 3},
    postureLeaseMs: 0,
    sessionLimit: 100,
    labEpochMs: 1_667_996_520_000,
    clockOffsetMs: 0,
    delaysMs: {coa: 0, replication: 0},
    persisted: null,
    ...changes,
  };
}

export class PsnBench {
  readonly psn: Psn;
  readonly events: EventBody[] = [];
  readonly effects: PsnEffect[] = [];
  nowMs = 1000;
  #count = 0;

  /** `chance`: where the node's randomness begins. */
  constructor(changes: Partial<PsnSettings> = {}, chance = 0) {
    this.psn = new Psn(settingsOf(changes), predictable(chance));
    this.handle({kind: 'start'});
  }

  handle(input: PsnInput): PsnEffect[] {
    const effects = this.psn.handle(input, this.nowMs);
    this.effects.push(...effects);
    for (const effect of effects) if (effect.kind === 'record') this.events.push(effect.event);
    return effects;
  }

  of<Kind extends EventBody['kind']>(kind: Kind): EventOf<Kind>[] {
    return this.events.filter((event): event is EventOf<Kind> => event.kind === kind);
  }

  /** Lets lab time go by, waking the node as often as it asks. Throws if it asks for an instant that is not ahead. */
  elapse(durationMs: number): void {
    const endMs = this.nowMs + durationMs;
    for (let at = this.psn.wakeAtMs(); at !== undefined && at <= endMs; at = this.psn.wakeAtMs()) {
      if (at < this.nowMs) throw new Error(`at ${this.nowMs} the node wants to be woken at ${at}`);
      this.nowMs = at;
      this.handle({kind: 'wake'});
      const next = this.psn.wakeAtMs();
      if (next !== undefined && next <= at) throw new Error(`woken at ${at}, the node wants to be woken at ${next}`);
    }
    this.nowMs = endMs;
  }

  /** A request of the switch and its verified reply; `undefined` if there is none. */
  radius(
    code: 'Access-Request' | 'Accounting-Request',
    attributes: RadiusAttribute[],
    options: {from?: Endpoint; secret?: string} = {},
  ): RadiusPacket | undefined {
    const request = this.encode(code, attributes, options.secret);
    const replies = this.deliver(code, request.bytes, options.from);
    if (replies.length > 1) throw new Error(`${replies.length} replies to one request`);
    const [reply] = replies;
    if (reply === undefined) return undefined;
    const reading = readResponse(reply, {...request, secret: options.secret ?? secret});
    if (!reading.ok) throw new Error(reading.reason);
    return reading.packet;
  }

  encode(code: 'Access-Request' | 'Accounting-Request', attributes: RadiusAttribute[], key = secret) {
    this.#count += 1;
    const identifier = this.#count % 256;
    const randomBytes = predictable(this.#count);
    return {identifier, ...encodeRequest({code, identifier, attributes, secret: key, randomBytes})};
  }

  /** The bytes of all replies. */
  deliver(code: 'Access-Request' | 'Accounting-Request', bytes: Uint8Array, from = nadSocket): Uint8Array[] {
    const localPort = code === 'Access-Request' ? 1812 : 1813;
    const effects = this.handle({kind: 'datagram', localPort, from, bytes});
    return effects.flatMap(effect => (effect.kind === 'send' && effect.localPort === localPort ? [effect.bytes] : []));
  }

  /** MAB, as a Catalyst asks. */
  authenticate(id = sessionId, extra: RadiusAttribute[] = []): RadiusPacket | undefined {
    return this.radius('Access-Request', [...mabAttributes(), avPair(`audit-session-id=${id}`), ...extra]);
  }

  /** 1 Start, 2 Stop, 3 Interim-Update. */
  account(type: number, id = sessionId, extra: RadiusAttribute[] = [address('Framed-IP-Address', endpointAddress)]) {
    return this.radius('Accounting-Request', [
      number('Acct-Status-Type', type),
      text('Acct-Session-Id', '0x00000012'),
      text('Calling-Station-Id', '00-50-56-A8-BE-02'),
      avPair(`audit-session-id=${id}`),
      ...extra,
    ]);
  }

  ask(port: number, request: HttpRequest, from: Endpoint = {address: endpointAddress, port: 50_000}): HttpResponse {
    const effects = this.handle({kind: 'https-request', requestId: 'r', localPort: port, from, request});
    const responses = effects.filter(effect => effect.kind === 'https-respond');
    const [response] = responses;
    if (response === undefined || responses.length > 1) throw new Error(`${responses.length} responses to one request`);
    return response.response;
  }

  requirements(who: AgentIdentity = agent): HttpResponse {
    return this.ask(8905, encodeRequirementsRequest(who, 'psn1.posturelab.test'));
  }

  report(passed: boolean, who: AgentIdentity = agent): HttpResponse {
    const results: RequirementResult[] = [{name: 'Firewall', passed, enforcement: 'mandatory'}];
    return this.ask(8905, encodeReportRequest(who, 'psn1.posturelab.test', reportOf(results)));
  }

  /** Authenticated, with an address, nothing known of its posture. */
  connect(id = sessionId): void {
    this.authenticate(id);
    this.account(1, id);
  }

  /** Everything a healthy endpoint goes through, up to the Access-Accept for Compliant. */
  becomeCompliant(id = sessionId): void {
    this.connect(id);
    this.report(true);
    this.answerCoa('CoA-ACK');
    this.authenticate(id);
  }

  /** CoA and Disconnect requests that left the node, retransmissions included. */
  coaRequests(): {bytes: Uint8Array; packet: RadiusPacket; to: Endpoint}[] {
    return this.effects.flatMap(effect => {
      if (effect.kind !== 'send' || effect.localPort !== 0) return [];
      const reading = readRequest(effect.bytes, secret);
      if (!reading.ok) throw new Error(reading.reason);
      return [{bytes: effect.bytes, packet: reading.packet, to: effect.to}];
    });
  }

  /** The switch answers the latest of them. */
  answerCoa(
    code: 'CoA-ACK' | 'CoA-NAK' | 'Disconnect-ACK' | 'Disconnect-NAK',
    attributes: RadiusAttribute[] = [],
    key = secret,
  ): PsnEffect[] {
    const request = this.coaRequests().at(-1);
    if (request === undefined) throw new Error('no CoA was sent');
    const bytes = encodeResponse({request: request.packet, code, attributes, secret: key});
    return this.handle({kind: 'datagram', localPort: 0, from: request.to, bytes});
  }

  /** The command's result; throws what the node refused with. */
  command(command: PsnCommand): unknown {
    for (const effect of this.handle({kind: 'command', id: 'c', command})) {
      if (effect.kind === 'reply') return effect.result;
      if (effect.kind === 'refuse') throw new Error(effect.message);
    }
    throw new Error('the command got no answer');
  }

  session(id = sessionId) {
    return this.view().sessions.find(session => session.sessionId === id);
  }

  view(): PsnView {
    for (const effect of this.psn.handle({kind: 'command', id: 'v', command: {name: 'view'}}, this.nowMs)) {
      if (effect.kind === 'reply') return effect.result as PsnView;
    }
    throw new Error('no view');
  }
}

export const nadSocket: Endpoint = {address: nasAddress, port: 1645};

export function mabAttributes(of = mac): RadiusAttribute[] {
  return [
    text('User-Name', of.replaceAll(':', '').toLowerCase()),
    number('Service-Type', 10),
    text('Calling-Station-Id', of.replaceAll(':', '-')),
    address('NAS-IP-Address', nasAddress),
    text('NAS-Port-Id', 'FastEthernet0/12'),
  ];
}

export function reportOf(results: RequirementResult[]) {
  return {sessionId: '', agentVersion: '5.1', operatingSystem: 'Windows 11', results};
}

/** Bytes that differ from call to call, the same in every run. */
export function predictable(start = 0): (count: number) => Uint8Array {
  let state = start;
  return count =>
    Uint8Array.from({length: count}, () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return state >>> 16;
    });
}
