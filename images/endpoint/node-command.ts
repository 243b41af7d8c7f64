import type {AgentCommand} from '#protocol/agent/contract.ts';

/** What the container understands besides the agent's own commands; `restart-service` and `replace-profile` read files. */
export type NodeCommand =
  | Exclude<AgentCommand, {name: 'restart-service' | 'replace-profile'}>
  | {name: 'restart-service'}
  | {name: 'replace-profile'; xml: string}
  | {name: 'link'; up: boolean}
  /** Whether the host answers ARP; a silent one still knows its gateway. */
  | {name: 'answer-arp'; answers: boolean}
  /** The same of neighbour discovery. */
  | {name: 'answer-discovery'; answers: boolean}
  /** `ipconfig /renew` and `/release`. */
  | {name: 'lease'; does: 'renew' | 'release'}
  | {name: 'read-log'}
  /** Every PSN of the lab at that port. */
  | {name: 'start-gap-meter'; port: number}
  | {name: 'stop-gap-meter'};
