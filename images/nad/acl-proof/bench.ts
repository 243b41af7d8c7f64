import {setTimeout as delay} from 'node:timers/promises';
import {attributionOf} from '#images/nad/acl-proof/attribution.ts';
import {FrameSender} from '#images/nad/acl-proof/frame-sender.ts';
import {makeProofLinks, proofPort} from '#images/nad/acl-proof/links.ts';
import {PacketTrace, type Traced} from '#images/nad/acl-proof/packet-trace.ts';
import {PassedFrames} from '#images/nad/acl-proof/passed-frames.ts';
import {ProofRules} from '#images/nad/acl-proof/rules.ts';
import type {Acl} from '#protocol/dacl/acl.ts';
import {arpFrame, frameOf, type Mark} from '#protocol/dacl/packet-frame.ts';
import type {Packet} from '#protocol/dacl/verdict.ts';

export interface ProofRequest {
  acl: Acl;
  /** The address that the list is bound to; null: every address. */
  endpoint: string | null;
  packets: Packet[];
}

export interface ProofResult {
  verdicts: {verdict: 'permit' | 'deny'; line: number | null}[];
  /** How long the list took to be in force, and the packets to be judged. */
  installMs: number;
  packetsMs: number;
}

/** A packet was seen not at all, twice, or with two answers. No verdict comes of that. */
export class ObservationError extends Error {
  override readonly name = 'ObservationError';
}

/** So many packets are under way at a time: far below what queues and buffers of the kernel hold. */
const windowPackets = 250;

/** The marks of packets are below; above are those of the frames that end a window. */
const firstEndMark = 0x80000000;
const traceAttempts = 100;

/**
Every packet is observed twice: by the kernel's trace of its way through the rules, and behind the port, where it arrives or
does not. The end of a window is a frame that passes every port; when it has been seen in both places, so has all that went
before. The counters of the entries must add up to what was seen.
*/
export class ProofBench implements AsyncDisposable {
  readonly #resources: AsyncDisposableStack;
  readonly #rules: ProofRules;
  readonly #sender: FrameSender;
  readonly #trace: PacketTrace;
  readonly #passed: PassedFrames;
  #lastMark: Mark = 0;
  #lastEnd: Mark = firstEndMark + traceAttempts;
  #installed: {name: string; endpoint: string | null} | undefined;
  #lists = 0;

  private constructor(
    opened: {rules: ProofRules; sender: FrameSender; trace: PacketTrace; passed: PassedFrames},
    resources: AsyncDisposableStack,
  ) {
    this.#rules = opened.rules;
    this.#sender = opened.sender;
    this.#trace = opened.trace;
    this.#passed = opened.passed;
    this.#resources = resources;
  }

  static async open(): Promise<ProofBench> {
    await using resources = new AsyncDisposableStack();
    const onEnd = (how: string) => {
      throw new Error(`${how}: the bench cannot go on.`);
    };
    await makeProofLinks();
    const trace = resources.use(new PacketTrace({onEnd}));
    const passed = resources.use(new PassedFrames({onEnd}));
    await passed.ready;
    const sender = resources.use(await FrameSender.open());
    await awaitTrace(trace, sender);
    const rules = resources.use(new ProofRules({onEnd}));
    await rules.addPort(proofPort);
    return new ProofBench({rules, sender, trace, passed}, resources.move());
  }

  async judge({acl, endpoint, packets}: ProofRequest): Promise<ProofResult> {
    const startedMs = performance.now();
    await this.#install(acl, endpoint);
    const installedMs = performance.now();
    const lineOf = attributionOf(acl, await this.#rules.list());
    const verdicts: ProofResult['verdicts'] = [];
    for (let at = 0; at < packets.length; at += windowPackets) {
      const window = packets.slice(at, at + windowPackets);
      const marks = await this.#send(window);
      for (const [index, packet] of window.entries()) {
        const traced = this.#observe(marks + index, packet);
        verdicts.push({verdict: traced.verdict, line: lineOf(traced, packet)});
      }
    }
    await this.#checkCounters(verdicts);
    return {verdicts, installMs: installedMs - startedMs, packetsMs: performance.now() - installedMs};
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#resources.disposeAsync();
  }

  async #install(acl: Acl, endpoint: string | null): Promise<void> {
    this.#lists += 1;
    const name = `proof-${this.#lists}`;
    const before = this.#installed;
    const isElsewhere = before !== undefined && before.endpoint !== endpoint;
    await this.#rules.apply([
      {kind: 'install-acl', acl: {...acl, name}},
      ...(isElsewhere ? [{kind: 'unbind', port: proofPort, address: before.endpoint} as const] : []),
      {kind: 'bind', port: proofPort, address: endpoint, acl: name},
      ...(before ? [{kind: 'remove-acl', name: before.name} as const] : []),
    ]);
    this.#installed = {name, endpoint};
  }

  /** Returns the mark of the first. */
  async #send(window: readonly Packet[]): Promise<Mark> {
    const first = this.#lastMark + 1;
    this.#trace.clear();
    this.#passed.clear();
    this.#lastMark += window.length;
    await Promise.all(window.map((packet, index) => this.#sender.send(frameOf(packet, first + index))));
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await this.#end();
      if (window.every((_, index) => this.#trace.of(first + index).length > 0)) break;
      await delay(20); // a frame may have changed to the other processor, and then it can be overtaken
    }
    return first;
  }

  async #end(): Promise<void> {
    this.#lastEnd += 1;
    const mark = this.#lastEnd;
    await this.#sender.send(arpFrame(mark));
    await Promise.all([this.#trace.seen(mark), this.#passed.seen(mark)]);
  }

  #observe(mark: Mark, packet: Packet): Traced {
    const [traced, ...more] = this.#trace.of(mark);
    const arrivals = this.#passed.count(mark);
    const complain = (what: string) =>
      new ObservationError(`${what}: ${JSON.stringify(packet)}. Nothing is said about it; try again.`);
    if (traced === undefined) throw complain('The kernel did not report on a packet');
    if (more.length > 0) throw complain('The kernel reported twice on a packet');
    if (arrivals !== (traced.verdict === 'permit' ? 1 : 0)) {
      throw complain(`A packet that the rules ${traced.verdict} arrived ${arrivals} times behind the port`);
    }
    return traced;
  }

  /** The counters began at 0 with the list. */
  async #checkCounters(verdicts: ProofResult['verdicts']): Promise<void> {
    const seen = new Map<number, number>();
    for (const {line} of verdicts) if (line !== null) seen.set(line, (seen.get(line) ?? 0) + 1);
    for (const {acl, line, packets} of await this.#rules.counters()) {
      if (acl !== this.#installed?.name || line === null || packets === (seen.get(line) ?? 0)) continue;
      throw new ObservationError(
        `The kernel counted ${packets} packets at line ${line}, and ${seen.get(line) ?? 0} were seen there. Nothing is said; try again.`,
      );
    }
  }
}

/** `nft monitor` does not say when it listens: frames are sent until one is reported. */
async function awaitTrace(trace: PacketTrace, sender: FrameSender): Promise<void> {
  for (let attempt = 1; attempt <= traceAttempts; attempt += 1) {
    await sender.send(arpFrame(firstEndMark + attempt));
    await delay(20);
    if (trace.hasSeen(firstEndMark + attempt)) return;
  }
  throw new Error('The kernel traces no packets: is its nf_tables complete?');
}
