/** Bugs for exploration to find. Each is one that somebody could really write. */
import {postureConfigurationDetection} from '#harness/scenarios/missing-deny.ts';
import type {Sabotage} from '#harness/simulator/sabotage.ts';
import type {AgentEffect, AgentInput} from '#protocol/agent/contract.ts';
import type {HttpResponse} from '#protocol/http.ts';
import type {EnforcementChange, NadEffect} from '#protocol/nad/contract.ts';
import type {PsnEffect, PsnInput} from '#protocol/psn/contract.ts';
import type {Role} from '#protocol/role.ts';

export interface PlantedBug {
  what: string;
  sabotage: Sabotage;
}

export const plantedBugs: PlantedBug[] = [
  {
    what: 'the packet filter leaves out the first entry of every list',
    sabotage: {packetFilter: changes => changes.map(change => withoutFirstEntry(change))},
  },
  {
    what: 'the packet filter takes a list and reports success before it is bound',
    sabotage: {packetFilter: changes => changes.filter(change => change.kind !== 'bind' || change.address === null)},
  },
  {
    what: 'the switch keeps the first list of an address for ever',
    sabotage: {nad: role => withEffects(role, keepFirstBinding())},
  },
  {
    what: 'the switch never does anything late: its timers are lost',
    sabotage: {nad: role => ({handle: (input, nowMs) => role.handle(input, nowMs), wakeAtMs: () => undefined})},
  },
  {
    what: 'the switch throws when a CoA names a session that it does not have',
    sabotage: {nad: role => withEffects(role, throwOn(isNak))},
  },
  {
    what: 'a PSN forgets to raise the alarm',
    sabotage: {psn: role => withEffects(role, effect => (isAlarm(effect) ? [] : [effect]))},
  },
  {
    what: 'a PSN raises the alarm for every probe',
    sabotage: {psn: role => withEffects(role, effect => (isUnknownProbe(effect) ? [effect, falseAlarm] : [effect]))},
  },
  {
    what: 'a PSN answers every probe Compliant',
    sabotage: {psn: role => withEffects(role, effect => [alwaysCompliant(effect)])},
  },
  {
    what: 'a PSN settles a report and never tells the switch',
    sabotage: {psn: role => withEffects(role, effect => (isAboutCoa(effect) ? [] : [effect]))},
  },
  {
    what: 'a PSN loses a session when it has taken a report for it',
    sabotage: {psn: role => loseSessionAfterReport(role)},
  },
  {
    what: 'the agent forgets its latch on a rescan',
    sabotage: {agent: role => forgetLatchOnRescan(role)},
  },
  {
    what: 'the agent stops its interval timer when a round was silent',
    sabotage: {agent: role => loseTimerAfterRound(role)},
  },
  {
    what: 'the agent waits for half of the transition delay',
    sabotage: {agent: role => withEffects(role, effect => [announceTwice(effect)])},
  },
  {
    what: 'the agent takes an Unknown answer for silence',
    sabotage: {agent: role => withInputs(role, unknownIsSilence)},
  },
];

function withEffects<Input, Effect>(
  role: Role<Input, Effect>,
  change: (effect: Effect) => Effect[],
): Role<Input, Effect> {
  return {handle: (input, nowMs) => role.handle(input, nowMs).flatMap(change), wakeAtMs: () => role.wakeAtMs()};
}

function withInputs<Input, Effect>(role: Role<Input, Effect>, change: (input: Input) => Input): Role<Input, Effect> {
  return {handle: (input, nowMs) => role.handle(change(input), nowMs), wakeAtMs: () => role.wakeAtMs()};
}

function withoutFirstEntry(change: EnforcementChange): EnforcementChange {
  if (change.kind !== 'install-acl' || change.acl.name.startsWith('Auth-Default')) return change;
  return {...change, acl: {...change.acl, entries: change.acl.entries.slice(1)}};
}

function keepFirstBinding(): (effect: NadEffect) => NadEffect[] {
  const bound = new Set<string>();
  return effect => {
    if (effect.kind !== 'enforce') return [effect];
    const changes = effect.changes.filter(change => {
      if (change.kind === 'remove-acl') return false; // what is still bound cannot go
      if (change.kind !== 'bind' || change.address === null) return change.kind !== 'unbind';
      const isFirst = !bound.has(change.address);
      bound.add(change.address);
      return isFirst;
    });
    return [{...effect, changes}];
  };
}

function throwOn(matches: (effect: NadEffect) => boolean): (effect: NadEffect) => NadEffect[] {
  return effect => {
    if (matches(effect)) throw new TypeError("Cannot read properties of undefined (reading 'port')");
    return [effect];
  };
}

function isNak(effect: NadEffect): boolean {
  return effect.kind === 'record' && effect.event.kind === 'coa-answered' && effect.event.code.endsWith('NAK');
}

function isAlarm(effect: PsnEffect): boolean {
  return (
    effect.kind === 'record' &&
    effect.event.kind === 'alarm-raised' &&
    effect.event.alarm === postureConfigurationDetection
  );
}

function isUnknownProbe(effect: PsnEffect): boolean {
  return effect.kind === 'record' && effect.event.kind === 'probe-received' && effect.event.status !== 'Compliant';
}

const falseAlarm: PsnEffect = {
  kind: 'record',
  event: {kind: 'alarm-raised', alarm: postureConfigurationDetection, severity: 'Warning', details: {}},
};

function alwaysCompliant(effect: PsnEffect): PsnEffect {
  if (effect.kind !== 'https-respond' || !effect.requestId.startsWith('8449 ')) return effect;
  const headers = {...effect.response.headers, 'x-emu-posture-status': 'Compliant'};
  return {...effect, response: {...effect.response, headers}};
}

function isAboutCoa(effect: PsnEffect): boolean {
  if (effect.kind === 'send') return effect.localPort === 0;
  if (effect.kind !== 'record') return false;
  return effect.event.kind.startsWith('coa-') || (effect.event.kind === 'alarm-raised' && !isAlarm(effect));
}

function loseSessionAfterReport(role: Role<PsnInput, PsnEffect>): Role<PsnInput, PsnEffect> {
  return {
    handle(input, nowMs) {
      const effects = role.handle(input, nowMs);
      const reported = effects.find(effect => effect.kind === 'record' && effect.event.kind === 'posture-reported');
      if (reported?.kind !== 'record' || reported.event.kind !== 'posture-reported') return effects;
      const {mac} = reported.event;
      const after = role.handle({kind: 'command', id: '', command: {name: 'end-session', mac, how: 'delete'}}, nowMs);
      return [...effects, ...after.filter(effect => !isTermination(effect))];
    },
    wakeAtMs: () => role.wakeAtMs(),
  };
}

function isTermination(effect: PsnEffect): boolean {
  return effect.kind === 'reply' || (effect.kind === 'record' && effect.event.kind === 'session-terminated');
}

function forgetLatchOnRescan(role: Role<AgentInput, AgentEffect>): Role<AgentInput, AgentEffect> {
  return {
    handle(input, nowMs) {
      if (input.kind !== 'command' || input.command.name !== 'rescan') return role.handle(input, nowMs);
      const effects = role.handle({...input, command: {name: 'restart-service'}}, nowMs);
      return effects.filter(effect => effect.kind !== 'record' || effect.event.kind !== 'service-started');
    },
    wakeAtMs: () => role.wakeAtMs(),
  };
}

function loseTimerAfterRound(role: Role<AgentInput, AgentEffect>): Role<AgentInput, AgentEffect> {
  let isLost = false;
  return {
    handle(input, nowMs) {
      const effects = role.handle(input, nowMs);
      isLost = effects.some(effect => effect.kind === 'record' && effect.event.kind === 'sync-round-finished');
      return effects;
    },
    wakeAtMs: () => (isLost ? undefined : role.wakeAtMs()),
  };
}

function announceTwice(effect: AgentEffect): AgentEffect {
  if (effect.kind !== 'record' || effect.event.kind !== 'sync-started') return effect;
  return {...effect, event: {...effect.event, delayMs: 2 * effect.event.delayMs}};
}

function unknownIsSilence(input: AgentInput): AgentInput {
  if (input.kind !== 'https-response' || !isBareStatus(input.response)) return input;
  if (!['Unknown', 'Pending'].includes(input.response.headers['x-emu-posture-status'] ?? '')) return input;
  const {connectionId} = input;
  return {kind: 'https-failed', connectionId, failure: {reason: 'timeout', detail: 'no response'}};
}

/** Answers to probes carry a status and no probe port; answers to discovery carry both. */
function isBareStatus({headers}: HttpResponse): boolean {
  return headers['x-emu-probe-port'] === undefined;
}
