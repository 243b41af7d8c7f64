// Lists in the Access-Accept itself, in a real kernel.
import test from 'ava';
import {perUserAcl} from '#harness/scenarios/library/per-user-acl.ts';
import {plays} from '#specs/flows/in-lab.ts';

test(perUserAcl.claim, plays(perUserAcl));
