import test from 'ava';
import {syncProbing} from '#harness/scenarios/sync-probing.ts';
import {plays} from '#specs/flows/in-lab.ts';

test(syncProbing.claim, plays(syncProbing));
