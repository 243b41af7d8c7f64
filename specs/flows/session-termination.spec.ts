import test from 'ava';
import {sessionTermination} from '#harness/scenarios/session-termination.ts';
import {playsAlike} from '#specs/flows/in-lab.ts';

test(sessionTermination.claim, playsAlike(sessionTermination));
