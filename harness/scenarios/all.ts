import type {Scenario} from '#harness/scenario.ts';
import {daclRace} from '#harness/scenarios/dacl-race.ts';
import {missingDeny} from '#harness/scenarios/missing-deny.ts';
import {posture} from '#harness/scenarios/posture.ts';
import {rediscovery} from '#harness/scenarios/rediscovery.ts';
import {sessionTermination} from '#harness/scenarios/session-termination.ts';
import {syncProbing} from '#harness/scenarios/sync-probing.ts';

/** Every scenario, in the order in which a newcomer should meet them. */
export const scenarios: readonly Scenario[] = [
  posture,
  syncProbing,
  sessionTermination,
  rediscovery,
  missingDeny,
  daclRace,
];
