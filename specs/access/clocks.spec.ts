import test from 'ava';
import {clocks} from '#harness/scenarios/library/clocks.ts';
import {playsAlike} from '#specs/flows/in-lab.ts';

for (const scenario of clocks) test(scenario.claim, playsAlike(scenario));
