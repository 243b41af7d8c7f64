import test from 'ava';
import {hostModes} from '#harness/scenarios/library/host-modes.ts';
import {playsAlike} from '#specs/flows/in-lab.ts';

for (const scenario of hostModes) test(scenario.claim, playsAlike(scenario));
