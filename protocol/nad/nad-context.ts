import type {HarnessEvent, NadEvent} from '#protocol/event.ts';
import type {NadEffect, NadSettings, NadStep} from '#protocol/nad/contract.ts';
import type {RadiusPacket} from '#protocol/radius/packet.ts';
import type {Endpoint, RandomBytes} from '#protocol/role.ts';
import type {Steps} from '#protocol/steps.ts';
import type {WallClock} from '#protocol/wall-clock.ts';

/** What the parts of the switch share: what they were given, and where they put what is to be done. */
export interface NadContext {
  readonly settings: NadSettings;
  readonly clock: WallClock;
  readonly randomBytes: RandomBytes;
  readonly steps: Steps<NadStep, StepAction>;
  emit(effect: NadEffect): void;
  record(event: NadEvent | HarnessEvent): void;
  /** Something that decides what is in force on the ports has changed. */
  touch(): void;
}

/** What can stand before a gate. */
export type StepAction =
  | {kind: 'answer-coa'; request: RadiusPacket; from: Endpoint; secret: string}
  | {kind: 'authenticate'; sessionId: string}
  | {kind: 'ask-for-acl'; acl: string}
  | {kind: 'install'; sessionId: string}
  | {kind: 'learn-address'; port: string; mac: string; address: string};
