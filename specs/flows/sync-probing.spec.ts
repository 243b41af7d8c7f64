import test from 'ava';
import {syncProbing} from '#harness/scenarios/sync-probing.ts';
import {plays} from '#specs/flows/in-lab.ts';

test.serial(syncProbing.claim, plays(syncProbing));
