import test from 'ava';
import {rediscovery} from '#harness/scenarios/rediscovery.ts';
import {playsAlike} from '#specs/flows/in-lab.ts';

test(rediscovery.claim, playsAlike(rediscovery));
