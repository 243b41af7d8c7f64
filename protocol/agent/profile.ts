import {type FieldReading, profileFields} from '#protocol/agent/profile-fields.ts';

/**
The agent's posture profile, ISEPostureCFG.xml: every field of domain.md 8.2. The emulated agent acts on the state sync
fields, the transition delay, the remediation timer, call home list, server name rules and the rescan button; the rest is
checked and shown.
*/
export interface Profile {
  /** `StateSyncProbeInterval`. 0 and absent (`null`) both mean that state sync is off, but only 0 is somebody's decision. */
  stateSyncProbeIntervalS: number | null;
  /** *Posture probing Backup List*. The real element's name was not found; `StateSyncProbeBackupList` is ours. */
  stateSyncProbeBackupList: string[];
  networkTransitionDelayS: number;
  callHomeList: CallHome[];
  /** Wildcards; a PSN's name must match one of them. */
  serverNameRules: string[];
  discoveryHost: string;
  remediationTimerMin: number;
  praRetransmissionTimeS: number;
  warningTimerMin: number;
  enableRescanButton: boolean;
  enableAgentIpRefresh: boolean;
  vlanDetectIntervalS: number;
  pingArp: 'ping' | 'arp' | 'ping-then-arp';
  pingMaxTimeoutS: number;
  dhcpRenewDelayS: number;
  dhcpReleaseDelayS: number;
  operateOnNonDot1XWireless: boolean;
  cwaByodProbingIntervalS: number;
  signatureCheck: boolean;
  disableUac: boolean;
  stealthWithNotification: boolean;
  dartCount: number;
  logFileSizeMb: number;
  nonCompliantTitle: string;
  nonCompliantDescriptionDetails: string;
  nonCompliantButtonText: string;
  nonCompliantButtonLink: string;
  gracePeriodStartDescription: string;
  gracePeriodStartDescriptionDetails: string;
}

export interface CallHome {
  host: string;
  port: number;
}

/** One element below the root, as it stands in the file; `line` and `column` count from 1. */
export interface XmlElement {
  name: string;
  value: string;
  line: number;
  column: number;
}

export interface ProfileProblem {
  severity: 'error' | 'warning';
  code: 'xml' | 'value' | 'duplicate' | 'spelling' | 'foreign';
  line: number;
  column: number;
  message: string;
  fix: string;
}

/**
`read`: the profile is in force; its problems are warnings, and `unknown` holds the elements that nobody here knows.
`digest` is of the file's text, where it was read from one.
`refused`: it has an error, told in `problems`. `absent`: there is no file.

One error refuses the whole profile. ISE's GUI does not save a profile with a field out of range, so no real agent ever
runs with half of one; a verdict about such a mixture would be a verdict about a configuration that cannot exist.
*/
export type ProfileResult =
  | {kind: 'read'; profile: Profile; problems: ProfileProblem[]; unknown: XmlElement[]; digest?: string}
  | {kind: 'refused'; problems: ProfileProblem[]}
  | {kind: 'absent'};

const fieldNames = Object.keys(profileFields) as (keyof Profile)[];
const elementNames = new Set<string>(fieldNames.map(name => profileFields[name].element));

/** What holds where the file says nothing. */
export const defaultProfile: Readonly<Profile> = defaults();

/** Builds a profile from the elements of the file. Missing and empty elements mean the default; unknown ones are kept aside. */
export function readProfile(elements: readonly XmlElement[]): ProfileResult {
  const profile = {...defaultProfile};
  const problems = [...foreign(elements), ...duplicates(elements)];
  for (const name of fieldNames) {
    const element = elements.find(candidate => candidate.name === profileFields[name].element);
    if (element !== undefined) problems.push(...readInto(profile, name, element));
  }
  const unknown = elements.filter(element => !elementNames.has(element.name));
  problems.push(...unknown.flatMap(spelling));
  problems.sort((a, b) => a.line - b.line || a.column - b.column);
  if (problems.some(problem => problem.severity === 'error')) return {kind: 'refused', problems};
  return {kind: 'read', profile, problems, unknown};
}

/** The profile that is in force after reading. */
export function profileOf(result: ProfileResult): Profile {
  return result.kind === 'read' ? result.profile : defaultProfile;
}

/** `line 4, column 3: StateSyncProbeInterval is 900, …` */
export function describeProblem({line, column, message, fix}: ProfileProblem): string {
  return `line ${line}, column ${column}: ${message}; ${fix}`;
}

function defaults(): Profile {
  const profile: Partial<Profile> = {};
  const set = <Name extends keyof Profile>(name: Name) => {
    profile[name] = profileFields[name].absent;
  };
  fieldNames.forEach(set);
  return profile as Profile; // the table has every field: its type says so
}

function readInto<Name extends keyof Profile>(profile: Profile, name: Name, element: XmlElement): ProfileProblem[] {
  const text = element.value.trim();
  if (text === '') return [];
  const reading: FieldReading<Profile[Name]> = profileFields[name].read(text);
  const at = {line: element.line, column: element.column};
  if (reading.kind === 'wrong') {
    const message = `${element.name} is ${JSON.stringify(clip(text))}, ${reading.why}`;
    return [{severity: 'error', code: 'value', ...at, message, fix: reading.fix}];
  }
  profile[name] = reading.value;
  if (reading.warning === undefined) return [];
  return [{severity: 'warning', code: 'value', ...at, message: `${element.name} ${reading.warning}`, fix: reading.fix}];
}

/** A file in which nothing is known is hardly the user's profile, and would switch state sync off without a word. */
function foreign(elements: readonly XmlElement[]): ProfileProblem[] {
  if (elements.some(element => elementNames.has(element.name))) return [];
  return [
    {
      severity: 'warning',
      code: 'foreign',
      line: 1,
      column: 1,
      message: 'the file has no element of a posture profile, so every field has its default',
      fix: 'check that it is ISEPostureCFG.xml',
    },
  ];
}

/** Which of two the real agent would take is not known, so neither is taken. */
function duplicates(elements: readonly XmlElement[]): ProfileProblem[] {
  const first = new Map<string, XmlElement>();
  return elements.flatMap(element => {
    const before = first.get(element.name);
    if (before === undefined) first.set(element.name, element);
    if (before === undefined || !elementNames.has(element.name)) return [];
    return [
      {
        severity: 'error',
        code: 'duplicate',
        line: element.line,
        column: element.column,
        message: `${element.name} is there twice, first in line ${before.line}`,
        fix: 'keep one of them',
      },
    ];
  });
}

/** An element that differs from a known one in nothing but case is ignored like any unknown one, which nobody expects. */
function spelling({name, line, column}: XmlElement): ProfileProblem[] {
  const meant = [...elementNames].find(known => known.toLowerCase() === name.toLowerCase());
  if (meant === undefined) return [];
  return [
    {
      severity: 'warning',
      code: 'spelling',
      line,
      column,
      message: `the element ${name} is not known and is ignored`,
      fix: `write ${meant}`,
    },
  ];
}

const clip = (text: string): string => (text.length <= 60 ? text : `${text.slice(0, 60)}…`);
