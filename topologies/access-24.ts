import {accessSwitch} from '#topologies/access-switch.ts';

/** A full access switch of 24 ports. */
export const topology = accessSwitch(24);
