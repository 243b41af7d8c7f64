// Syslog as it arrives at another node's socket: both shapes (domain.md 11.37).
import test from 'ava';
import {syslog} from '#harness/scenarios/library/syslog.ts';
import {playsAlike} from '#specs/flows/in-lab.ts';

for (const scenario of syslog) test(scenario.claim, playsAlike(scenario));
