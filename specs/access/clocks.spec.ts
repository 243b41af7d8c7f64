import test from 'ava';
import {clocks} from '#harness/scenarios/library/clocks.ts';
import {plays} from '#specs/flows/in-lab.ts';

for (const scenario of clocks) test(scenario.claim, plays(scenario));
