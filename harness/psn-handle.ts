import type {Lab} from '#harness/lab.ts';
import {phoneGroup} from '#harness/policy-plan.ts';
import {nodesOf} from '#harness/topology.ts';
import type {Requirement} from '#protocol/posture/requirement.ts';
import type {PostureStatus} from '#protocol/posture/status.ts';
import type {PsnCommand, PsnStep, PsnView} from '#protocol/psn/contract.ts';

/** What an administrator can do at one policy node. */
export interface PsnHandle {
  readonly node: string;
  /** Ends the session of a MAC: by Disconnect, port bounce or port shutdown, or only in the PSN's own records. */
  endSession(mac: string, how?: 'terminate' | 'bounce' | 'disable' | 'delete'): Promise<void>;
  reauthenticate(mac: string, type?: 'default' | 'last' | 'rerun'): Promise<void>;
  setPostureStatus(mac: string, status: PostureStatus): Promise<void>;
  setReplication(enabled: boolean): Promise<void>;
  hold(step: PsnStep): Promise<void>;
  release(step: PsnStep): Promise<void>;
  /** A call of the MnT REST API at this node, such as `CoA/Reauth/psn1/00:50:56:A8:BE:02/1`. */
  mnt(call: string): Promise<{status: number; body: string}>;
  view(): Promise<PsnView>;
}

/** What an administrator edits once for the whole deployment; it reaches every running PSN. */
export interface AdminHandle {
  /** Saves a dACL; every save gives it a new version, even with the same text (domain.md 5.4). */
  saveDacl(name: string, text: string): Promise<void>;
  deleteDacl(name: string): Promise<void>;
  saveRequirements(requirements: Requirement[]): Promise<void>;
  /** Puts just these MACs into the identity group of phones. */
  savePhones(macs: string[]): Promise<void>;
  /** Saves the ISEPostureCFG.xml that client provisioning has for agents that are redirected. */
  saveAgentProfile(xml: string): Promise<void>;
}

export function psnOf(lab: Lab, node = nodesOf(lab.topology, 'psn')[0]?.[0] ?? ''): PsnHandle {
  if (lab.topology.nodes[node]?.kind !== 'psn') throw new Error(`${node} is no PSN of lab ${lab.name}`);
  const tell = async (command: PsnCommand) => void (await lab.call(node, command));
  return {
    node,
    endSession: (mac, how = 'terminate') => tell({name: 'end-session', mac, how}),
    reauthenticate: (mac, type = 'last') => tell({name: 'reauthenticate', mac, type}),
    setPostureStatus: (mac, status) => tell({name: 'set-posture-status', mac, status}),
    setReplication: enabled => tell({name: 'set-replication', enabled}),
    hold: step => tell({name: 'hold', step}),
    release: step => tell({name: 'release', step}),
    mnt: async call => (await lab.call(node, mntCall(call))) as {status: number; body: string},
    view: async () => (await lab.call(node, {name: 'view'})) as PsnView,
  };
}

const mntCall = (call: string): PsnCommand => ({name: 'mnt-call', path: `/admin/API/mnt/${call}`});

export function adminOf(lab: Lab): AdminHandle {
  const tellAll = async (command: PsnCommand) => {
    await Promise.all(nodesOf(lab.topology, 'psn').map(([node]) => lab.call(node, command)));
  };
  return {
    saveDacl: (name, text) => tellAll({name: 'save-dacl', dacl: {name, text, savedAtS: savedAtS(lab)}}),
    deleteDacl: dacl => tellAll({name: 'delete-dacl', dacl}),
    saveRequirements: requirements => tellAll({name: 'save-policy', requirements}),
    savePhones: macs => tellAll({name: 'save-policy', identityGroups: [{name: phoneGroup, macs}]}),
    saveAgentProfile: xml => tellAll({name: 'save-agent-profile', xml}),
  };
}

/** The second of a save, of which no two are the same in one lab: the version suffix must change with every save. */
function savedAtS(lab: Lab): number {
  const last = lastSaveS.get(lab) ?? labEpochS;
  const nowS = Math.max(last + 1, labEpochS + Math.floor(lab.nowMs() / 1000));
  lastSaveS.set(lab, nowS);
  return nowS;
}

const lastSaveS = new WeakMap<Lab, number>();

/** Unix time at lab time 0, the same in every lab so that runs compare: 2022-11-09 12:22:00 UTC, the day of TAC 222483's logs. */
export const labEpochS = 1_667_996_520;
