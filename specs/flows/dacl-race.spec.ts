// CSCwd58316: with a correct dACL a probe that is evaluated between t1 (the PSN calls the endpoint Compliant) and t7 (the dACL is
// in force) alarms all the same. The interleavings R1 to R6 of domain.md 7.3, each made with gates, none by luck. (The others are no
// races; `posturelab run library` plays them here, and specs/simulated in virtual time.)
import test from 'ava';
import {daclRace} from '#harness/scenarios/dacl-race.ts';
import {interleavings} from '#harness/scenarios/library/interleavings.ts';
import {playsAlike} from '#specs/flows/in-lab.ts';

test(daclRace.claim, playsAlike(daclRace));

const races = interleavings.filter(({why}) => /^R[1-6] /.test(why));

for (const interleaving of races) test(interleaving.claim, playsAlike(interleaving));
