import {execFile} from 'node:child_process';
import {readFileSync, readlinkSync} from 'node:fs';
import {basename} from 'node:path';
import {promisify} from 'node:util';
import {type LinkNews, watchLinks} from '#images/shell/link-news.ts';

const run = promisify(execFile);

/** What the kernel says of an interface. */
export interface LinkReport {
  port: string;
  up: boolean;
  /** It was not there before, or it is another device of the same name. */
  isNew: boolean;
}

/** Which interfaces there are, which number the kernel gives them, and which are up. */
export class LinkWatch implements Disposable {
  readonly #indexes = new Map<string, number>();
  readonly #up = new Map<string, boolean>();
  /** Ports that were asked about and are up, of which the monitor has not told yet. */
  readonly #ahead = new Set<string>();
  readonly #onLink: (report: LinkReport) => void;
  readonly #tool: Disposable;

  constructor({onLink, onEnd}: {onLink: (report: LinkReport) => void; onEnd: (how: string) => void}) {
    this.#onLink = onLink;
    this.#tool = watchLinks({onNews: news => this.#take(news), onEnd});
  }

  /** The interface with that number, if there is one. */
  nameOf(index: number): string | undefined {
    for (const [port, candidate] of this.#indexes) if (candidate === index) return port;
    return undefined;
  }

  isUp(port: string): boolean {
    return this.#up.get(port) ?? false;
  }

  /** Asks the kernel now, instead of waiting for what the monitor tells: at the start, and when a frame is faster than it. */
  refresh(port: string): void {
    const index = readLink(port, 'ifindex');
    const wasUp = this.isUp(port);
    this.#tell(port, index === undefined ? undefined : Number(index), isUpNow(port));
    if (!wasUp && this.isUp(port)) this.#ahead.add(port);
  }

  [Symbol.dispose](): void {
    this.#tool[Symbol.dispose]();
  }

  /** That a port is down may be news from before the question whose answer was that it is up: no link has gone since. */
  #take({name: port, index, isGone, isUp}: LinkNews): void {
    if (!isGone && !isUp && this.#ahead.has(port) && isUpNow(port)) return;
    this.#ahead.delete(port);
    if (!isGone) this.#tell(port, index, isUp);
    else if (this.#indexes.get(port) === index) this.#tell(port, undefined, false);
  }

  #tell(port: string, index: number | undefined, up: boolean): void {
    const isNew = index !== undefined && this.#indexes.get(port) !== index;
    if (index === undefined) this.#indexes.delete(port);
    else this.#indexes.set(port, index);
    if (!isNew && this.isUp(port) === up) return;
    this.#up.set(port, up);
    this.#onLink({port, up, isNew});
  }
}

/** Opens or shuts a port. Rejects with what `ip` says. */
export async function setPort(port: string, up: boolean): Promise<void> {
  await run('ip', ['link', 'set', 'dev', port, up ? 'up' : 'down']);
}

/**
Makes the kernel ask by ARP whether a host still has its address, whatever it remembers: an entry in the state `probe` is asked
for at once, and then every second until the host answers; the answer is for the capture to see. How long packets still go to a host
that does not is the bridge's (harness/containers/linker.ts).
*/
export async function probeAddress({port, mac, address}: {port: string; mac: string; address: string}): Promise<void> {
  await run('ip', ['neigh', 'replace', address, 'lladdr', mac.toLowerCase(), 'dev', bridgeOf(port), 'nud', 'probe']);
}

/** The bridge that a port belongs to; a port of its own, if to none. */
function bridgeOf(port: string): string {
  try {
    return basename(readlinkSync(`/sys/class/net/${port}/master`));
  } catch {
    return port;
  }
}

/** Throws if there is no such port. */
export function macOf(port: string): string {
  return readFileSync(`/sys/class/net/${port}/address`, 'utf8').trim();
}

function isUpNow(port: string): boolean {
  return readLink(port, 'operstate') === 'up';
}

function readLink(port: string, file: string): string | undefined {
  try {
    return readFileSync(`/sys/class/net/${port}/${file}`, 'utf8').trim();
  } catch {
    return undefined; // the interface is gone
  }
}
