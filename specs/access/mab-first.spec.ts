// The order `mab dot1x`, with wpa_supplicant, which begins by itself two seconds after its start.
import test from 'ava';
import {dot1xTroubles} from '#harness/scenarios/library/dot1x-troubles.ts';
import {playsAlike} from '#specs/flows/in-lab.ts';

for (const scenario of dot1xTroubles.filter(({name}) => name === 'mab-first'))
  test(scenario.claim, playsAlike(scenario));
