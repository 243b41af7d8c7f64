import {execFile} from 'node:child_process';
import {promisify} from 'node:util';
import {startTool} from '#images/shell/tool.ts';

const run = promisify(execFile);

/** What the kernel says of a network device. */
export interface LinkNews {
  name: string;
  index: number;
  /** There is no such device any more; the rest is as it was. */
  isGone: boolean;
  /** Somebody is at the other end, and is up as well (LOWER_UP). */
  hasCarrier: boolean;
  /** It passes frames (operstate `up`), which comes a moment after the carrier. */
  isUp: boolean;
}

/** Tells of every change from now on, in the kernel's order. `onEnd`: nothing is told any more. */
export function watchLinks({
  onNews,
  onEnd,
}: {
  onNews: (news: LinkNews) => void;
  onEnd: (how: string) => void;
}): Disposable {
  return startTool('ip', ['-o', 'monitor', 'link'], {
    onLine(line) {
      const news = readLinkNews(line);
      if (news) onNews(news);
    },
    onEnd,
  });
}

/** As it is now. Rejects with what `ip` says if there is no such device. */
export async function linkNow(name: string): Promise<LinkNews | undefined> {
  const {stdout} = await run('ip', ['-o', 'link', 'show', 'dev', name]);
  return readLinkNews(stdout);
}

/** `7: fa0-12@if8: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 … state UP …`, or the same behind `Deleted `; `undefined`: it is no such line. */
export function readLinkNews(line: string): LinkNews | undefined {
  const [, deleted, index, name, flags = ''] = /^(Deleted )?(\d+): ([^:@\s]+)(?:@[^:]*)?: <([^>]*)>/.exec(line) ?? [];
  if (name === undefined) return undefined;
  return {
    name,
    index: Number(index),
    isGone: deleted !== undefined,
    hasCarrier: flags.split(',').includes('LOWER_UP'),
    isUp: / state UP /.test(line),
  };
}
