import test from 'ava';
import {restarts} from '#harness/scenarios/library/restarts.ts';
import {playsAlike} from '#specs/flows/in-lab.ts';

for (const scenario of restarts) test(scenario.claim, playsAlike(scenario));
