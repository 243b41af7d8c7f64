import {nftCommand} from '#images/nad/nft.ts';
import {startTool, type Tool} from '#images/shell/tool.ts';
import {type Mark, markOfMac} from '#protocol/dacl/packet-frame.ts';

const prefix = 'trace id ';

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

  /** Of the six lines or so for every packet three matter, so the others are told apart quickly. */
  #read(line: string): void {
    if (!line.startsWith(prefix)) return;
    const idEnd = line.indexOf(' ', prefix.length);
    const id = line.slice(prefix.length, idEnd);
    if (line.startsWith(' netdev posturelab ', idEnd)) {
      if (line.includes('(verdict goto ') || line.includes(' packet: ')) return;
      this.#decide(this.#marks.get(id), line);
    } else if (line.startsWith(' netdev proof trace packet: ', idEnd)) {
      const at = line.indexOf(' ether saddr ') + ' ether saddr '.length;
      const mark = markOfMac(line.slice(at, at + 17));
      if (mark !== undefined) this.#marks.set(id, mark);
    } else if (line.startsWith(' netdev proof passed ', idEnd)) {
      const mark = this.#marks.get(id);
      if (mark !== undefined && line.includes('(verdict stolen)')) this.#pass(mark);
    }
  }

  #decide(mark: Mark | undefined, line: string): void {
    const [, handle, policy] = /(?: unknown rule handle (\d+) \(verdict | policy )(accept|drop)\)? *$/.exec(line) ?? [];
    if (mark === undefined || policy === undefined) return; // by nobody, and then reported as lost
    const verdict = policy === 'accept' ? 'permit' : 'deny';
    const traced: Traced = handle === undefined ? {verdict} : {verdict, handle: Number(handle)};
    this.#traced.set(mark, [...(this.#traced.get(mark) ?? []), traced]);
  }

  #pass(mark: Mark): void {
    this.#passed.add(mark);
    this.#waiting.get(mark)?.();
    this.#waiting.delete(mark);
  }
}
