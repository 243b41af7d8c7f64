import type {NadSettings} from '#protocol/nad/contract.ts';

/** What the switch's container is begun with. */
export type NadNodeSettings = NadSettings;
