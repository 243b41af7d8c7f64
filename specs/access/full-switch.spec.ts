import test from 'ava';
import {fullSwitch} from '#harness/scenarios/library/full-switch.ts';
import {playsAlike} from '#specs/flows/in-lab.ts';

test.serial(fullSwitch.claim, playsAlike(fullSwitch));
