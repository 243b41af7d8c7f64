import test from 'ava';
import {fullSwitch} from '#harness/scenarios/library/full-switch.ts';
import {plays} from '#specs/flows/in-lab.ts';

// It takes all of the machine: labs beside it would be too slow for their own stories.
test.serial(fullSwitch.claim, plays(fullSwitch));
