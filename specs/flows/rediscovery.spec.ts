import test from 'ava';
import {rediscovery} from '#harness/scenarios/rediscovery.ts';
import {plays} from '#specs/flows/in-lab.ts';

test.serial(rediscovery.claim, plays(rediscovery));
