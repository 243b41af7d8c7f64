// CSCwd58316: with a correct dACL a probe that is evaluated between t1 (the PSN calls the endpoint Compliant) and t7 (the dACL is
// in force) alarms all the same. The interleavings R1 to R10 of domain.md 7.3, each made with gates, none by luck.
import test from 'ava';
import {daclRace} from '#harness/scenarios/dacl-race.ts';
import {interleavings} from '#harness/scenarios/library/interleavings.ts';
import {plays} from '#specs/flows/in-lab.ts';

test.serial(daclRace.claim, plays(daclRace));

for (const interleaving of interleavings) test.serial(interleaving.claim, plays(interleaving));
