import {readDaclVersionName} from '#protocol/dacl/name.ts';
import {familyOf, versionNameOf} from '#protocol/psn/authorization.ts';
import type {Dacl, NetworkDevice} from '#protocol/psn/contract.ts';
import {DownloadStates} from '#protocol/psn/download-state.ts';
import {failureReason, type MessageCode} from '#protocol/psn/message-codes.ts';
import type {NodeState} from '#protocol/psn/node-state.ts';
import type {RadiusReply} from '#protocol/psn/radius-reply.ts';
import {encodeClass, generateSessionId} from '#protocol/psn/session-id.ts';
import {
  AclEntryTooLongError,
  aclEntryPair,
  aclRoundBudgetBytes,
  splitAclRounds,
} from '#protocol/radius/acl-download.ts';
import {avPair, bytes, readAvPairs, readBytes, readText, text} from '#protocol/radius/attributes.ts';
import type {RadiusPacket} from '#protocol/radius/packet.ts';

/** The downloads of dACLs, in as many rounds as it takes, with every outcome of the table in domain.md 5.5. */
export class AclServer {
  readonly #state: NodeState;
  readonly #downloadStates: DownloadStates;
  readonly #rounds = new WeakMap<Dacl, string[][]>();

  constructor(state: NodeState) {
    this.#state = state;
    this.#downloadStates = new DownloadStates(state.randomBytes(32));
  }

  /** Whether an Access-Request asks for a dACL, and not for an endpoint. */
  isMeant(packet: RadiusPacket): boolean {
    return (readText(packet, 'User-Name') ?? '').startsWith('#ACSACL#') || readAvPairs(packet).includes(downloadPair);
  }

  download(packet: RadiusPacket, device: NetworkDevice, nowMs: number): RadiusReply {
    this.#state.counters.downloads += 1;
    const acl = readText(packet, 'User-Name') ?? '';
    if (!readAvPairs(packet).includes(downloadPair)) return this.#refuse(acl, 11025, device, nowMs);
    const dacl = this.#daclOf(acl);
    if (dacl === undefined) return this.#refuse(acl, 11023, device, nowMs);
    if (versionNameOf(dacl) !== acl) return this.#refuse(acl, 11026, device, nowMs);
    const rounds = this.#roundsOf(dacl);
    if (rounds === undefined) return this.#refuse(acl, 11053, device, nowMs);

    const state = readBytes(packet, 'State');
    const download = {acl, deviceAddress: device.address};
    const round = state === undefined ? 0 : this.#downloadStates.read(state, download, nowMs);
    const entries = round === undefined ? undefined : rounds[round];
    if (round === undefined || entries === undefined) return this.#refuse(acl, 11035, device, nowMs);
    const before = rounds.slice(0, round).reduce((count, part) => count + part.length, 0);
    const pairs = entries.map((entry, index) =>
      avPair(aclEntryPair(before + index + 1, entry, familyOf(dacl.daclType))),
    );
    const isLast = round === rounds.length - 1;
    if (!isLast) {
      return {
        code: 'Access-Challenge',
        attributes: [
          text('User-Name', acl),
          bytes('State', this.#downloadStates.encode(download, round + 1, nowMs)),
          ...pairs,
        ],
      };
    }
    this.#served(acl, rounds, device, nowMs);
    return {code: 'Access-Accept', attributes: [text('User-Name', acl), text('Class', this.#class()), ...pairs]};
  }

  /** Notes a request that is not answered, because nothing proves who sent it. */
  refuseUntrusted(packet: RadiusPacket, code: MessageCode, device: NetworkDevice, nowMs: number): void {
    this.#refuse(readText(packet, 'User-Name') ?? '', code === 11057 ? 11024 : code, device, nowMs);
  }

  #daclOf(acl: string): Dacl | undefined {
    const asked = readDaclVersionName(acl);
    return this.#state.records.policy.dacls.find(
      dacl => dacl.name === asked?.name && familyOf(dacl.daclType) === asked.family,
    );
  }

  /** `undefined` if an entry does not fit one attribute. */
  #roundsOf(dacl: Dacl): string[][] | undefined {
    const known = this.#rounds.get(dacl);
    if (known !== undefined) return known;
    try {
      const rounds = splitAclRounds(entriesOf(dacl.text), aclRoundBudgetBytes, familyOf(dacl.daclType));
      this.#rounds.set(dacl, rounds);
      return rounds;
    } catch (error) {
      if (error instanceof AclEntryTooLongError) return undefined;
      throw error;
    }
  }

  #served(acl: string, rounds: string[][], device: NetworkDevice, nowMs: number): void {
    const entries = rounds.reduce((count, round) => count + round.length, 0);
    this.#state.outbox.record({kind: 'acl-served', acl, rounds: rounds.length, entries});
    this.#state.records.log(5232, attributesOf(acl, device), nowMs);
  }

  #refuse(acl: string, code: MessageCode, device: NetworkDevice, nowMs: number): RadiusReply {
    this.#state.outbox.record({kind: 'acl-refused', acl, code, reason: failureReason(code)});
    this.#state.records.log(5419, {...attributesOf(acl, device), 'Failure Reason': failureReason(code)}, nowMs);
    return {code: 'Access-Reject', attributes: []};
  }

  #class(): string {
    const {settings, randomBytes, counters} = this.#state;
    const sessionId = generateSessionId(settings.address, randomBytes);
    const run = Math.floor(settings.labEpochMs / 1000);
    return encodeClass({sessionId, node: settings.name, run, count: counters.downloads});
  }
}

const downloadPair = 'aaa:event=acl-download';

/** One entry a line, in order; blank lines are none (domain.md 10.1). */
export function entriesOf(daclText: string): string[] {
  return daclText
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '');
}

function attributesOf(acl: string, device: NetworkDevice): Record<string, string> {
  return {UserName: acl, NetworkDeviceName: device.name, 'Device IP Address': device.address};
}
