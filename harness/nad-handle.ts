import type {Lab} from '#harness/lab.ts';
import {nodesOf} from '#harness/topology.ts';
import type {AclHits} from '#protocol/nad/acl-hits.ts';
import type {AceCount, NadCommand, NadStep, NadView} from '#protocol/nad/contract.ts';

/** What an engineer can do at the switch. */
export interface NadHandle {
  readonly node: string;
  /** Closes the gate at a step: what gets there waits, and `gate-reached` tells that something does. */
  hold(step: NadStep): Promise<void>;
  release(step: NadStep): Promise<void>;
  /** Lets what waits at a gate pass, and closes it again before anything else can. */
  letOnePass(step: NadStep): Promise<void>;
  setDelay(step: NadStep, delayMs: number): Promise<void>;
  setPort(port: string, up: boolean): Promise<void>;
  clearSession(port: string): Promise<void>;
  /** `reload`: tells what it has to tell, and starts from nothing. What takes its power away without a word is `Lab.stopNode`. */
  reload(): Promise<void>;
  /** One line typed at the prompt, and what the switch prints. */
  cli(line: string): Promise<string>;
  view(): Promise<NadView>;
  counters(): Promise<AceCount[]>;
  /** Of every list that is or was installed since the switch started. */
  hits(): Promise<AclHits[]>;
}

export function nadOf(lab: Lab): NadHandle {
  const node = nodesOf(lab.topology, 'nad')[0]?.[0] ?? '';
  const tell = async (command: NadCommand) => void (await lab.call(node, command));
  return {
    node,
    hold: step => tell({name: 'hold', step}),
    release: step => tell({name: 'release', step}),
    letOnePass: async step => void (await Promise.all([tell({name: 'release', step}), tell({name: 'hold', step})])),
    setDelay: (step, delayMs) => tell({name: 'set-delay', step, delayMs}),
    setPort: (port, up) => tell({name: 'set-port', port, up}),
    clearSession: port => tell({name: 'clear-session', port}),
    async reload() {
      await tell({name: 'prepare-reload'});
      await lab.stopNode(node);
      await lab.startNode(node);
    },
    cli: async line => String(await lab.call(node, cliCommand(line))),
    view: async () => (await lab.call(node, {name: 'view'})) as NadView,
    counters: async () => (await lab.call(node, {name: 'counters'})) as AceCount[],
    hits: async () => (await lab.call(node, {name: 'hits'})) as AclHits[],
  };
}

/** By which method a session was authenticated. */
export function methodOf(session: NadView['sessions'][number] | undefined): 'dot1x' | 'mab' | undefined {
  return session?.methods.find(({state}) => state === 'Authc Success')?.method;
}

const cliCommand = (line: string): {name: 'cli'; line: string} => ({name: 'cli', line});
