import {execFile} from 'node:child_process';
import {setTimeout as delay, setImmediate} from 'node:timers/promises';
import {promisify} from 'node:util';
import {FrameSender} from '#images/nad/acl-proof/frame-sender.ts';
import {makeProofLinks, proofPort} from '#images/nad/acl-proof/links.ts';
import {type Enforcement, openEnforcement} from '#images/nad/enforcement.ts';
import {nftCommand} from '#images/nad/nft.ts';
import type {Acl} from '#protocol/dacl/acl.ts';
import {frameOf} from '#protocol/dacl/packet-frame.ts';
import type {Packet} from '#protocol/dacl/verdict.ts';

/** Classes of packets, told apart by the destination port that their counters look at. */
export const classes = {permitted: 1001, denied: 1002, established: 1003} as const;
type Class = keyof typeof classes;

export interface SwapRequest {
  /** Both permit the class `permitted` and deny the class `denied`; only the first permits `established`. */
  lists: [Acl, Acl];
  replacements: number;
  /** How long packets flow after the last replacement. */
  flowMs: number;
  /** Of the packets. */
  source: string;
  destination: string;
}

export interface SwapResult {
  /** By class: what reached the port, and what went on behind it. */
  entered: Record<Class, number>;
  passed: Record<Class, number>;
  /** How many of the class `established` were sent while the list that permits them was certainly in force. */
  establishedExpected: number;
  elapsedMs: number;
}

const burst = 20;
const probesEach = 5;

/** The switch's own program makes the replacements, in the same way as for a dACL that was edited. */
export async function swapUnderLoad(request: SwapRequest): Promise<SwapResult> {
  await makeProofLinks(countingRules);
  const onEnd = (how: string) => {
    throw new Error(`${how}: the bench cannot go on.`);
  };
  using enforcement = await openEnforcement({onEnd});
  using sender = await FrameSender.open();
  await enforcement.addPort(proofPort);
  await install(enforcement, request.lists[0]);
  await enforcement.apply([{kind: 'bind', port: proofPort, address: request.source, acl: request.lists[0].name}]);

  const load = new Load(sender, request);
  const startedMs = performance.now();
  const flowing = load.run();
  let establishedExpected = 0;
  let established = 0;
  for (let count = 1; count <= request.replacements; count += 1) {
    const list = request.lists[count % 2 === 0 ? 0 : 1];
    await install(enforcement, list);
    for (let probe = 0; probe < probesEach; probe += 1) await load.send('established');
    established += probesEach;
    if (list === request.lists[0]) establishedExpected += probesEach;
  }
  await delay(request.flowMs);
  load.stop();
  await flowing;
  const elapsedMs = performance.now() - startedMs;
  await arrived({...load.sent, established});
  const {entered, passed} = await readCounts();
  return {entered, passed, establishedExpected, elapsedMs};
}

/** Takes the place of the one of its name; what is bound to that is bound to this. */
async function install(enforcement: Enforcement, acl: Acl): Promise<void> {
  await enforcement.apply([{kind: 'install-acl', acl}]);
}

class Load {
  readonly sent: Record<Class, number> = {permitted: 0, denied: 0, established: 0};
  readonly #sender: FrameSender;
  readonly #frames: Record<Class, Uint8Array>;
  #running = true;

  constructor(sender: FrameSender, {source, destination}: SwapRequest) {
    this.#sender = sender;
    const frame = (destinationPort: number) => {
      const packet: Packet = {
        protocol: 6,
        source,
        destination,
        sourcePort: 50_000,
        destinationPort,
        flags: ['ack', 'psh'],
      };
      return frameOf(packet, destinationPort);
    };
    this.#frames = {
      permitted: frame(classes.permitted),
      denied: frame(classes.denied),
      established: frame(classes.established),
    };
  }

  /** Permitted and denied packets in turn, as fast as they go. */
  async run(): Promise<void> {
    while (this.#running) {
      const sends = Array.from({length: burst}, (_, index) => this.send(index % 2 === 0 ? 'permitted' : 'denied'));
      await Promise.all(sends);
      await setImmediate();
    }
  }

  stop(): void {
    this.#running = false;
  }

  async send(kind: Class): Promise<void> {
    this.sent[kind] += 1;
    await this.#sender.send(this.#frames[kind]);
  }
}

/** When the port has seen all that was sent. */
async function arrived(sent: Record<Class, number>): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt += 1) {
    const {entered} = await readCounts();
    if ((Object.keys(classes) as Class[]).every(kind => entered[kind] === sent[kind])) return;
    await delay(10);
  }
  const {entered} = await readCounts();
  throw new Error(`Sent were ${JSON.stringify(sent)}, and the port has seen ${JSON.stringify(entered)}.`);
}

const names = Object.keys(classes) as Class[];
const countingRules = `
table netdev proof {
  ${names.map(name => `counter entered_${name} { }\n  counter passed_${name} { }`).join('\n  ')}
  chain inject { type filter hook ingress device "inject" priority 0; fwd to "host"; }
  chain entered { type filter hook ingress device "${proofPort}" priority -100;
    ${names.map(name => `tcp dport ${classes[name]} counter name "entered_${name}"`).join('\n    ')}
  }
  chain passed { type filter hook ingress device "${proofPort}" priority 100;
    ${names.map(name => `tcp dport ${classes[name]} counter name "passed_${name}"`).join('\n    ')}
    fwd to "out"
  }
}
`;

async function readCounts(): Promise<{entered: Record<Class, number>; passed: Record<Class, number>}> {
  const [nft = '', ...args] = nftCommand;
  const {stdout} = await promisify(execFile)(nft, [...args, '-j', 'list', 'counters', 'table', 'netdev', 'proof']);
  const listing = JSON.parse(stdout) as {nftables: {counter?: {name: string; packets: number}}[]};
  const counts = new Map(listing.nftables.flatMap(({counter}) => (counter ? [[counter.name, counter.packets]] : [])));
  const of = (prefix: string) => ({
    permitted: counts.get(`${prefix}_permitted`) ?? Number.NaN,
    denied: counts.get(`${prefix}_denied`) ?? Number.NaN,
    established: counts.get(`${prefix}_established`) ?? Number.NaN,
  });
  return {entered: of('entered'), passed: of('passed')};
}
