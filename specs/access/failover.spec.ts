// Played for what they claim, not strand by strand: how a probe to a node without power fails, and how much happens before a dead time is
// over, depends on a kernel's ARP and on speed.
import test from 'ava';
import {failover} from '#harness/scenarios/library/failover.ts';
import {playsAlike} from '#specs/flows/in-lab.ts';

for (const scenario of failover) test(scenario.claim, playsAlike(scenario));
