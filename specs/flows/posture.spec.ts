import test from 'ava';
import {posture} from '#harness/scenarios/posture.ts';
import {plays} from '#specs/flows/in-lab.ts';

test.serial(posture.claim, plays(posture));
