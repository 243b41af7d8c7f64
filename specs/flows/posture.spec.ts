import test from 'ava';
import {posture} from '#harness/scenarios/posture.ts';
import {playsAlike} from '#specs/flows/in-lab.ts';

test(posture.claim, playsAlike(posture));
