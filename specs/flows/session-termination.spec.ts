import test from 'ava';
import {sessionTermination} from '#harness/scenarios/session-termination.ts';
import {plays} from '#specs/flows/in-lab.ts';

test.serial(sessionTermination.claim, plays(sessionTermination));
