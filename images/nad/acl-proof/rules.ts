import {mkdtempSync, rmSync} from 'node:fs';
import {writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {readCounters} from '#images/nad/counters.ts';
import {type EnforcementState, emptyState, planChanges, planPort, table} from '#images/nad/enforcement-state.ts';
import {NftSession, nftCommand} from '#images/nad/nft.ts';
import type {AceCount, EnforcementChange} from '#protocol/nad/contract.ts';

/**
The switch's rules, by the same plan that `Enforcement` carries out. Without what that keeps of lists that are gone: here thousands
come and go.
*/
export class ProofRules implements Disposable {
  readonly #resources: DisposableStack;
  readonly #directory: string;
  readonly #nft: NftSession;
  #state: EnforcementState = emptyState;

  constructor({onEnd}: {onEnd: (how: string) => void}) {
    using resources = new DisposableStack();
    this.#directory = resources.adopt(mkdtempSync(join(tmpdir(), 'proof-')), path => rmSync(path, {recursive: true}));
    this.#nft = resources.use(new NftSession({command: nftCommand, home: this.#directory, onEnd}));
    this.#resources = resources.move();
  }

  async addPort(port: string): Promise<void> {
    const {next, commands} = planPort(this.#state, port);
    await this.#commit([`add table ${table}`, ...commands]);
    this.#state = next;
  }

  async apply(changes: readonly EnforcementChange[]): Promise<void> {
    const {next, preparation, commands} = planChanges(this.#state, changes);
    await this.#commit(preparation);
    await this.#commit(commands);
    this.#state = next;
  }

  counters(): Promise<AceCount[]> {
    return readCounters(this.#nft, this.#state.acls.values());
  }

  /** What `nft -j list table` prints. */
  async list(): Promise<unknown> {
    const {documents, complaint} = await this.#nft.run(`list table ${table}`);
    if (documents[0] === undefined) throw new Error(`The kernel's rules cannot be read: ${complaint}`);
    return documents[0];
  }

  [Symbol.dispose](): void {
    this.#resources.dispose();
  }

  /** By a file, as there, and in one transaction. nft also says on stderr what kind of terminal it takes this for. */
  async #commit(commands: readonly string[]): Promise<void> {
    const path = join(this.#directory, 'transaction.nft');
    await writeFile(path, `${commands.join('\n')}\n`);
    const {complaint} = await this.#nft.run(`include "${path}"`);
    if (complaint.includes('Error:')) throw new Error(`nft did not take the rules: ${complaint.slice(0, 1000)}`);
  }
}
