import type {PsnSettings, PsnView} from '#protocol/psn/contract.ts';
import type {Outbox} from '#protocol/psn/outbox.ts';
import type {ProvisionedProfile} from '#protocol/psn/provisioned-profile.ts';
import type {Records} from '#protocol/psn/records.ts';
import type {SessionCache} from '#protocol/psn/session-cache.ts';
import type {RandomBytes} from '#protocol/role.ts';
import type {WallClock} from '#protocol/wall-clock.ts';

/** What the parts of one policy node share. */
export interface NodeState {
  readonly settings: PsnSettings;
  readonly clock: WallClock;
  readonly randomBytes: RandomBytes;
  readonly sessions: SessionCache;
  /** ISEPostureCFG.xml of client provisioning; null: none. */
  agentProfile: ProvisionedProfile | null;
  readonly records: Records;
  readonly outbox: Outbox;
  readonly counters: PsnView['counters'];
}
