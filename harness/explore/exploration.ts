/** A story by chance: a lab with its settings, and what users, administrators and misfortune do to it. Plain data, so that it can be kept. */

import {Random} from '#harness/simulator/random.ts';
import type {Impairment} from '#protocol/link/impairment.ts';
import type {NadStep} from '#protocol/nad/contract.ts';
import type {PostureStatus} from '#protocol/posture/status.ts';

export interface Exploration {
  seed: number;
  circumstances: Circumstances;
  steps: Step[];
}

export interface Circumstances {
  compliantDacl: DaclText;
  replication: boolean;
  ipUnknownPolicy: 'notEnforced' | 'anySource';
  delayS: number;
  intervalS: number;
}

export type DaclText = 'correct' | 'without denies' | 'psn1 only';

export interface Step {
  /** After the step before. */
  afterMs: number;
  deed: Deed;
}

export type Deed =
  | {kind: 'rescan' | 'restart-service' | 'clear-session'}
  | {kind: 'unplug'; forMs: number}
  | {kind: 'set-firewall'; isOn: boolean}
  | {kind: 'replace-profile'; delayS: number; intervalS: number}
  | {kind: 'end-session'; how: 'terminate' | 'bounce' | 'delete'}
  | {kind: 'reauthenticate'; type: 'default' | 'last' | 'rerun'}
  | {kind: 'set-status'; status: PostureStatus}
  | {kind: 'save-dacl'; text: DaclText}
  | {kind: 'power-off' | 'pause'; node: string; forMs: number}
  | {kind: 'cut-cable'; end: string; forMs: number}
  | {kind: 'rough-link'; end: string; forMs: number; impairment: Impairment}
  | {kind: 'drift'; node: string; partsPerMillion: number}
  | {kind: 'slow-down'; step: NadStep; delayMs: number}
  | {kind: 'hold'; step: NadStep; forMs: number};

export const nadSteps = ['coa', 'reauth', 'acl-download', 'acl-install', 'ipdt'] as const satisfies NadStep[];
export const nodes = ['endpoint', 'nad', 'psn1', 'psn2'] as const;
export const ends = ['endpoint:eth0', 'psn1:eth0', 'psn2:eth0'] as const;

/** The longest that anything lasts. */
export const longestMs = 40_000;

export function exploration(seed: number): Exploration {
  const random = new Random(seed, 'exploration');
  const circumstances: Circumstances = {
    compliantDacl: random.happens(0.2) ? random.pick(['without denies', 'psn1 only'] as const) : 'correct',
    replication: !random.happens(0.25),
    ipUnknownPolicy: random.pick(['notEnforced', 'anySource']),
    delayS: random.between(2, 12),
    intervalS: random.happens(0.05) ? 0 : random.between(5, 20),
  };
  const count = random.between(1, 8);
  const steps = Array.from({length: count}, () => ({afterMs: gapMs(random), deed: someDeed(random)}));
  return {seed, circumstances, steps};
}

/** Often close together, because that is where things cross. */
function gapMs(random: Random): number {
  return random.happens(0.4) ? random.between(0, 50) : random.between(0, 20_000);
}

function someDeed(random: Random): Deed {
  const forMs = random.between(1, longestMs);
  const makers: (() => Deed)[] = [
    () => ({kind: 'rescan'}),
    () => ({kind: 'restart-service'}),
    () => ({kind: 'clear-session'}),
    () => ({kind: 'unplug', forMs}),
    () => ({kind: 'set-firewall', isOn: random.happens(0.5)}),
    () => ({kind: 'replace-profile', delayS: random.between(2, 12), intervalS: random.between(5, 20)}),
    () => ({kind: 'end-session', how: random.pick(['terminate', 'bounce', 'delete'])}),
    () => ({kind: 'end-session', how: 'terminate'}),
    () => ({kind: 'reauthenticate', type: random.pick(['default', 'last', 'rerun'])}),
    () => ({kind: 'set-status', status: random.pick(['Unknown', 'Compliant', 'NonCompliant'])}),
    () => ({kind: 'save-dacl', text: random.pick(['correct', 'without denies', 'psn1 only'])}),
    () => ({kind: 'power-off', node: random.pick(nodes), forMs}),
    () => ({kind: 'pause', node: random.pick(nodes), forMs}),
    () => ({kind: 'cut-cable', end: random.pick(ends), forMs}),
    () => ({kind: 'rough-link', end: random.pick(ends), forMs, impairment: someImpairment(random)}),
    () => ({kind: 'drift', node: random.pick(nodes), partsPerMillion: random.between(-300, 300)}),
    () => ({kind: 'slow-down', step: random.pick(nadSteps), delayMs: random.between(0, 15_000)}),
    () => ({kind: 'hold', step: random.pick(nadSteps), forMs}),
  ];
  return random.pick(makers)();
}

function someImpairment(random: Random): Impairment {
  return {
    delayMs: random.between(1, 300),
    jitterMs: random.between(0, 300),
    loss: random.fraction() * 0.5,
    duplication: random.fraction() * 0.3,
    reordering: random.fraction() * 0.3,
    rateBitS: random.happens(0.3) ? random.between(100_000, 10_000_000) : null,
    cut: random.happens(0.1),
  };
}
