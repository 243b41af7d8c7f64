// A host that answers no ARP is lost to device tracking and still reached by its router: that is the kernel's doing, so it is played there.
import test from 'ava';
import {staleState} from '#harness/scenarios/library/stale-state.ts';
import {playsAlike} from '#specs/flows/in-lab.ts';

for (const scenario of staleState.filter(({name}) => name === 'address-aged-out'))
  test(scenario.claim, playsAlike(scenario));
