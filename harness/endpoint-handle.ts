import type {Lab} from '#harness/lab.ts';
import {agentsOf} from '#harness/topology.ts';
import type {AgentStep, AgentView} from '#protocol/agent/contract.ts';
import type {HostFacts} from '#protocol/posture/requirement.ts';

/** What a user and an engineer can do at the endpoint. */
export interface EndpointHandle {
  readonly node: string;
  readonly mac: string;
  readonly address: string;
  /** *Scan again* in the agent's window. */
  rescan(): Promise<void>;
  /** Restarts the agent's service: the only thing that clears the latch (TAC 222483). */
  restartService(): Promise<void>;
  linkDown(): Promise<void>;
  linkUp(): Promise<void>;
  /** Whether the host answers ARP, and asks (domain.md 11.22). A silent one goes on knowing its gateway. */
  answerArp(answers: boolean): Promise<void>;
  /** The same of IPv6's neighbour discovery. */
  answerDiscovery(answers: boolean): Promise<void>;
  /** `ipconfig /renew`: asks for a longer lease, or without one for a new one. An unanswered question costs the lease (RFC 2131 4.4.5). */
  renewLease(): Promise<void>;
  /** `ipconfig /release`. */
  releaseLease(): Promise<void>;
  changeFacts(facts: HostFacts): Promise<void>;
  /** Replaces ISEPostureCFG.xml by this text. */
  replaceProfile(xml: string): Promise<void>;
  hold(step: AgentStep): Promise<void>;
  release(step: AgentStep): Promise<void>;
  view(): Promise<AgentView>;
  /** AnyConnect_ISEPosture.txt, whole. */
  readLog(): Promise<string>;
}

/** The lab's endpoint (the first that is no phone), or the one of that name. */
export function endpointOf(lab: Lab, node = agentsOf(lab.topology)[0]?.[0] ?? ''): EndpointHandle {
  const declared = lab.topology.nodes[node];
  if (declared?.kind !== 'endpoint') throw new Error(`${node} is no endpoint of lab ${lab.name}`);
  const ofDhcp = <Command extends {name: string}>(literal: Command): Command => {
    if (declared.dhcp !== true) throw new Error(`${node} of lab ${lab.name} has no DHCP: there is no lease`);
    return literal;
  };
  const tell = async (command: {name: string}) => void (await lab.call(node, command));
  return {
    node,
    mac: declared.mac,
    address: declared.address.split('/')[0] ?? '',
    rescan: () => tell({name: 'rescan'}),
    restartService: () => tell({name: 'restart-service'}),
    linkDown: () => tell(command({name: 'link', up: false})),
    linkUp: () => tell(command({name: 'link', up: true})),
    answerArp: answers => tell(command({name: 'answer-arp', answers})),
    answerDiscovery: answers => tell(command({name: 'answer-discovery', answers})),
    renewLease: () => tell(ofDhcp({name: 'lease', does: 'renew'})),
    releaseLease: () => tell(ofDhcp({name: 'lease', does: 'release'})),
    changeFacts: facts => tell(command({name: 'change-facts', facts})),
    replaceProfile: xml => tell(command({name: 'replace-profile', xml})),
    hold: step => tell(command({name: 'hold', step})),
    release: step => tell(command({name: 'release', step})),
    view: async () => (await lab.call(node, {name: 'view'})) as AgentView,
    readLog: async () => String(await lab.call(node, {name: 'read-log'})),
  };
}

/** Lets a literal with more fields than `name` through where only the name is fixed. */
const command = <Command extends {name: string}>(literal: Command): Command => literal;
