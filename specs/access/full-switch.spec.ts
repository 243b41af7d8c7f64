import test from 'ava';
import {fullSwitch} from '#harness/scenarios/library/full-switch.ts';
import {plays} from '#specs/flows/in-lab.ts';

test(fullSwitch.claim, plays(fullSwitch));
