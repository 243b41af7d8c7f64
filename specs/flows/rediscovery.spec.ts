import test from 'ava';
import {rediscovery} from '#harness/scenarios/rediscovery.ts';
import {plays} from '#specs/flows/in-lab.ts';

test(rediscovery.claim, plays(rediscovery));
