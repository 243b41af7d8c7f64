// Lists in the Access-Accept itself, in a real kernel.
import test from 'ava';
import {perUserAcl} from '#harness/scenarios/library/per-user-acl.ts';
import {playsAlike} from '#specs/flows/in-lab.ts';

test(perUserAcl.claim, playsAlike(perUserAcl));
