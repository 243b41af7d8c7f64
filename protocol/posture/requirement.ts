/** A fact about a host, by name: `{firewall: true, 'av.definitions.ageDays': 2, 'file:C:/secure.txt': 'present'}`. */
export type HostFacts = Record<string, string | number | boolean>;

/**
One posture requirement: what a fact of the host must be. A mandatory one that fails makes the endpoint NonCompliant, an
optional or audit one does not (domain.md 2.1; the comparison operators are ours).
*/
export interface Requirement {
  name: string;
  fact: string;
  operator: 'equals' | 'notEquals' | 'atLeast' | 'atMost' | 'exists';
  /** Not used by `exists`. */
  value?: string | number | boolean;
  enforcement: 'mandatory' | 'optional' | 'audit';
}

export interface RequirementResult {
  name: string;
  passed: boolean;
  enforcement: Requirement['enforcement'];
}

/** What the agent sends after its checks. */
export interface PostureReport {
  sessionId: string;
  agentVersion: string;
  operatingSystem: string;
  results: RequirementResult[];
}

/** Whether the host's facts meet the requirement; a fact that the host does not have meets none. */
export function meets(requirement: Requirement, facts: HostFacts): boolean {
  const fact = Object.hasOwn(facts, requirement.fact) ? facts[requirement.fact] : undefined;
  if (fact === undefined) return false;
  const {value} = requirement;
  switch (requirement.operator) {
    case 'exists':
      return true;
    case 'equals':
      return fact === value;
    case 'notEquals':
      return fact !== value;
    case 'atLeast':
      return typeof fact === 'number' && typeof value === 'number' && fact >= value;
    case 'atMost':
      return typeof fact === 'number' && typeof value === 'number' && fact <= value;
  }
}

/** Compliant unless a mandatory requirement failed. */
export function isCompliant(results: readonly RequirementResult[]): boolean {
  return results.every(result => result.passed || result.enforcement !== 'mandatory');
}
