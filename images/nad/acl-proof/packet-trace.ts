import {nftCommand} from '#images/nad/nft.ts';
import {startTool, type Tool} from '#images/shell/tool.ts';
import {type Mark, markOfMac} from '#protocol/dacl/packet-frame.ts';

/** What the switch's rules did with a packet, as the kernel tells it. */
export interface Traced {
  verdict: 'permit' | 'deny';
  /** The kernel's number of the rule that decided, in its table; left out: the chain's policy. */
  handle?: number;
}

/**
Reads `nft monitor trace`. The kernel names packets by numbers that it uses again; our own mark, the source address, is told
when a packet comes by first. Start it before the switch's rules are made: those it knows, it writes out, and the others, which
is much cheaper, it names by their handles.
*/
export class PacketTrace implements Disposable {
  readonly #tool: Tool;
  readonly #marks = new Map<string, Mark>();
  readonly #traced = new Map<Mark, Traced[]>();
  readonly #passed = new Set<Mark>();
  readonly #waiting = new Map<Mark, () => void>();

  constructor({onEnd}: {onEnd: (how: string) => void}) {
    const [program = '', ...args] = nftCommand;
    this.#tool = startTool(program, [...args, '-nn', 'monitor', 'trace'], {onLine: line => this.#read(line), onEnd});
  }

  of(mark: Mark): readonly Traced[] {
    return this.#traced.get(mark) ?? [];
  }

  hasSeen(mark: Mark): boolean {
    return this.#passed.has(mark);
  }

  /** When a frame has passed all rules. */
  async seen(mark: Mark): Promise<void> {
    if (this.#passed.has(mark)) return;
    await new Promise<void>(resolve => this.#waiting.set(mark, resolve));
  }

  clear(): void {
    this.#traced.clear();
    this.#passed.clear();
  }

  [Symbol.dispose](): void {
    this.#tool[Symbol.dispose]();
  }

  #read(line: string): void {
    const [, id, table, chain, kind, rest = ''] = /^trace id (\w+) netdev (\w+) (\w+) (\w+):? ?(.*)$/.exec(line) ?? [];
    if (id === undefined) return;
    if (kind === 'packet') {
      const mark = markOfMac(/ether saddr ([0-9a-f:]{17})/.exec(rest)?.[1] ?? '');
      if (table === 'proof' && chain === 'trace' && mark !== undefined) this.#marks.set(id, mark);
      return;
    }
    const mark = this.#marks.get(id);
    if (mark === undefined) return;
    if (table === 'posturelab') this.#decide(mark, kind, rest);
    else if (chain === 'passed' && rest.includes('(verdict stolen)')) this.#pass(mark);
  }

  #decide(mark: Mark, kind: string | undefined, rest: string): void {
    const answer = kind === 'policy' ? rest.trim() : /\(verdict (accept|drop)\)$/.exec(rest.trim())?.[1];
    if (answer !== 'accept' && answer !== 'drop') return;
    const handle = /^rule handle (\d+) /.exec(rest)?.[1];
    if (handle === undefined && kind !== 'policy') return; // seen by nobody, and then reported as lost
    const verdict = answer === 'accept' ? 'permit' : 'deny';
    const traced: Traced = handle === undefined ? {verdict} : {verdict, handle: Number(handle)};
    this.#traced.set(mark, [...(this.#traced.get(mark) ?? []), traced]);
  }

  #pass(mark: Mark): void {
    this.#passed.add(mark);
    this.#waiting.get(mark)?.();
    this.#waiting.delete(mark);
  }
}
