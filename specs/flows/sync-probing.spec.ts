import test from 'ava';
import {syncProbing} from '#harness/scenarios/sync-probing.ts';
import {playsAlike} from '#specs/flows/in-lab.ts';

test.serial(syncProbing.claim, playsAlike(syncProbing));
