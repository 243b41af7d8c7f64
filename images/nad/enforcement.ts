import {mkdtempSync, rmSync} from 'node:fs';
import {writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {readCounters, readLastCounters} from '#images/nad/counters.ts';
import {
  type EnforcementState,
  emptyState,
  type PlannedCommands,
  planChanges,
  planPort,
  table,
} from '#images/nad/enforcement-state.ts';
import {NftSession, nftCommand} from '#images/nad/nft.ts';
import {steeringCommands} from '#images/nad/steering.ts';
import {type AclHits, HitRecord} from '#protocol/nad/acl-hits.ts';
import type {AceCount, EnforcementChange} from '#protocol/nad/contract.ts';

type MacOf = (port: string) => string;

const switchState: EnforcementState = {...emptyState, setsKnocksApart: true};

/**
Opens the table, empty: what another process left in it is gone. `onEnd` is told if nft ends by itself, possibly more than once;
nothing can be changed any more then, and what is in force stays in force. Rejects with nft's complaint.
*/
export async function openEnforcement({
  onEnd,
  command = nftCommand,
  macOf,
  passesDiscovery = false,
}: {
  onEnd: (how: string) => void;
  command?: readonly string[];
  /** The MAC of a port; without it nothing can be redirected. */
  macOf?: MacOf | undefined;
  /** Whether neighbour discovery passes that comes from an address to which nothing is bound, as ARP does. */
  passesDiscovery?: boolean;
}): Promise<Enforcement> {
  const enforcement = new Enforcement({command, onEnd, macOf, passesDiscovery});
  try {
    await enforcement.reset();
    return enforcement;
  } catch (error) {
    enforcement[Symbol.dispose]();
    throw error;
  }
}

/**
The forwarding half of the switch: what `table netdev posturelab` of the kernel does to packets that enter access ports.

Each port has an ingress chain that never changes: ARP and EAPOL pass; then the source address decides, by a map, to which ACL's
chain the packet goes; then, for addresses that have none, the family. With IPv6, neighbour discovery from such an address passes too, without
which no host would come to have one. What is left is dropped. A chain serves all who are bound
to its ACL. Nothing is tracked: an established connection meets a new list with its next packet.
*/
export class Enforcement implements Disposable {
  readonly #resources: DisposableStack;
  readonly #directory: string;
  readonly #writer: NftSession;
  /** Reads in a process of its own, so that no transaction waits for a long list of counters. */
  readonly #reader: NftSession;
  readonly #past = new HitRecord();
  readonly #macOf: MacOf | undefined;
  #state: EnforcementState;
  #generation = 0;
  #lastTransaction: Promise<unknown> = Promise.resolve();

  constructor({
    command,
    onEnd,
    macOf,
    passesDiscovery,
  }: {
    command: readonly string[];
    onEnd: (how: string) => void;
    macOf: MacOf | undefined;
    passesDiscovery: boolean;
  }) {
    this.#macOf = macOf;
    this.#state = {...switchState, passesDiscovery};
    using resources = new DisposableStack();
    this.#directory = resources.adopt(mkdtempSync(join(tmpdir(), 'posturelab-')), remove);
    this.#writer = resources.use(new NftSession({command, home: this.#directory, onEnd}));
    this.#reader = resources.use(new NftSession({command, home: this.#directory, onEnd}));
    this.#resources = resources.move();
  }

  /** Makes the table anew, with nothing in it. */
  reset(): Promise<number> {
    return this.#transact(() => ({
      next: {...switchState, passesDiscovery: this.#state.passesDiscovery},
      preparation: [],
      undo: [],
      commands: [
        `add table ${table}`, // so that there is one to delete
        `delete table ${table}`,
        `add table ${table}`,
        `add set ${table} committed { type mark; }`,
        ...(this.#macOf ? steeringCommands(table) : []),
      ],
    }));
  }

  /**
  Enforces on an access port, whose device must be there: everything but ARP and EAPOL is dropped until something is bound.
  Adding a port again, when its device has gone and come back, keeps what is bound to it.
  */
  addPort(port: string): Promise<number> {
    return this.#transact(state => planPort(state, port, this.#macOf?.(port)));
  }

  /**
  Makes the changes at one instant, after those asked for before. Resolves with the generation of the switch's rules, when the
  kernel has committed it and has been read back. Otherwise nothing has changed, and it rejects with the reason.

  An address, and likewise null (all others), has one ACL on a port; a family without one is dropped.
  */
  apply(changes: readonly EnforcementChange[]): Promise<number> {
    return this.#transact(state => planChanges(state, changes));
  }

  /** As the kernel counts now, in the order of installation and evaluation; all entries of all ACLs, also those at 0. */
  counters(): Promise<AceCount[]> {
    return readCounters(this.#reader, this.#state.acls.values());
  }

  /** Of every list that is or was installed, once what was asked for before is done. */
  async hits(): Promise<AclHits[]> {
    await this.#lastTransaction;
    const installed = [...this.#state.acls.values()];
    return this.#past.with(
      installed.map(({acl}) => acl),
      await readCounters(this.#reader, installed),
    );
  }

  /** Ends the children. What is in force stays in force. */
  [Symbol.dispose](): void {
    this.#resources.dispose();
  }

  #transact(plan: (state: EnforcementState) => {next: EnforcementState} & PlannedCommands): Promise<number> {
    const generation = this.#lastTransaction.then(async () => {
      const {next, preparation, undo, commands} = plan(this.#state);
      if (preparation.length > 0) await this.#commit(preparation);
      const committed = await this.#commit(commands).catch(async error => {
        if (undo.length > 0) await this.#commit(undo);
        throw error;
      });
      this.#state = next;
      return committed;
    });
    this.#lastTransaction = generation.then(() => this.#rememberRetired()).catch(() => {});
    return generation;
  }

  /** Nothing leads to them any more, and the next transaction takes their counters away. */
  async #rememberRetired(): Promise<void> {
    const {retired} = this.#state;
    if (retired.length === 0) return;
    const counts = await readLastCounters(this.#reader, retired);
    for (const {acl} of retired) this.#past.add(acl, counts);
  }

  /**
  Commits with the commands the generation that they make, as the one element of a set, and reads it back from the kernel: a
  transaction is whole or nothing, so the number that is read stands for all of it. (The kernel's own number is told by
  `nft monitor` alone, which prints every element of a list before it: with 10,000 entries that took a second more.)

  The commands go by a file, because what nft reads from its terminal it also edits and remembers (measured: 1.4 s instead of
  0.4 for 10,000 rules).
  */
  async #commit(commands: readonly string[]): Promise<number> {
    this.#generation += 1;
    const generation = this.#generation;
    const path = join(this.#directory, 'transaction.nft');
    const stamp = [`flush set ${table} committed`, `add element ${table} committed { ${generation} }`];
    await writeFile(path, `${[...commands, ...stamp].join('\n')}\n`);
    const {documents, complaint} = await this.#writer.run(`include "${path}"`, `list set ${table} committed`);
    if (readStamp(documents[0]) === generation) return generation;
    throw new Error(
      complaint === '' ? 'nft did not commit the transaction, and did not say why.' : shortened(complaint),
    );
  }
}

/** From what `nft -j list set` prints. */
function readStamp(document: unknown): number | undefined {
  const listing = document as {nftables: {set?: {elem?: number[]}}[]} | undefined;
  return listing?.nftables.find(item => item.set)?.set?.elem?.[0];
}

/** nft complains of every command that fails for the same reason. */
function shortened(complaint: string): string {
  return complaint.split('\n').slice(0, 3).join('\n').slice(0, 1000);
}

function remove(path: string): void {
  rmSync(path, {recursive: true, force: true});
}
