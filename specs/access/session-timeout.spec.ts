// How long an authorization holds, as RADIUS says it.
import test from 'ava';
import {sessionTimeout} from '#harness/scenarios/library/session-timeout.ts';
import {playsAlike} from '#specs/flows/in-lab.ts';

for (const scenario of sessionTimeout) test(scenario.claim, playsAlike(scenario));
