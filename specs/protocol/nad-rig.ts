/** A switch with a scripted world around it: PSNs made of the codec, a kernel that says yes, a clock that a spec turns. */
import type {LabEventBody} from '#protocol/event.ts';
import type {EnforcementChange, NadEffect, NadInput, NadSettings} from '#protocol/nad/contract.ts';
import {Nad} from '#protocol/nad/nad.ts';
import {aclEntryPair} from '#protocol/radius/acl-download.ts';
import {avPair, bytes, readText, text} from '#protocol/radius/attributes.ts';
import type {RadiusAttribute, RadiusPacket} from '#protocol/radius/packet.ts';
import {encodeRequest, readRequest} from '#protocol/radius/request.ts';
import {encodeResponse, type ResponseCode} from '#protocol/radius/response.ts';
import type {Endpoint} from '#protocol/role.ts';

export const secret = 'posturelab-radius-secret';
export const port = 'fa0-12';
export const mac = '00:50:56:A8:BE:02';
export const address = '192.168.255.193';
export const psn1 = '10.10.1.11';
export const psn2 = '10.10.2.12';
export const unknownAcl = '#ACSACL#-IP-Posture_Unknown-636b75ac';
export const compliantAcl = '#ACSACL#-IP-Posture_Compliant-636b75ac';

export const healthySettings: NadSettings = {
  hostname: 'nad',
  nasAddress: '192.168.255.12',
  ipv6Addresses: [],
  accessPorts: [
    {port, interface: 'FastEthernet0/12'},
    {port: 'fa0-13', interface: 'FastEthernet0/13'},
  ],
  radiusServers: [
    {name: 'psn1', address: psn1, authPort: 1812, acctPort: 1813, secret},
    {name: 'psn2', address: psn2, authPort: 1812, acctPort: 1813, secret},
  ],
  radius: {timeoutMs: 5000, attempts: 3, deadTimeMs: 900_000, deadCriteria: {timeMs: 10_000, tries: 2}},
  coaClients: [
    {address: psn1, secret},
    {address: psn2, secret},
  ],
  coaPort: 1700,
  coaWindowMs: 300_000,
  hostMode: 'multi-auth',
  hostModes: {},
  reauthIntervalMs: 0,
  dot1x: null,
  redirectAcls: [],
  sendsAccounting: true,
  sendsSystemAccounting: false,
  sendsFramedIp: true,
  preAuthAcl: 'permit udp any any eq bootps\ndeny ip any any',
  daclFailure: 'deny',
  ipUnknownPolicy: 'notEnforced',
  accountingIntervalMs: 172_800_000,
  uptimeMs: 0x679e_0000,
  labEpochMs: Date.UTC(2022, 10, 9, 12, 22, 47),
  clockOffsetMs: 0,
  delaysMs: {coa: 0, reauth: 0, 'acl-download': 0, 'acl-install': 0, ipdt: 0},
};

/** What a PSN says to a request; `undefined`: nothing. `forge`: what becomes of it on the way. */
export type Psn = (
  request: RadiusPacket,
  server: string,
) => {code: ResponseCode; attributes?: RadiusAttribute[]; forge?: (answer: Uint8Array) => Uint8Array} | undefined;

/** What the kernel says to a transaction; `undefined`: nothing yet. */
export type Kernel = (changes: EnforcementChange[]) => 'committed' | {refused: string} | undefined;

export interface Sent {
  server: string;
  toPort: number;
  packet: RadiusPacket;
}

export class NadRig {
  readonly nad: Nad;
  readonly settings: NadSettings;
  readonly events: (LabEventBody & {atMs: number})[] = [];
  readonly effects: NadEffect[] = [];
  /** RADIUS requests of the switch, in order, retransmissions included. */
  readonly sent: Sent[] = [];
  /** Datagrams from the CoA port. */
  readonly coaAnswers: Uint8Array[] = [];
  psn: Psn;
  kernel: Kernel = () => 'committed';
  nowMs = 0;
  #generation = 0;
  #coaIdentifier = 0;

  constructor(settings: Partial<NadSettings> = {}, psn: Psn = acceptWith(unknownAcl)) {
    this.settings = {...healthySettings, ...settings};
    this.psn = psn;
    this.nad = new Nad(this.settings, countingBytes());
    this.input({kind: 'start'});
  }

  /** Hands over one input and everything that its effects lead to at the same instant. */
  input(input: NadInput): void {
    const queue = [input];
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      for (const effect of this.nad.handle(next, this.nowMs)) queue.push(...this.#perform(effect));
    }
  }

  /** Lets lab time pass, waking the switch whenever it wants to be. */
  advance(ms: number): void {
    const endMs = this.nowMs + ms;
    for (let atMs = this.nad.wakeAtMs(); atMs !== undefined && atMs <= endMs; atMs = this.nad.wakeAtMs()) {
      if (atMs < this.nowMs) throw new Error(`the switch wants to be woken at ${atMs}, and it is ${this.nowMs}`);
      const stuck = atMs === this.nowMs;
      this.nowMs = atMs;
      this.input({kind: 'wake'});
      if (stuck && this.nad.wakeAtMs() === atMs) throw new Error(`the switch spins at ${atMs}`);
    }
    this.nowMs = endMs;
  }

  linkUp(on = port): void {
    this.input({kind: 'link', port: on, up: true});
  }

  arp(from: {port?: string; mac?: string; address?: string | null} = {}): void {
    this.input({kind: 'frame', port, mac, address, ...from});
  }

  /** A host on the port, authorized with whatever the PSN gives. */
  static authorized(settings: Partial<NadSettings> = {}, psn?: Psn): NadRig {
    const rig = new NadRig(settings, psn);
    rig.linkUp();
    rig.arp();
    return rig;
  }

  command(command: Extract<NadInput, {kind: 'command'}>['command']): unknown {
    this.input({kind: 'command', id: 'c', command});
    const answer = this.effects.findLast(effect => effect.kind === 'reply' || effect.kind === 'refuse');
    return answer?.kind === 'reply' ? answer.result : answer;
  }

  coa(
    pairs: string[],
    {
      code = 'CoA-Request',
      attributes = [],
      from = {address: psn1, port: 40_000},
      key = secret,
    }: {
      code?: 'CoA-Request' | 'Disconnect-Request';
      attributes?: RadiusAttribute[];
      from?: Endpoint;
      key?: string;
    } = {},
  ): Uint8Array {
    this.#coaIdentifier = (this.#coaIdentifier + 1) % 256;
    const {bytes: request} = encodeRequest({
      code,
      identifier: this.#coaIdentifier,
      attributes: [...attributes, ...pairs.map(avPair)],
      secret: key,
      randomBytes: count => new Uint8Array(count),
    });
    this.datagram(request, from);
    return request;
  }

  datagram(request: Uint8Array, from: Endpoint = {address: psn1, port: 40_000}, localPort = 1700): void {
    this.input({kind: 'datagram', localPort, from, bytes: request});
  }

  /** Fields of the events of one kind, in order. */
  of<Kind extends LabEventBody['kind']>(kind: Kind): (Extract<LabEventBody, {kind: Kind}> & {atMs: number})[] {
    return this.events.filter(
      (event): event is Extract<LabEventBody, {kind: Kind}> & {atMs: number} => event.kind === kind,
    );
  }

  get view() {
    return this.nad.view(this.nowMs);
  }

  get session() {
    const [session] = this.view.sessions;
    if (session === undefined) throw new Error('there is no session');
    return session;
  }

  /** Names of the lists in force for an address on the port, the port's own last. */
  aclFor(host: string, on = port): string | undefined {
    const {bindings} = this.view;
    const own = bindings.find(binding => binding.port === on && binding.address === host);
    return (own ?? bindings.find(binding => binding.port === on && binding.address === null))?.acl;
  }

  #perform(effect: NadEffect): NadInput[] {
    this.effects.push(effect);
    if (effect.kind === 'record') this.events.push({...effect.event, atMs: this.nowMs});
    if (effect.kind === 'send') return effect.localPort === 0 ? this.#answer(effect) : this.#keep(effect.bytes);
    if (effect.kind === 'enforce') {
      const {transactionId} = effect;
      const verdict = this.kernel(effect.changes);
      if (verdict === undefined) return [];
      if (verdict !== 'committed') return [{kind: 'enforcement-failed', transactionId, message: verdict.refused}];
      this.#generation += 1;
      return [{kind: 'enforced', transactionId, generation: this.#generation}];
    }
    if (effect.kind === 'set-port') return [{kind: 'link', port: effect.port, up: effect.up}];
    return [];
  }

  #keep(answer: Uint8Array): NadInput[] {
    this.coaAnswers.push(answer);
    return [];
  }

  #answer({to, bytes: request}: Extract<NadEffect, {kind: 'send'}>): NadInput[] {
    const server = this.settings.radiusServers.find(candidate => candidate.address === to.address);
    const read = readRequest(request, server?.secret ?? '');
    if (!read.ok) throw new Error(`the switch sent something wrong: ${read.reason}`);
    this.sent.push({server: server?.name ?? '', toPort: to.port, packet: read.packet});
    const answer = this.psn(read.packet, server?.name ?? '');
    if (answer === undefined) return [];
    const {forge = untouched => untouched, ...said} = answer;
    const response = encodeResponse({request: read.packet, attributes: [], secret: server?.secret ?? '', ...said});
    return [{kind: 'datagram', localPort: 0, from: to, bytes: forge(response)}];
  }
}

export const aclTexts: Record<string, string[]> = {
  [unknownAcl]: ['permit tcp any host 10.10.1.11 eq 8449', 'deny ip any any'],
  [compliantAcl]: ['deny tcp any host 10.10.1.11 eq 8449', 'deny tcp any host 10.10.2.12 eq 8449', 'permit ip any any'],
};

/** A PSN that accepts everybody with one dACL (null: none), serves `aclTexts` and takes every accounting record. */
export function acceptWith(acl: string | null, texts = aclTexts): Psn {
  return (request, server) => {
    if (request.code === 'Accounting-Request') return {code: 'Accounting-Response'};
    const user = readText(request, 'User-Name') ?? '';
    if (user.startsWith('#ACSACL#')) {
      const entries = texts[user];
      if (entries === undefined) return {code: 'Access-Reject'};
      return {code: 'Access-Accept', attributes: entries.map((entry, index) => avPair(aclEntryPair(index + 1, entry)))};
    }
    return {
      code: 'Access-Accept',
      attributes: [
        text('User-Name', '00-50-56-A8-BE-02'),
        bytes('Class', new TextEncoder().encode(`CACS:x:${server}/1/1`)),
        ...(acl === null ? [] : [avPair(`ACS:CiscoSecure-Defined-ACL=${acl}`)]),
      ],
    };
  };
}

/** No chance in it: 0, 1, 2, … */
function countingBytes(): (count: number) => Uint8Array {
  let next = 0;
  return count => Uint8Array.from({length: count}, () => next++ % 256);
}
