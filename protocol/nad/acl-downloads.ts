import type {Acl} from '#protocol/dacl/acl.ts';
import {readDaclVersionName} from '#protocol/dacl/name.ts';
import {parseAcl} from '#protocol/dacl/parse.ts';
import {aclDownloadRequest} from '#protocol/nad/access-request.ts';
import type {NadContext} from '#protocol/nad/nad-context.ts';
import type {RadiusClient} from '#protocol/nad/radius-client.ts';
import {collectAclEntries} from '#protocol/radius/acl-download.ts';
import {readBytes} from '#protocol/radius/attributes.ts';
import type {RadiusPacket} from '#protocol/radius/packet.ts';

/** More parts than this are no dACL: at some 60 entries a part it would have 60,000. Ours. */
const roundLimit = 1000;

interface Download {
  readonly acl: string;
  /** Whom to ask: at first who named the dACL, then who has begun to answer. */
  server: string;
  packets: RadiusPacket[];
  restarts: number;
  abandon: () => void;
}

/** Told when a dACL is there, parsed, or why it is not. */
export interface DownloadListener {
  onAcl: (acl: Acl, nowMs: number) => void;
  onFailure: (acl: string, reason: string, nowMs: number) => void;
}

/**
Fetches the text of dACLs (domain.md 5.5): one download for all sessions that wait for it, in as many rounds as the server
wants. A State belongs to the server that gave it, so when that one falls silent in between, the next is asked from the start.
*/
export class AclDownloads {
  readonly #context: NadContext;
  readonly #client: RadiusClient;
  readonly #listener: DownloadListener;
  readonly #running = new Map<string, Download>();

  constructor(context: NadContext, client: RadiusClient, listener: DownloadListener) {
    this.#context = context;
    this.#client = client;
    this.#listener = listener;
  }

  /** Puts the dACL before the step `acl-download`, unless it is on its way already. `preferred`: the server that named it. */
  want(acl: string, preferred: string, nowMs: number): void {
    if (this.#running.has(acl)) return;
    this.#running.set(acl, {acl, server: preferred, packets: [], restarts: 0, abandon: () => {}});
    this.#context.steps.enter('acl-download', {kind: 'ask-for-acl', acl}, nowMs);
  }

  /** The step is behind it. */
  begin(acl: string, nowMs: number): void {
    const download = this.#running.get(acl);
    if (download) this.#ask(download, nowMs);
  }

  /** Gives up the downloads that nobody waits for any more. */
  keep(isWanted: (acl: string) => boolean): void {
    for (const {acl, abandon} of [...this.#running.values()]) {
      if (isWanted(acl)) continue;
      abandon();
      this.#running.delete(acl);
      this.#context.steps.drop(action => action.kind === 'ask-for-acl' && action.acl === acl);
    }
  }

  #ask(download: Download, nowMs: number): void {
    const last = download.packets.at(-1);
    const {abandon, server} = this.#client.ask(
      {
        service: 'authentication',
        attributes: aclDownloadRequest(
          download.acl,
          this.#context.settings.nasAddress,
          last && readBytes(last, 'State'),
        ),
        first: download.server,
        ...(last ? {only: true} : {}),
        onAnswer: (packet, from, atMs) => this.#onAnswer(download, packet, from, atMs),
        onSilence: atMs => this.#onSilence(download, atMs),
      },
      nowMs,
    );
    download.abandon = abandon;
    if (last === undefined && server !== undefined) {
      this.#context.record({kind: 'acl-download-started', acl: download.acl, server});
    }
  }

  #onAnswer(download: Download, packet: RadiusPacket, server: string, nowMs: number): void {
    download.server = server;
    download.packets.push(packet);
    const problem = problemOf(packet, download);
    if (problem !== undefined) this.#fail(download, problem, nowMs);
    else if (packet.code === 'Access-Challenge') this.#ask(download, nowMs);
    else this.#finish(download, nowMs);
  }

  #onSilence(download: Download, nowMs: number): void {
    const wasUnderWay = download.packets.length > 0;
    download.restarts += 1;
    if (wasUnderWay && download.restarts < this.#context.settings.radiusServers.length) {
      download.packets = [];
      this.#ask(download, nowMs);
    } else {
      this.#fail(download, 'no RADIUS server answered', nowMs);
    }
  }

  #finish(download: Download, nowMs: number): void {
    const {acl: name, packets, server} = download;
    const read = readDownload(name, packets, server);
    if ('problem' in read) {
      this.#fail(download, read.problem, nowMs);
      return;
    }
    this.#running.delete(name);
    const {acl} = read;
    const entries = acl.entries.length;
    this.#context.record({kind: 'acl-downloaded', acl: name, entries, rounds: packets.length, server});
    this.#listener.onAcl(acl, nowMs);
  }

  #fail({acl}: Download, reason: string, nowMs: number): void {
    this.#running.delete(acl);
    this.#context.record({kind: 'acl-download-failed', acl, reason});
    this.#listener.onFailure(acl, reason, nowMs);
  }
}

/** Why the download cannot go on after this answer. */
function problemOf(packet: RadiusPacket, {packets, server}: Download): string | undefined {
  if (packet.code === 'Access-Reject') return `${server} rejected the download`;
  if (packet.code !== 'Access-Challenge') return undefined;
  if (readBytes(packet, 'State') === undefined) return `${server} wants another round but gave no State`;
  return packets.length < roundLimit ? undefined : `${server} came to no end in ${roundLimit} rounds`;
}

/** The list that the rounds make, or why they make none: the switch installs a whole list or nothing. */
function readDownload(name: string, packets: RadiusPacket[], server: string): {acl: Acl} | {problem: string} {
  const family = readDaclVersionName(name)?.family ?? 'ipv4';
  const collected = collectAclEntries(packets, family);
  if (!collected.ok) return {problem: collected.reason};
  if (collected.entries.length === 0) return {problem: `${server} sent no entries`};
  const {acl, problems} = parseAcl(collected.entries.join('\n'), {name, family});
  const error = problems.find(problem => problem.severity === 'error');
  return error ? {problem: `entry ${error.line}: ${error.message}`} : {acl};
}
